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
  /// The traffic, where names in it stand for ports of the pod that the policy applies to.
  let ownTraffic: RuleTraffic?
  /// Which of the endpoints that the policy applies to the rule is about; nil for all of them.
  let subjects: ColumnMatch?

  /// The traffic of a part at an endpoint that the policy applies to.
  func traffic(_ part: Part, at endpoint: Endpoint) -> TrafficSet {
    ownTraffic?.traffic(at: endpoint) ?? part.traffic
  }
}

/// The columns that something holds of surely, and those that it may hold of.
struct ColumnMatch: Sendable {
  var sure: Bitset
  /// Those that it holds of surely are among them.
  var possible: Bitset

  mutating func formUnion(_ other: ColumnMatch) {
    sure.formUnion(other.sure)
    possible.formUnion(other.possible)
  }

  mutating func insert(_ column: Int, _ certainty: Certainty) {
    if certainty == .surely { sure.insert(column) }
    if certainty != .never { possible.insert(column) }
  }
}

/// Turns rules into columns.
struct RuleCompiler {
  let columns: Columns
  let direction: Direction
  /// Names of ports that are asked about themselves, as nobody knows what a pod to come gives them to.
  private let portNames: PortNames
  private let matcher: PeerMatcher
  private let model: ClusterModel

  /// - Parameter family: the only family of addresses that traffic is between, where families differ.
  init(
    model: ClusterModel, columns: Columns, direction: Direction, portNames: PortNames, family: IPRange.Family? = nil
  ) {
    self.portNames = portNames
    self.model = model
    self.columns = columns
    self.direction = direction
    matcher = PeerMatcher(model: model, columns: columns, family: family)
  }

  func compile(_ rule: PolicyRule, _ index: inout LabelIndex) -> CompiledRule {
    let isConditional = rule.condition != nil
    var peers: [(columns: Bitset?, isConditional: Bool)] = []
    switch rule.peers {
    case .everyone: peers.append((nil, isConditional))
    case .terms(let terms):
      let match = matcher.union(terms.map(\.who), &index)
      let maybe = match.possible.subtracting(match.sure)
      // Behind what surely holds: evaluation goes backwards, and what is tried first counts last.
      if !maybe.isEmpty { peers.append((maybe, true)) }
      if !match.sure.isEmpty { peers.append((match.sure, isConditional)) }
    }
    var parts: [CompiledRule.Part] = []
    for (columns, isConditional) in peers {
      if case .some(let fixed, let named, _, _) = rule.traffic {
        parts += atPodsToCome(fixed, named, among: columns, isConditional)
      }
      if direction == .egress && rule.traffic.isByName {
        parts += byName(columns, isConditional, rule.traffic)
      } else {
        parts.append(
          CompiledRule.Part(columns: columns, traffic: rule.traffic.traffic(at: nil), isConditional: isConditional))
      }
    }
    return CompiledRule(
      action: rule.action, parts: parts,
      ownTraffic: direction == .ingress && rule.traffic.isByName ? rule.traffic : nil,
      subjects: rule.subject.map { matcher.match($0, &index) })
  }

  /// What the rule does to names of ports at pods that may yet be deployed.
  private func atPodsToCome(
    _ fixed: TrafficSet, _ named: [NamedPort], among peers: Bitset?, _ isConditional: Bool
  ) -> [CompiledRule.Part] {
    let traffic = direction == .egress ? portNames.traffic(fixed, named) : .none
    guard !traffic.isEmpty else { return [] }
    var future = Bitset(count: columns.count, filled: columns.endpointCount..<columns.rangeStart)
    if let peers { future.formIntersection(peers) }
    return future.isEmpty ? [] : [CompiledRule.Part(columns: future, traffic: traffic, isConditional: isConditional)]
  }

  /// At the destination's end a name is resolved by the destination, which is the peer: a part for each
  /// set of ports that comes out. Addresses have no names for ports.
  private func byName(
    _ peers: Bitset?, _ isConditional: Bool, _ traffic: RuleTraffic
  ) -> [CompiledRule.Part] {
    let peers = peers ?? Bitset(count: columns.count, filled: 0..<columns.count)
    var found: [TrafficSet: Bitset] = [:]
    let other = traffic.traffic(at: nil)
    peers.forEach { column in
      let traffic = column < columns.endpointCount ? traffic.traffic(at: model.endpoints[column]) : other
      if !traffic.isEmpty { found[traffic, default: Bitset(count: columns.count)].insert(column) }
    }
    return found.map { CompiledRule.Part(columns: $1, traffic: $0, isConditional: isConditional) }
  }
}
