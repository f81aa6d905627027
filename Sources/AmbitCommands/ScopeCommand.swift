import AmbitKit
import ArgumentParser
import Controls
import KubeModel
import Registers

struct ScopeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scope", abstract: "Tell what is in a zone, what is connected to it, and what is out of its scope",
    discussion: """
      For each workload, as policies of all kinds permit it: whether it is in the zone, reaches it or is reached from it \
      (with the connection), or has nothing to do with it. Zones are what `ambit register put` recorded, as they were in \
      force at the moment. Exit code 2 where something could not be evaluated.

      Example: ambit scope --zone cde --at 2026-11-23
      """)

  @OptionGroup var moment: MomentOptions
  @OptionGroup var namespaces: NamespaceOptions
  @OptionGroup var output: OutputOptions

  @Option(name: .long, help: ArgumentHelp("The zone, or unclassified", valueName: "name")) var zone: String

  func run() throws {
    let history = try moment.cluster.history()
    let point = try history.point(moment.at)
    let rulings = try RegisterBook(history.ambit).rulings().content(at: point.moment.milliseconds)
    let known = rulings.zones.zones.map(\.name) + (rulings.zones.isEmpty ? [] : ["unclassified"])
    guard known.contains(zone) else {
      throw AmbitError(
        .notFound, "there is no zone '\(HiddenText.escaped(zone))'" + NearMiss.suffix(zone, among: known),
        hint: known.isEmpty ? "record zones with `ambit register put zones.yaml`" : "there are \(known.joined(separator: ", "))")
    }
    let scope = ZoneScope(zone, try history.state(at: point), rulings)
    let entries = scope.entries.filter { namespaces.namespace == nil || $0.workload.namespace == namespaces.namespace }
    ScopeOutput.result(scope, entries, history.cluster, point).print(output.output)
    if let unread = scope.unread { Terminal.note("Warning: workloads may be missing, \(unread)") }
    if scope.unread != nil || entries.contains(where: { if case .unknown = $0.standing { true } else { false } }) { throw ExitCode(2) }
  }
}
