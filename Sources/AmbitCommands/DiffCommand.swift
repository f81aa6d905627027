import AmbitKit
import ArgumentParser
import HistoryIndex
import KubeModel

struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Show what differs between two points, by object and field",
    discussion: """
      A and B are moments or revisions; without B, A is compared with now. Without both, the last snapshot is \
      compared with the one before.

      Example: ambit diff 2026-11-01 2026-11-23 -n shop
      """)

  @Argument(help: "The older point") var a: String?
  @Argument(help: "The newer point") var b: String?
  @OptionGroup var moment: MomentOptions
  @OptionGroup var namespaces: NamespaceOptions
  @OptionGroup var output: OutputOptions

  @Flag(name: .long, help: "Only count the changes of each object") var stat = false

  func run() throws {
    let history = try moment.cluster.history()
    let new = try history.point(b ?? moment.at)
    let old: ClusterHistory.Point
    if let a {
      old = try history.point(a)
    } else {
      guard let parent = new.snapshot.parent else {
        throw AmbitError(
          .notFound, "there is no snapshot before \(new.snapshot.commit.prefix(10))",
          hint: "name two points: ambit diff A B")
      }
      old = try history.point(parent)
    }
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
    if changes.isEmpty && output.output == .table {
      return Terminal.note("Nothing differs between \(old.moment.text) and \(new.moment.text)")
    }
    if output.output == .csv {
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
    result.print(output.output)
  }
}
