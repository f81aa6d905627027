import AmbitKit
import ArgumentParser
import HistoryIndex
import KubeModel

struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show an object as it was, or a snapshot",
    discussion: """
      With KIND/NAME it prints the object's YAML; with a revision it prints the snapshot and its changes.

      Example: ambit show netpol/allow-web -n shop --at '2h ago'
      """)

  @Argument(help: "KIND/NAME, or a revision") var what: String
  @OptionGroup var moment: MomentOptions
  @OptionGroup var namespaces: NamespaceOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let history = try moment.cluster.history()
    guard what.contains("/") else {
      let point = try history.point(what)
      return LogOutput.changes(try history.changes(at: point), cluster: history.cluster, heading: LogOutput.heading(point))
        .print(output.output)
    }
    let reference = try ObjectReference(what, namespace: namespaces.namespace)
    let id = try history.object(named: reference)
    let point = try history.point(moment.at)
    guard let entry = try history.entries(at: point).first(where: { $0.id == id }) else {
      throw AmbitError(
        .notFound, "'\(id.title)' was not there at \(point.moment.text)",
        hint: "see its history with `ambit log \(what)`")
    }
    let stored = try history.object(entry)
    Output(
      text: String(CanonicalYAML.string(of: stored.object.value).dropLast()), kind: "Object",
      value: [
        "path": .string(entry.path), "blob": .string(entry.blob), "changedIn": .string(entry.commit),
        "object": stored.object.value,
      ]
    ).print(output.output)
  }
}
