internal import KubeModel
package import Reachability

/// What passes between a workload and the pods of other namespaces, namespace by namespace.
package struct NamespaceConnections {
  private struct Key: Hashable {
    let workload: Int
    let direction: Direction
  }

  private let outcomes: [Connections.Outcome]
  /// The numbers of outcomes by the name of the other namespace.
  private var found: [Key: [String: Set<Int>]] = [:]

  package init(_ engine: ReachabilityEngine) {
    let connections = Connections(engine, isExternal: false)
    outcomes = connections.outcomes
    let namespaces = engine.model.workloads.map(\.workload.namespace)
    for connection in connections.connections {
      guard case .workload(let source) = connection.source, case .workload(let destination) = connection.destination,
        namespaces[source] != namespaces[destination]
      else { continue }
      found[Key(workload: source, direction: .egress), default: [:]][namespaces[destination], default: []]
        .insert(connection.outcome)
      found[Key(workload: destination, direction: .ingress), default: [:]][namespaces[source], default: []]
        .insert(connection.outcome)
    }
  }

  /// What passes beyond what passes with any pod; namespaces that fare alike stand together.
  package func outcomes(
    _ workload: Int, _ direction: Direction, beyond: Connections.Outcome
  ) -> [(namespaces: [String], outcome: Connections.Outcome)] {
    var groups: [Connections.Outcome: [String]] = [:]
    for (namespace, numbers) in found[Key(workload: workload, direction: direction)] ?? [:] {
      let all = numbers.map { outcomes[$0] }
      let allowed = all.reduce(TrafficSet.none) { $0.union($1.allowed) }.subtracting(beyond.allowed)
      // What one pod of the namespace may surely do is not in doubt for another.
      func rest(_ part: (Connections.Outcome) -> TrafficSet) -> TrafficSet {
        all.reduce(TrafficSet.none) { $0.union(part($1)) }.subtracting(allowed).subtracting(beyond.allowed)
      }
      let outcome = Connections.Outcome(
        allowed: allowed, conditional: rest(\.conditional), ambiguous: rest(\.ambiguous), unknown: rest(\.unknown))
      if !outcome.isDenied { groups[outcome, default: []].append(namespace) }
    }
    return groups.map { ($0.value.sorted(), $0.key) }
      .sorted { ($0.namespaces.first ?? "").utf8.lexicographicallyPrecedes(($1.namespaces.first ?? "").utf8) }
  }
}
