import AmbitKit
import ArgumentParser
import ClusterReader
import KubeModel
import Reachability

struct DriftCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drift", abstract: "Show where a cluster is not as it was intended",
    discussion: """
      Compares a recorded state with manifests, or with a line that `ambit import` made: object by object, without what \
      servers fill in and tools add, and connection by connection. What the intended side says nothing of is no drift.

      Exit code 1 where there is drift; 2 where there is none and one side was not read in whole.

      Example: ambit drift --cluster prod --against prod-intended
      """)

  @OptionGroup var moment: MomentOptions
  @OptionGroup var namespaces: NamespaceOptions
  @OptionGroup var output: OutputOptions

  @Option(name: [.customShort("f"), .long], help: ArgumentHelp("What is intended: manifests, a file or a directory, or -", valueName: "path"))
  var file: String?

  @Option(name: .long, help: ArgumentHelp("What is intended: another line of the store, and a moment or revision of it", valueName: "line[@when]"))
  var against: String?

  func validate() throws {
    if (file == nil) == (against == nil) { throw ValidationError("say what is intended with --file or --against") }
  }

  func run() throws {
    let history = try moment.cluster.history()
    let applied = try history.state(at: history.point(moment.at))
    var unread: [String] = []
    let intended: ClusterState
    if let file {
      let manifests = try ReachabilityOptions.manifests(file)
      unread = manifests.diagnostics.map(\.description)
      intended = manifests.state
    } else {
      intended = try line(history)
    }
    let report = DriftReport(of: applied, from: intended, Semantics(Semantics.Profile(of: applied)))
    let entries = report.entries.filter {
      namespaces.namespace == nil || $0.id.namespace == namespaces.namespace
    }
    unread += report.unread
    for reason in unread { Terminal.note("Warning: \(reason)") }
    DriftOutput.output(entries, report.connections, isWhole: unread.isEmpty).print(output.output)
    if !entries.isEmpty { throw ExitCode(1) }
    if !unread.isEmpty { throw ExitCode(2) }
  }

  /// The state of the line that `--against` names.
  private func line(_ history: ClusterHistory) throws -> ClusterState {
    let parts = (against ?? "").split(separator: "@", maxSplits: 1).map(String.init)
    guard let name = parts.first, !name.isEmpty else {
      throw AmbitError(.usage, "'\(against ?? "")' names no line", hint: "write NAME or NAME@WHEN")
    }
    guard name != history.cluster || parts.count > 1 else {
      throw AmbitError(.usage, "'\(name)' is the cluster itself", hint: "name the line that tells what is intended, or a moment with \(name)@WHEN")
    }
    let line = try ClusterHistory(history.ambit, cluster: name, now: history.now)
    return try line.state(at: line.point(parts.count > 1 ? parts[1] : nil))
  }
}
