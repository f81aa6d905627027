import AmbitKit
import ArgumentParser
import Foundation
import KubeModel
import Reachability

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Say whether a connection is permitted, and by which rule of which policy",
    discussion: """
      SRC and DST are NAMESPACE/NAME of a workload or a pod, NAMESPACE/KIND/NAME, NAMESPACE/key=value,…, \
      NAMESPACE/ for all of a namespace, an address, a block, or the word outside. DST may be NAMESPACE/svc/NAME: a \
      Service stands for the pods behind it, and its port for theirs. The port is TCP/443, or 443 for TCP; without it, \
      every port is shown that anything passes on.

      With --queries, one question a line, SRC DST PROTOCOL/PORT, one answer a line: allowed, denied, \
      conditional, ambiguous or unknown, a tab, and the policies that decided.

      Example: ambit explain shop/web shop/db TCP/5432
      """)

  @Argument(help: "Where the connection begins") var source: String?
  @Argument(help: "Where it ends") var destination: String?
  @Argument(help: "PROTOCOL/PORT") var port: String?
  @OptionGroup var options: ReachabilityOptions
  @OptionGroup var namespaces: NamespaceOptions
  @OptionGroup var output: OutputOptions

  @Option(name: .long, help: ArgumentHelp("Answer the questions in this file, or - for standard input", valueName: "file"))
  var queries: String?

  func validate() throws {
    if queries != nil && source != nil { throw ValidationError("--queries holds the questions: leave out SRC and DST") }
    if queries == nil && destination == nil { throw ValidationError("name SRC and DST, or --queries") }
    if queries == "-" && options.file == "-" { throw ValidationError("only one of --queries and --file reads standard input") }
  }

  func run() throws {
    let (analysis, isWhole) = try options.analysis()
    let places = PlaceReference(analysis)
    if let queries {
      try answer(queries, analysis, places)
    } else if let source, let destination {
      let sources = try places.candidates(source, namespace: namespaces.namespace)
      let destinations = try places.destinations(
        destination, namespace: namespaces.namespace, port.map(ExplainCommand.point))
      Explanation(analysis, sources, destinations).output.print(output.output)
    }
    if !isWhole { throw ExitCode(2) }
  }

  private static func point(_ text: String) throws -> TrafficPoint {
    guard let point = TrafficPoint(text) else {
      throw AmbitError(
        .usage, "'\(HiddenText.escaped(text))' is no port", hint: "write it as TCP/443, UDP/53 or SCTP/9000")
    }
    return point
  }

  /// One answer a line; a question that cannot be read ends the run with its line.
  private func answer(_ path: String, _ analysis: ReachabilityAnalysis, _ places: PlaceReference) throws {
    let data =
      path == "-" ? FileHandle.standardInput.readDataToEndOfFile() : FileManager.default.contents(atPath: path)
    guard let data else {
      throw AmbitError(.badInput, "'\(path)' cannot be read", hint: "name a file of questions, or -")
    }
    var lines: [String] = []
    for (index, line) in String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
      .enumerated()
    {
      let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" }).map(String.init)
      guard let first = words.first, !first.hasPrefix("#") else { continue }
      guard words.count == 3, let point = TrafficPoint(words[2]) else {
        throw AmbitError(
          .badInput, "\(path):\(index + 1): is no question", hint: "write SRC DST PROTOCOL/PORT, one a line")
      }
      var answers: [ConnectionAnswer] = []
      let sources = try places.candidates(words[0], namespace: namespaces.namespace)
      let destinations = try places.destinations(words[1], namespace: namespaces.namespace, point)
      for source in sources {
        for destination in destinations {
          answers += (destination.points ?? []).map { analysis.answer(source, destination.candidate, $0) }
        }
      }
      var deciding: [String] = []
      for title in answers.flatMap(\.deciding) where !deciding.contains(title) { deciding.append(title) }
      lines.append("\(Verdict.combined(answers.map(\.verdict)).name)\t\(deciding.joined(separator: ", "))")
    }
    if !lines.isEmpty { Terminal.print(lines.joined(separator: "\n")) }
  }
}
