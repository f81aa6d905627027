import KubeModel
import ReferenceEvaluator
import Testing

@Suite(.enabled(if: Golden.isThere, Comment(rawValue: Golden.absence)))
struct AnalyzerCorpora {
  /// Ports at which the tables' connections begin and end.
  private static let ports = [1, 52, 53, 54, 79, 80, 81, 82, 4999, 5000, 5001, 65535]

  @Test(arguments: Judge.all) func `the evaluated packets and pairs of netpol-analyzer`(_ judge: Judge) throws {
    var replay = try Replay("netpol-analyzer-cases")
    var courts: [String: Judge.Court] = [:]
    for row in try Golden.table("netpol-analyzer-cases/EVAL.tsv") {
      let input = try #require(row["input_dir"])
      let court =
        try courts[input]
        ?? judge.court(
          Golden.objects("netpol-analyzer-cases/\(input)"), Reference.Options(.kubernetes, ipBlock: .external))
      courts[input] = court
      for expectation in try expectations(row, case: input) { try replay.check(expectation, court) }
    }
    replay.finish(judge, atLeast: 3_000)
  }

  /// One expectation of a row with a packet, many of a row with connections.
  private func expectations(_ row: [String: String], case name: String) throws -> [Expectation] {
    func end(_ text: String) -> String { text == "0.0.0.0/0" ? "198.51.100.7" : text }
    let from = end(try #require(row["src"]))
    let to = end(try #require(row["dst"]))
    var expectations: [Expectation] = []
    if let allowed = row["expected_allowed"], !allowed.isEmpty {
      expectations.append(
        Expectation(
          case: name, from: from, to: to, protocol: try #require(row["protocol"]), port: try #require(row["port"]),
          isAllowed: allowed == "true"))
    }
    if let text = row["expected_conns"], !text.isEmpty {
      let connections = Connections(text)
      for `protocol` in TransportProtocol.allCases {
        for port in AnalyzerCorpora.ports {
          expectations.append(
            Expectation(
              case: name, from: from, to: to, protocol: `protocol`.rawValue, port: "\(port)",
              isAllowed: connections.contains(`protocol`, port)))
        }
      }
    }
    return expectations
  }
}

/// `All Connections`, `No Connections`, or `SCTP 1-65535,TCP 80-81,443`.
private struct Connections {
  private var ranges: [TransportProtocol: [ClosedRange<Int>]] = [:]

  init(_ text: String) {
    if text == "All Connections" {
      for `protocol` in TransportProtocol.allCases { ranges[`protocol`] = [1...65535] }
      return
    }
    guard text != "No Connections" else { return }
    var current = TransportProtocol.tcp
    for part in text.split(separator: ",") {
      let words = part.split(separator: " ")
      if words.count == 2 { current = TransportProtocol(rawValue: String(words[0]))! }
      let ends = words.last!.split(separator: "-").map { Int($0)! }
      ranges[current, default: []].append(ends[0]...ends.last!)
    }
  }

  func contains(_ protocol: TransportProtocol, _ port: Int) -> Bool {
    (ranges[`protocol`] ?? []).contains { $0.contains(port) }
  }
}
