/// What pods that may yet be deployed can do with the workloads that are there.
package struct Exposure {
  /// What passes between a workload and pods to come.
  package struct Traffic: Sendable, Hashable {
    package let outcome: Connections.Outcome
    /// Ports that pass by name only, as no pod gives the name to a number yet.
    package let names: Set<NamedPort>

    /// What passes for sure, in words: `TCP 80,http`.
    package var text: String { outcome.allowed.connectionText(with: names) }
    package var isNone: Bool { names.isEmpty && outcome.allowed.intersection(.everyPort).isEmpty }

    /// Whether the same passes for sure.
    package func isSame(as other: Traffic) -> Bool {
      outcome.allowed.intersection(.everyPort) == other.outcome.allowed.intersection(.everyPort) && names == other.names
    }
  }

  package struct Entry: Sendable {
    /// A place in the model's `workloads`.
    package let workload: Int
    package let direction: Direction
    /// Whether any policy applies.
    package let isProtected: Bool
    /// What passes between the workload and any pod at all.
    package let anyPod: Traffic
    /// What passes between the workload and those of `peers` that fare otherwise than any pod.
    package let byPeer: [(peer: Int, traffic: Traffic)]
  }

  package let peers: [RulePeer]
  package let entries: [Entry]

  /// - Parameter matching: which rules count as rules for a peer.
  package init(
    _ model: ClusterModel, _ policies: [Policy], _ semantics: Semantics, peers: [RulePeer],
    matching: Representative.Matching
  ) {
    self.peers = peers
    let engine = ReachabilityEngine(
      model, policies, semantics,
      representatives: [Representative(.nothing, matching: matching)]
        + peers.map { Representative($0.expression, matching: matching) },
      keepsPortNames: true)
    var outcomes: [UInt32: Connections.Outcome] = [:]
    var entries: [Entry] = []
    for (place, workload) in model.workloads.enumerated() {
      let endpoints = Set(workload.endpoints).sorted()
      for direction in Direction.allCases {
        let names = direction == .egress ? engine.allowedNames(endpoints) : []
        let rows = endpoints.map { engine.row($0, direction) }
        func traffic(_ state: UInt32) -> Traffic {
          let map = engine.table.map(state)
          let outcome = outcomes[state] ?? Connections.Outcome(map)
          outcomes[state] = outcome
          let passing = names.filter { name in
            engine.portNames.point(name).map { map.verdict(at: $0) == .allowed } ?? false
              && !outcome.allowed.isSuperset(of: name.transport.map { TrafficSet($0) } ?? .everyPort)
          }
          return Traffic(outcome: outcome, names: passing)
        }
        let states = engine.states(rows)
        guard let first = states.first else { continue }
        entries.append(
          Entry(
            workload: place, direction: direction,
            isProtected: endpoints.allSatisfy { !engine.applying[direction][$0].isEmpty },
            anyPod: traffic(first),
            byPeer: states.dropFirst().enumerated().filter { $1 != first }.map { ($0, traffic($1)) }))
      }
    }
    self.entries = entries
  }
}

extension ReachabilityEngine {
  /// What becomes of traffic with each representative, for any of several endpoints.
  fileprivate func states(_ rows: [Row]) -> [UInt32] {
    let start = model.endpoints.count
    let count = representatives.count
    var result: [UInt32] = []
    for row in rows {
      var own = Array(repeating: row.base, count: count)
      for part in row.parts { part.columns.forEach(in: start..<(start + count)) { own[$0 - start] = part.state } }
      result = result.isEmpty ? own : zip(result, own).map { table.join($0, $1, .any) }
    }
    return result
  }

  /// The names of ports that allowing egress rules of the policies of endpoints mention.
  fileprivate func allowedNames(_ endpoints: [Int]) -> Set<NamedPort> {
    var names: Set<NamedPort> = []
    for policy in Set(endpoints.flatMap { applying.egress[$0] }) {
      for rule in policies[Int(policy)].sections[.egress]?.rules ?? [] where rule.action == .allow {
        names.formUnion(rule.portNames)
      }
    }
    return names
  }
}

extension TrafficSet {
  /// `TCP 80,http`: as without names, each protocol's after its numbers; a name of no protocol stands first.
  package func connectionText(with names: Set<NamedPort>) -> String {
    if names.isEmpty || isEveryPort { return connectionText }
    var parts: [(String, [String])] = []
    for transport in [nil, Transport.sctp, .tcp, .udp] as [Transport?] {
      var own: [String] = []
      for range in transport.map({ ports($0) }) ?? [] {
        own.append(range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)")
      }
      own += names.filter { $0.transport == transport }.map(\.name).sorted()
      if !own.isEmpty { parts.append((transport?.name ?? "", own)) }
    }
    return parts.map { "\($0) \($1.joined(separator: ","))" }.joined(separator: ",")
  }
}
