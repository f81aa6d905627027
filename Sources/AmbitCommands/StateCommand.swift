import AmbitKit
import ArgumentParser
import ClusterReader
import HistoryIndex
import KubeModel

struct StateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "state", abstract: "Print the whole state at a moment, for other policy engines",
    discussion: """
      One JSON document: the objects as they were recorded, what was read and what was not, and how policy is enforced. \
      What the engine finds comes back with `ambit attest --results`.

      Example: ambit state --at 2026-11-23 | opa eval -f json -I -d policy.rego data.network.deny
      """)

  @OptionGroup var moment: MomentOptions
  @OptionGroup var namespaces: NamespaceOptions

  @Option(name: [.short, .long], help: "The format: json or yaml") var output: StateFormat = .json

  enum StateFormat: String, ExpressibleByArgument, CaseIterable { case json, yaml }

  func run() throws {
    let history = try moment.cluster.history()
    let point = try history.point(moment.at)
    let state = try history.state(at: point)
    let isWanted = { (entry: ClusterState.Entry) in
      guard let namespace = namespaces.namespace else { return true }
      return entry.object.namespace.map { $0 == namespace } ?? (entry.type != ResourceCatalog.namespaces || entry.object.name == namespace)
    }
    let coverage = state.coverage.map { kind -> Value in
      var map = Mapping([("resource", .string(kind.qualifiedName))])
      map["namespace"] = kind.namespace.map(Value.string)
      switch kind.status {
      case .read: map["status"] = "read"
      case .absent: map["status"] = "absent"
      case .unread(let reason):
        map["status"] = "unread"
        map["reason"] = .string(reason)
      }
      return .map(map)
    }
    let enforcement = state.enforcement
    let document: Value = .map(
      Mapping([
        ("schemaVersion", 1), ("kind", "ClusterState"), ("cluster", .string(state.cluster)), ("at", .string(point.moment.text)),
        ("commit", .string(point.snapshot.commit)), ("stateSHA256", .string(point.snapshot.stateDigest)),
        ("complete", .bool(point.observation?.isComplete ?? false)),
        (
          "enforcement",
          [
            "basis": .string(enforcement.basis.rawValue), "enforces": enforcement.isKnown ? .bool(enforcement.isOn) : .null,
            "cni": enforcement.cni.map(Value.string) ?? .null, "detail": .string(enforcement.detail),
          ]
        ), ("coverage", .list(coverage)),
        ("objects", .list(state.entries.filter(isWanted).map(\.object.value))),
      ]))
    Output(kind: "ClusterState", value: document).print(output == .json ? .json : .yaml)
    if point.observation?.isComplete != true { throw ExitCode(2) }
  }
}
