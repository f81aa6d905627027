internal import KubeModel

/// What passes between workloads and addresses outside, and through entry points.
package struct Outside {
  /// Addresses that fare alike.
  package struct Part: Sendable {
    package let ranges: [IPRange]
    package let outcome: Connections.Outcome
  }

  /// What leads to a workload, and what of its traffic policy lets arrive.
  package struct Arrival: Sendable {
    package let entryPoint: EntryPoint
    package let outcome: Connections.Outcome
    /// The clients that fare so; empty where policy does not see clients.
    package let clients: [IPRange]
  }

  private let engine: ReachabilityEngine
  private let entryPoints: [Int: [EntryPoint]]

  package init(_ engine: ReachabilityEngine, _ entryPoints: EntryPoints) {
    self.engine = engine
    var byEndpoint: [Int: [EntryPoint]] = [:]
    for entryPoint in entryPoints.all {
      for target in entryPoint.targets { byEndpoint[target.endpoint, default: []].append(entryPoint) }
    }
    self.entryPoints = byEndpoint
  }

  /// What passes between a workload and addresses outside, by addresses that fare alike, ascending.
  package func parts(_ workload: Int, _ direction: Direction) -> [Part] {
    let endpoints = Set(engine.model.workloads[workload].endpoints).sorted()
    return parts(direction, engine.spokenRanges(direction)) { range in
      endpoints.map { engine.map($0, direction, range: range) }
    }
  }

  /// Groups ranges by what becomes of traffic with them.
  private func parts(_ direction: Direction, _ ranges: [IPRange], _ maps: (Int) -> [VerdictMap]) -> [Part] {
    var order: [UInt32] = []
    var found: [UInt32: [IPRange]] = [:]
    for (place, range) in ranges.enumerated() {
      let states = maps(place).map { engine.table.number(of: $0) }
      let state = states.dropFirst().reduce(states.first ?? 0) { engine.table.join($0, $1, .any) }
      if found[state] == nil { order.append(state) }
      found[state, default: []].append(range)
    }
    return order.map {
      Part(ranges: IPRange.union(found[$0] ?? []), outcome: Connections.Outcome(engine.table.map($0)))
    }
  }

  // MARK: Entry points

  /// What leads to a workload, in the order of the objects.
  package func arrivals(_ workload: Int) -> [Arrival] {
    var result: [Arrival] = []
    let entry = engine.model.workloads[workload]
    for endpoint in Set(entry.endpoints).sorted() {
      for entryPoint in entryPoints[endpoint] ?? [] {
        // Pods of other workloads with the same labels do not have the node's ports of this one.
        let isOwn = entryPoint.namespace == entry.workload.namespace && entryPoint.name == entry.workload.name
        if entryPoint.kind.isOfWorkload && !isOwn { continue }
        for target in entryPoint.targets where target.endpoint == endpoint {
          result += arrivals(entryPoint, target)
        }
      }
    }
    return result
  }

  private func arrivals(_ entryPoint: EntryPoint, _ target: EntryPoint.Target) -> [Arrival] {
    func arrival(_ map: VerdictMap, _ clients: [IPRange] = []) -> Arrival {
      let own = VerdictMap(.denied).replacing(target.traffic, with: map) { new, _ in new }
      return Arrival(entryPoint: entryPoint, outcome: Connections.Outcome(own), clients: clients)
    }
    let endpoint = target.endpoint
    switch entryPoint.source {
    case .controller:
      guard let place = engine.representatives.firstIndex(of: .arbitrary) else { return [] }
      return [arrival(engine.map(endpoint, .ingress, representative: place))]
    case .nodes:
      return [arrival(fromNodes(endpoint))]
    case .clients(let clients):
      let ranges = engine.spokenRanges(.ingress)
      return parts(.ingress, ranges) { [engine.map(endpoint, .ingress, range: $0)] }.compactMap { part in
        let inside = IPRange.union(part.ranges.flatMap { range in clients.compactMap { range.intersection($0) } })
        guard !inside.isEmpty else { return nil }
        let own = part.outcome.limited(to: target.traffic)
        return Arrival(entryPoint: entryPoint, outcome: own, clients: inside)
      }
    }
  }

  /// What becomes of traffic that comes from the address of some node.
  ///
  /// A pod takes whatever comes from its own node; which node that is, and through which the client comes, no
  /// object tells.
  private func fromNodes(_ endpoint: Int) -> VerdictMap {
    guard !engine.model.endpoints[endpoint].isOnHostNetwork else { return VerdictMap(.allowed) }
    let ranges = engine.spokenRanges(.ingress)
    let nodes = engine.model.nodeAddresses
    // Where no node's address is known, it may be any.
    let columns = ranges.indices.filter { place in nodes.isEmpty || nodes.contains { ranges[place].overlaps($0) } }
    let own = VerdictMap(.allowed)
    return columns.reduce(own) { result, place in
      result.merged(with: engine.map(endpoint, .ingress, range: place), Verdict.either)
    }
  }
}

extension EntryPoint.Kind {
  /// Whether it is named after the workload that it leads to.
  fileprivate var isOfWorkload: Bool { self == .hostPort || self == .hostNetwork }
}

extension IPRange {
  /// What lies in both.
  package func intersection(_ other: IPRange) -> IPRange? {
    overlaps(other) ? IPRange(family, max(low, other.low), min(high, other.high)) : nil
  }
}

extension Connections.Outcome {
  /// What passes by either.
  package func union(_ other: Connections.Outcome) -> Connections.Outcome {
    Connections.Outcome(
      allowed: allowed.union(other.allowed), conditional: conditional.union(other.conditional),
      ambiguous: ambiguous.union(other.ambiguous), unknown: unknown.union(other.unknown))
  }

  /// What of it is about some traffic.
  func limited(to traffic: TrafficSet) -> Connections.Outcome {
    Connections.Outcome(
      allowed: allowed.intersection(traffic), conditional: conditional.intersection(traffic),
      ambiguous: ambiguous.intersection(traffic), unknown: unknown.intersection(traffic))
  }
}
