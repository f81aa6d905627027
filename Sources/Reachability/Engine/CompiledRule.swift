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

  /// Ports by name that stand for ports of the pod that the policy applies to.
  struct OwnPorts: Sendable {
    let named: [NamedPort]
    let except: TrafficSet
    let exceptNamed: [NamedPort]
  }

  let action: RuleAction
  let parts: [Part]
  let ownPorts: OwnPorts?
  /// Which of the endpoints that the policy applies to the rule is about; nil for all of them.
  let subjects: ColumnMatch?

  /// The traffic of a part at an endpoint that the policy applies to.
  func traffic(_ part: Part, at endpoint: Endpoint) -> TrafficSet {
    guard let ownPorts else { return part.traffic }
    return part.traffic.union(endpoint.traffic(ownPorts.named)).subtracting(ownPorts.except)
      .subtracting(endpoint.traffic(ownPorts.exceptNamed))
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
}

/// Turns rules into columns.
struct RuleCompiler {
  let columns: Columns
  let direction: Direction
  /// Names of ports that are asked about themselves, as nobody knows what a pod to come gives them to.
  private let portNames: PortNames
  private let matcher: PeerMatcher
  private let model: ClusterModel

  init(model: ClusterModel, columns: Columns, direction: Direction, portNames: PortNames) {
    self.portNames = portNames
    self.model = model
    self.columns = columns
    self.direction = direction
    matcher = PeerMatcher(model: model, columns: columns)
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
    var ownPorts: CompiledRule.OwnPorts?
    for (columns, isConditional) in peers {
      switch rule.traffic {
      case .everything:
        parts.append(CompiledRule.Part(columns: columns, traffic: .everything, isConditional: isConditional))
      case .some(let fixed, let named, let except, let exceptNamed):
        parts += atPodsToCome(fixed, named, among: columns, isConditional)
        let isByName = !named.isEmpty || !exceptNamed.isEmpty
        if direction == .ingress && isByName {
          ownPorts = CompiledRule.OwnPorts(named: named, except: except, exceptNamed: exceptNamed)
          parts.append(CompiledRule.Part(columns: columns, traffic: fixed, isConditional: isConditional))
        } else if isByName {
          parts += byName(columns, isConditional) { endpoint in
            fixed.union(endpoint?.traffic(named) ?? .none).subtracting(except)
              .subtracting(endpoint?.traffic(exceptNamed) ?? .none)
          }
        } else {
          parts.append(
            CompiledRule.Part(columns: columns, traffic: fixed.subtracting(except), isConditional: isConditional))
        }
      }
    }
    return CompiledRule(
      action: rule.action, parts: parts, ownPorts: ownPorts,
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
    _ peers: Bitset?, _ isConditional: Bool, _ traffic: (Endpoint?) -> TrafficSet
  ) -> [CompiledRule.Part] {
    let peers = peers ?? Bitset(count: columns.count, filled: 0..<columns.count)
    var found: [TrafficSet: Bitset] = [:]
    let other = traffic(nil)
    peers.forEach { column in
      let traffic = column < columns.endpointCount ? traffic(model.endpoints[column]) : other
      if !traffic.isEmpty { found[traffic, default: Bitset(count: columns.count)].insert(column) }
    }
    return found.map { CompiledRule.Part(columns: $1, traffic: $0, isConditional: isConditional) }
  }
}
