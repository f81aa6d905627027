import AmbitKit
import ArgumentParser
import HistoryIndex
import KubeModel
import Reachability

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the objects of a kind",
    discussion: """
      Kinds go by kubectl's names: netpol, ns, svc, workloads, cnp, anp, … or RESOURCE.GROUP. Without a \
      kind, every policy is listed.

      Example: ambit list netpol -n shop --at 2026-11-23
      """)

  @Argument(help: "The kind; every policy kind if left out") var kind: String?
  @OptionGroup var moment: MomentOptions
  @OptionGroup var namespaces: NamespaceOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let history = try moment.cluster.history()
    let point = try history.point(moment.at)
    let type = try kind.map(ObjectReference.type)
    let entries = try history.entries(at: point).filter { entry in
      let isOfKind =
        type.map { entry.id.isOf($0) }
        ?? ResourceCatalog.type(group: entry.id.group, kind: entry.kind)?.isPolicy ?? false
      return isOfKind && (namespaces.namespace == nil || entry.id.namespace == namespaces.namespace)
    }
    let objects = try entries.map { entry in (entry, try history.object(entry)) }
    var table = Table(
      ["NAMESPACE", "KIND", "NAME"] + ObjectSummary.headings(type) + ["AGE"])
    table.rows = objects.map { entry, stored in
      let workload = Workload(stored.object)
      return [
        entry.id.namespace ?? "-", workload?.kind ?? stored.type.kind, workload?.name ?? stored.object.name,
      ] + ObjectSummary.cells(stored.object, type: stored.type)
        + [ObjectSummary.age(stored.object, at: point.moment)]
    }
    Output(
      table: table, kind: "List",
      value: [
        "cluster": .string(history.cluster), "commit": .string(point.snapshot.commit),
        "at": .string(point.moment.text),
        "items": .list(
          objects.map { entry, stored in
            [
              "path": .string(entry.path), "changedIn": .string(entry.commit),
              "object": stored.object.value,
            ]
          }),
      ], empty: "Nothing of that kind at \(point.moment.text); see the kinds with `ambit list --help`"
    ).print(output.output)
  }
}
