internal import KubeModel

/// A rule with its peers as columns.
struct CompiledRule: Sendable {
  /// Peers that the rule treats alike.
  struct Part: Sendable {
    /// Nil for all columns.
    let columns: Bitset?
    let traffic: TrafficSet
    /// Whether the rule applies to these peers in some cases only.
    let isConditional: Bool
  }

  let action: RuleAction
  let parts: [Part]
  /// Ports by name that stand for ports of the pod that the policy applies to.
  let named: [NamedPort]
}

/// Turns the peers of rules into columns.
struct RuleCompiler {
  let model: ClusterModel
  let columns: Columns
  let direction: Direction
  let profile: Semantics.Profile

  func compile(_ rule: PolicyRule, _ index: inout LabelIndex) -> CompiledRule {
    let (fixed, named): (TrafficSet, [NamedPort]) =
      switch rule.traffic {
      case .everything: (.everything, [])
      case .some(let fixed, let named, _): (fixed, named)
      }
    let isConditional = rule.condition != nil
    var parts: [CompiledRule.Part] = []
    guard case .terms(let terms) = rule.peers else {
      parts.append(CompiledRule.Part(columns: nil, traffic: fixed, isConditional: isConditional))
      if direction == .egress && !named.isEmpty {
        parts += namedParts(named, among: Bitset(count: columns.count, filled: 0..<columns.endpointCount), isConditional)
      }
      return CompiledRule(action: rule.action, parts: parts, named: direction == .ingress ? named : [])
    }
    var sure = Bitset(count: columns.count)
    var maybe = Bitset(count: columns.count)
    for term in terms { add(term, &sure, &maybe, &index) }
    maybe.subtract(sure)
    for (columns, isConditional) in [(maybe, true), (sure, isConditional)] where !columns.isEmpty {
      parts.append(CompiledRule.Part(columns: columns, traffic: fixed, isConditional: isConditional))
      // At the destination's end a name is resolved by the destination, which is the peer.
      if direction == .egress && !named.isEmpty { parts += namedParts(named, among: columns, isConditional) }
    }
    return CompiledRule(action: rule.action, parts: parts, named: direction == .ingress ? named : [])
  }

  /// A part for each set of ports that endpoints give the names to; addresses have no names for ports.
  private func namedParts(_ named: [NamedPort], among peers: Bitset, _ isConditional: Bool) -> [CompiledRule.Part] {
    var found: [TrafficSet: Bitset] = [:]
    peers.forEach(in: 0..<columns.endpointCount) { place in
      let traffic = named.reduce(TrafficSet.none) { $0.union(model.endpoints[place].traffic($1)) }
      if !traffic.isEmpty { found[traffic, default: Bitset(count: columns.count)].insert(place) }
    }
    return found.map { CompiledRule.Part(columns: $1, traffic: $0, isConditional: isConditional) }
  }

  private func add(_ term: PeerTerm, _ sure: inout Bitset, _ maybe: inout Bitset, _ index: inout LabelIndex) {
    switch term.who {
    case .pods(let expression):
      index.endpoints(expression).forEach { place in
        if !model.endpoints[place].isOnHostNetwork { sure.insert(place) }
      }
      guard !columns.representatives.isEmpty else { return }
      let wanted = Requirements(expression)
      for (place, representative) in columns.representatives.enumerated() where representative.isSelected(by: wanted) {
        sure.insert(columns.endpointCount + place)
      }
    case .addresses(let blocks, let reach):
      for range in columns.columns(of: blocks) { sure.insert(range) }
      for (place, endpoint) in model.endpoints.enumerated() {
        // Cilium knows its nodes by what they are, and never by their addresses.
        guard endpoint.isOnHostNetwork ? profile != .cilium : reach == .everywhere else { continue }
        switch AddressMatch(blocks, endpoint, model) {
        case .all: sure.insert(place)
        case .some: maybe.insert(place)
        case .none: break
        }
      }
    case .nodes(let selector):
      for (place, endpoint) in model.endpoints.enumerated() where endpoint.isOnHostNetwork {
        // Which node a pod runs on is not recorded.
        if selector == nil || selector?.isEmpty == true { sure.insert(place) } else { maybe.insert(place) }
      }
    case .outside:
      sure.insert(columns.rangeStart..<columns.count)
    case .domains, .unresolved:
      maybe.insert(columns.rangeStart..<columns.count)
    }
  }
}

/// How many of an endpoint's addresses lie in blocks.
enum AddressMatch {
  case all, some, none

  init(_ blocks: [IPRange], _ endpoint: Endpoint, _ model: ClusterModel) {
    var own = endpoint.addresses
    if own.isEmpty { own = endpoint.isOnHostNetwork ? model.nodeAddresses : model.podRanges }
    guard !own.isEmpty else {
      // Nothing is known: only all addresses of a family surely are some pod's.
      let isWhole = blocks.contains(.all4) || blocks.contains(.all6)
      self = isWhole ? .all : blocks.isEmpty ? .none : .some
      return
    }
    let outside = IPRange.subtract(blocks, from: own)
    if outside.isEmpty {
      self = .all
    } else if outside == IPRange.union(own) {
      self = .none
    } else {
      self = .some
    }
  }
}
