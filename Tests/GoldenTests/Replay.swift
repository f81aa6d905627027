import Foundation
import ReferenceEvaluator
import Testing

/// What a corpus says about one packet.
struct Expectation {
  enum Part: String { case combined, ingress, egress }

  let `case`: String
  let from: String
  let to: String
  let `protocol`: String
  let port: String
  var part = Part.combined
  let isAllowed: Bool

  var fields: [String] { [`case`, from, to, `protocol`, port] }
}

/// A case that we answer otherwise than its corpus, with the reason.
struct Exception {
  let corpus: String
  /// Patterns of case, from, to, protocol and port; `*` is anything.
  let patterns: [String]
  /// The verdict that we hold to be right; nil where the case is not for us to decide.
  let verdict: Verdict?
  let reason: String

  static func read() throws -> [Exception] {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "EXCEPTIONS.tsv")
    return try Golden.table(at: file).map { row in
      let patterns = try ["case", "from", "to", "protocol", "port"].map { try #require(row[$0]) }
      let verdict = Verdict(rawValue: try #require(row["verdict"]))
      return Exception(
        corpus: try #require(row["corpus"]), patterns: patterns, verdict: verdict, reason: try #require(row["reason"]))
    }
  }

  func covers(_ expectation: Expectation) -> Bool {
    zip(patterns, expectation.fields).allSatisfy { pattern, field in
      pattern == field || (pattern.hasSuffix("*") && field.hasPrefix(pattern.dropLast()))
    }
  }
}

/// Counts what holds, and tells it when the corpus is through.
struct Replay {
  private let corpus: String
  private let exceptions: [Exception]
  private var uses: [Int]
  private var held = 0
  private var excluded = 0
  private var differing = 0
  private var failures: [String] = []

  init(_ corpus: String) throws {
    self.corpus = corpus
    exceptions = try Exception.read().filter { $0.corpus == corpus }
    uses = Array(repeating: 0, count: exceptions.count)
  }

  mutating func check(_ expectation: Expectation, _ court: Judge.Court?) throws {
    let index = exceptions.firstIndex { $0.covers(expectation) }
    if let index { uses[index] += 1 }
    if let index, exceptions[index].verdict == nil {
      excluded += 1
      return
    }
    let court = try #require(court, "no cluster for \(expectation.case)")
    let `protocol` = try #require(TransportProtocol(rawValue: expectation.protocol))
    let packet = Reference.Packet(
      from: try court.end(expectation.from), to: try court.end(expectation.to), `protocol`,
      try #require(Int(expectation.port)))
    let answer = court.answer(packet)
    let verdict =
      switch expectation.part {
      case .combined: answer.combined
      case .ingress: answer.ingress
      case .egress: answer.egress
      }
    let expected = index.flatMap { exceptions[$0].verdict } ?? (expectation.isAllowed ? .allowed : .denied)
    if verdict == expected {
      held += 1
      if index != nil { differing += 1 }
    } else {
      failures.append("\(expectation.fields.joined(separator: " ")) \(expectation.part): \(verdict), not \(expected)")
    }
  }

  /// Prints the count, and records what failed. An exception that nothing needs is a mistake.
  func finish(_ judge: Judge, atLeast least: Int) {
    print(
      "\(corpus) by \(judge.name): \(held) hold, of them \(differing) by exception; \(failures.count) fail; "
        + "\(excluded) excluded")
    for failure in failures.prefix(20) { Issue.record("\(corpus): \(failure)") }
    #expect(failures.isEmpty, "\(failures.count) of \(corpus)")
    #expect(held >= least, "the corpus is smaller than it was")
    for (exception, count) in zip(exceptions, uses) where count == 0 {
      Issue.record("\(corpus): no case needs the exception \(exception.patterns)")
    }
  }
}
