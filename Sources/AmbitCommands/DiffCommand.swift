import AmbitKit
import ArgumentParser
import HistoryIndex
import KubeModel
import Reachability

/// How a difference is printed.
enum DiffFormat: String, ExpressibleByArgument, CaseIterable {
  case table, json, yaml, csv
  /// Of connections only.
  case md, dot
}

struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Show what differs between two points, by object and field",
    discussion: """
      A and B are moments or revisions; without B, A is compared with now. Without both, the last snapshot is \
      compared with the one before.

      With --connections, connections that are added, removed or changed, between two points, a point and a \
      directory of manifests, or two directories; table, csv, md and dot are in the format of netpol-analyzer's diff.

      Example: ambit diff 2026-11-01 2026-11-23 -n shop
      """)

  @Argument(help: "The older point") var a: String?
  @Argument(help: "The newer point") var b: String?
  @OptionGroup var moment: MomentOptions
  @OptionGroup var namespaces: NamespaceOptions

  @Option(name: [.short, .long], help: "The format: table, json, yaml or csv; with --connections also md or dot")
  var output: DiffFormat = .table

  @Flag(name: .long, help: "Only count the changes of each object") var stat = false

  @Flag(name: .long, help: "Compare who can talk to whom, and not objects") var connections = false

  @Option(
    name: [.customShort("f"), .long],
    help: ArgumentHelp(
      "With --connections: these manifests are the newer state; given twice, the older and the newer one",
      valueName: "path"))
  var file: [String] = []

  @Flag(name: .long, help: "With --connections: compare one state with itself as it would be with Calico's staged policies in force")
  var staged = false

  func validate() throws {
    if staged && !connections { throw ValidationError("--staged goes with --connections") }
    if staged && (b != nil || file.count > 1 || (a != nil && !file.isEmpty)) {
      throw ValidationError("--staged is about one state: leave out all but A or one --file")
    }
    if !file.isEmpty && !connections { throw ValidationError("--file goes with --connections") }
    if file.count > 2 { throw ValidationError("--file can be given twice at most") }
    if file.count == 2 && (a != nil || moment.at != nil) {
      throw ValidationError("two --file are both states: leave out A, B and --at")
    }
    if !file.isEmpty && b != nil { throw ValidationError("--file is the newer state: leave out B") }
    if [.md, .dot].contains(output) && !connections { throw ValidationError("-o \(output.rawValue) goes with --connections") }
    if connections && stat { throw ValidationError("--connections and --stat exclude each other") }
  }

  func run() throws {
    if connections { return try runConnections() }
    let history = try moment.cluster.history()
    let (old, new) = try points(history)
    let changes = try StateDiff(in: history, from: old, to: new).changes.filter {
      namespaces.namespace == nil || $0.id.namespace == namespaces.namespace
        || ($0.id.resource == "namespaces" && $0.id.name == namespaces.namespace)
    }
    var result = Output(
      text: stat ? DiffText.stat(changes) : changes.map(DiffText.text).joined(separator: "\n"),
      kind: "Diff",
      value: [
        "from": .string(old.snapshot.commit), "to": .string(new.snapshot.commit),
        "changes": .list(changes.map(DiffText.value)),
      ])
    if changes.isEmpty && output == .table {
      return Terminal.note("Nothing differs between \(old.moment.text) and \(new.moment.text)")
    }
    if output == .csv {
      var table = Table(["NAMESPACE", "OBJECT", "STEP", "FIELD", "OLD", "NEW"])
      table.rows = changes.flatMap { change in
        change.fields.changes.map { field in
          [
            change.id.namespace ?? "", "\(change.id.qualifiedResource)/\(change.id.name)", change.step,
            field.path, field.old.map(DiffText.inline) ?? "", field.new.map(DiffText.inline) ?? "",
          ]
        }
      }
      result.table = table
    }
    result.print(OutputFormat(rawValue: output.rawValue) ?? .table)
  }

  /// The two points that are compared.
  private func points(
    _ history: ClusterHistory
  ) throws -> (old: ClusterHistory.Point, new: ClusterHistory.Point) {
    let new = try history.point(b ?? moment.at)
    if let a { return (try history.point(a), new) }
    guard let parent = new.snapshot.parent else {
      throw AmbitError(
        .notFound, "there is no snapshot before \(new.snapshot.commit.prefix(10))",
        hint: "name two points: ambit diff A B")
    }
    return (try history.point(parent), new)
  }

  // MARK: Connections

  private func runConnections() throws {
    var isWhole = true
    func manifests(_ path: String) throws -> ClusterState {
      let read = try ReachabilityOptions.manifests(path)
      for diagnostic in read.diagnostics { Terminal.note("Warning: \(diagnostic)") }
      isWhole = isWhole && read.diagnostics.isEmpty
      return read.state
    }
    let old: ClusterState
    let new: ClusterState
    if staged {
      if let path = file.first {
        old = try manifests(path)
      } else {
        let history = try moment.cluster.history()
        old = try history.state(at: history.point(a ?? moment.at))
      }
      if !CalicoPolicies.hasStaged(old) { Terminal.note("No policy is staged") }
      new = CalicoPolicies.promotingStaged(old)
    } else if file.count == 2 {
      (old, new) = (try manifests(file[0]), try manifests(file[1]))
    } else {
      let history = try moment.cluster.history()
      if let newer = file.first {
        (old, new) = (try history.state(at: history.point(a ?? moment.at)), try manifests(newer))
      } else {
        let points = try points(history)
        (old, new) = (try history.state(at: points.old), try history.state(at: points.new))
      }
    }
    // One way to understand policy for both, or its change would show as one of connections. Only Calico stages policies.
    let semantics = Semantics(staged ? .calico : Semantics.Profile(of: file.isEmpty ? new : old))
    let diff = ConnectionDiff(old, new, semantics, keepsUnchanged: output == .dot)
    if diff.changes.isEmpty && [.table, .csv, .md, .dot].contains(output) {
      Terminal.note("No connection differs")
    } else {
      ConnectionDiffOutput(diff).print(output)
    }
    if !isWhole { throw ExitCode(2) }
  }
}
