extension ReachabilityEngine {
  /// The other end of a connection, as one of a direction's columns.
  package enum Other: Sendable, Hashable {
    /// A place in the model's `endpoints`.
    case endpoint(Int)
    /// A place in `ranges` of the direction.
    case range(Int)
  }

  /// What becomes of the traffic between any of some endpoints and any of others, by its number.
  package func state(from sources: [Int], to destinations: [Int]) -> UInt32 {
    var result = deniedState
    for source in sources {
      for destination in destinations {
        let state = table.join(row(source, .egress).state(destination), row(destination, .ingress).state(source), .both)
        if state != result { result = table.join(result, state, .any) }
      }
    }
    return result
  }

  /// What becomes of the traffic between any of some endpoints and a range of addresses outside.
  package func state(_ endpoints: [Int], _ direction: Direction, range: Int) -> UInt32 {
    endpoints.map { row($0, direction).state(rangeStart(direction) + range) }
      .reduce(deniedState) { $0 == $1 ? $0 : table.join($0, $1, .any) }
  }

  package func outcome(of state: UInt32) -> Connections.Outcome { Connections.Outcome(table.map(state)) }

  /// Places of the ranges outside that have an address of these, of families that something in the cluster speaks.
  package func places(of addresses: [IPRange], _ direction: Direction) -> [Int] {
    spokenRanges(direction).indices.filter { place in addresses.contains { $0.overlaps(ranges(direction)[place]) } }
  }

  /// The rules that let an endpoint's traffic pass in a direction; nil where no policy isolates it, so that none is needed.
  package func permitting(
    _ endpoint: Int, _ direction: Direction, _ other: Other, _ traffic: TrafficSet
  ) -> [(policy: Policy.Identity, path: String)]? {
    let column =
      switch other {
      case .endpoint(let place): place
      case .range(let place): rangeStart(direction) + place
      }
    var found: [(policy: Policy.Identity, path: String)] = []
    var isIsolated = false
    for place in applying[direction][endpoint].map(Int.init) {
      guard let section = policies[place].sections[direction] else { continue }
      isIsolated = isIsolated || section.isolates
      for (rule, compiled) in zip(section.rules, rules(place, direction)) where rule.action == .allow {
        let isHit = compiled.parts.contains { part in
          part.columns?.contains(column) ?? true
            && !compiled.traffic(part, at: model.endpoints[endpoint]).intersection(traffic).isEmpty
        }
        if isHit { found.append((policies[place].identity, rule.path)) }
      }
    }
    return found.isEmpty && !isIsolated ? nil : found
  }
}
