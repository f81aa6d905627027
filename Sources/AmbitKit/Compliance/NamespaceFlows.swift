internal import Controls
internal import KubeModel
internal import Reachability

/// What may flow between namespaces, and between each and what is outside, as a diagram tells it.
enum NamespaceFlows {
  private struct Pair: Hashable {
    let from: String?
    let to: String?
  }

  static func flows(_ state: ClusterState) -> [Assessment.Flow] {
    let analysis = ReachabilityAnalysis(state, Semantics(Semantics.Profile(of: state)))
    let connections = Connections(analysis.engine, isExternal: true)
    let namespaces = analysis.model.workloads.map(\.workload.namespace)
    var certain: [Pair: TrafficSet] = [:]
    var conditional: [Pair: TrafficSet] = [:]
    for connection in connections.connections {
      func namespace(_ end: Connections.End) -> String?? {
        switch end {
        case .workload(let place): .some(namespaces[place])
        case .addresses, .ingressController: .some(nil)
        }
      }
      guard let from = namespace(connection.source), let to = namespace(connection.destination) else { continue }
      let pair = Pair(from: from, to: to)
      let outcome = connections.outcomes[connection.outcome]
      certain[pair] = (certain[pair] ?? .none).union(outcome.allowed)
      conditional[pair] = (conditional[pair] ?? .none).union(outcome.conditional).union(outcome.ambiguous).union(outcome.unknown)
    }
    let pairs = Set(certain.keys).union(conditional.keys).sorted { left, right in
      (left.from ?? "", left.to ?? "") < (right.from ?? "", right.to ?? "")
    }
    var flows: [Assessment.Flow] = []
    for pair in pairs {
      let sure = certain[pair] ?? .none
      let open = sure.union(conditional[pair] ?? .none)
      guard !open.isEmpty else { continue }
      flows.append(.init(from: pair.from, to: pair.to, isCertain: !sure.isEmpty, ports: open.connectionText))
    }
    return flows
  }
}
