/// Walks the policies of one endpoint in the order in which they are asked.
struct Tracer {
  private let engine: ReachabilityEngine
  private let endpoint: Int
  private let peer: ReachabilityEngine.Place
  private let columns: [Int]
  private let direction: Direction
  private let point: TrafficPoint
  private var steps: [Trace.Step] = []

  init(
    _ engine: ReachabilityEngine, _ endpoint: Int, _ peer: ReachabilityEngine.Place, _ direction: Direction,
    _ point: TrafficPoint
  ) {
    self.engine = engine
    self.endpoint = endpoint
    self.peer = peer
    self.direction = direction
    self.point = point
    columns = engine.columns(of: peer, direction)
  }

  mutating func run() -> [Trace.Step] {
    if case .endpoint(let peer) = peer, direction == .ingress, engine.model.endpoints[peer].isOnHostNetwork {
      steps.append(
        Trace.Step(
          tier: "node", policies: [], rule: nil, ruleName: nil,
          outcome: .depends(
            .allow, reason: "traffic from a pod's own node always passes, and where pods run is not recorded")))
    }
    var rest = engine.applying[direction][endpoint][...]
    while let first = rest.first {
      let tier = engine.policies[Int(first)].tier
      let policies = rest.prefix { engine.policies[Int($0)].tier == tier }
      rest = rest.dropFirst(policies.count)
      if walk(Array(policies), tier) { return steps }
    }
    return steps
  }

  /// Asks the policies of a tier; true where one decided for good.
  private mutating func walk(_ places: [Int32], _ tier: Tier) -> Bool {
    for place in places {
      let policy = engine.policies[Int(place)]
      guard let section = policy.sections[direction] else { continue }
      for (index, rule) in section.rules.enumerated() {
        let outcome = outcome(rule) { engine.rules(Int(place), direction, family: $0)[index] }
        steps.append(
          Trace.Step(
            tier: tier.name, policies: [policy.identity], rule: rule.path, ruleName: rule.name, outcome: outcome))
        // A rule that passes leaves the tier undecided, and the next one is asked.
        if case .decided(let action) = outcome { return action != .pass }
      }
    }
    let isolating = places.map { engine.policies[Int($0)] }.filter { $0.sections[direction]?.isolates == true }
    guard !isolating.isEmpty, tier.end == .deny else { return false }
    steps.append(
      Trace.Step(
        tier: tier.name, policies: isolating.map(\.identity), rule: nil, ruleName: nil, outcome: .endOfTier))
    return true
  }

  private func outcome(_ rule: PolicyRule, _ compiled: (_ family: Int) -> CompiledRule) -> Trace.Outcome {
    let own = engine.model.endpoints[endpoint]
    // Traffic of each family with each column of the peer.
    let cases = columns.flatMap { column in
      engine.families(endpoint, column, direction).map { (column: column, rule: compiled($0)) }
    }
    guard cases.contains(where: { $0.rule.subjects?.possible.contains(endpoint) ?? true }) else {
      return .passedOver(reason: "it is not about this pod, although its policy is")
    }
    // What the rule does to each: surely, in some cases, or not at all.
    var (sure, maybe) = (0, 0)
    for (column, compiled) in cases where compiled.subjects?.possible.contains(endpoint) ?? true {
      let isSubject = compiled.subjects?.sure.contains(endpoint) ?? true
      let parts = compiled.parts.filter { part in
        (part.columns?.contains(column) ?? true) && compiled.traffic(part, at: own).contains(point.transport, point.port)
      }
      if isSubject && parts.contains(where: { !$0.isConditional }) { sure += 1 } else if !parts.isEmpty { maybe += 1 }
    }
    if sure == cases.count && sure > 0 { return .decided(rule.action) }
    if sure + maybe > 0 {
      let reason =
        rule.condition?.text
        ?? (sure > 0 ? "the rule holds for part of the addresses" : "the objects do not tell whether the peer is meant")
      return .depends(rule.action, reason: reason)
    }
    let isPeer = cases.contains { given in given.rule.parts.contains { $0.columns?.contains(given.column) ?? true } }
    if isPeer {
      return .passedOver(reason: "\(point) is not among its ports (\(rule.traffic.text))")
    }
    return .passedOver(reason: peerReason(rule))
  }

  private func peerReason(_ rule: PolicyRule) -> String {
    guard case .terms(let terms) = rule.peers, let first = terms.first else { return "it names no peer" }
    let side = direction == .ingress ? "source" : "destination"
    guard terms.count == 1 else { return "none of its \(terms.count) peers is the \(side)" }
    return "the \(side) is not its peer: \(reason(first))"
  }

  private func holds(_ term: PeerTerm.Who) -> Bool {
    let rule = PolicyRule(action: .allow, peers: .terms([PeerTerm(term, path: "")]), traffic: .everything, path: "")
    let parts = engine.compiled(rule, direction).parts
    return columns.contains { column in parts.contains { $0.columns?.contains(column) ?? true } }
  }

  private func reason(_ term: PeerTerm) -> String {
    switch (term.who, peer) {
    case (.pods(let expression), .endpoint(let place)):
      let peer = engine.model.endpoints[place]
      if peer.isOnHostNetwork { return "selectors do not select pods on their node's network" }
      let labels = engine.model.namespaces[peer.namespace] ?? [:]
      return expression.failure { peer.value($0, labels) } ?? "it does not select it"
    case (.pods, .range): return "it selects pods"
    case (.addresses(let blocks, let reach), .endpoint):
      return reach != .everywhere
        ? "its addresses are taken as outside of the cluster" : "\(TrafficText.blocks(blocks)) does not hold its address"
    case (.addresses(let blocks, _), .range(let range)):
      return "\(range.shortText) is not in \(TrafficText.blocks(blocks))"
    case (.nodes, _): return "it names nodes"
    case (.outside, _): return "it names what is outside of the cluster"
    case (.family(let family), _): return "it is about \(family == .v4 ? "IPv4" : "IPv6") only"
    case (.domains(let names), _): return "it names \(names.joined(separator: ", "))"
    case (.unresolved(let what), _): return "it names \(what)"
    case (.every(let terms), _):
      // The first part that does not hold is the reason.
      for term in terms where !holds(term) { return reason(PeerTerm(term, path: "")) }
      return "not all of what it names holds"
    case (.either, _): return "none of what it names holds"
    case (.not, _): return "it excludes it"
    }
  }
}

/// Short texts for traffic and addresses.
enum TrafficText {
  static func blocks(_ blocks: [IPRange]) -> String {
    let texts = IPRange.union(blocks).prefix(3).map(\.shortText).joined(separator: ", ")
    return blocks.count > 3 ? "\(texts), …" : texts
  }
}

extension RuleTraffic {
  /// `TCP 80,443 and the port named http`.
  package var text: String {
    switch self {
    case .everything: return "all traffic"
    case .some(let fixed, let named, _, _):
      var parts = fixed.isEmpty ? [] : [fixed.connectionText]
      parts += named.map { "\($0.transport.map { "\($0.name) " } ?? "")port '\($0.name)'" }
      return parts.isEmpty ? "no traffic" : parts.joined(separator: " and ")
    }
  }
}

extension LabelExpression {
  /// Why the expression does not hold, or nil where it does.
  func failure(_ value: (Key) -> String?) -> String? {
    guard !holds(value) else { return nil }
    switch self {
    case .everything: return nil
    case .nothing: return "the selector selects nothing"
    case .all(let parts):
      for part in parts { if let failure = part.failure(value) { return failure } }
      return nil
    case .isIn(let key, let values):
      let wanted = values.sorted().map { "'\($0)'" }.joined(separator: " or ")
      return value(key).map { "\(key.text) is '\($0)', not \(wanted)" } ?? "\(key.text) is absent, not \(wanted)"
    case .has(let key): return "\(key.text) is absent"
    case .not(.has(let key)): return "\(key.text) is there"
    case .not(.isIn(let key, _)): return "\(key.text) is '\(value(key) ?? "")', which is excluded"
    case .contains(let key, _), .hasPrefix(let key, _), .hasSuffix(let key, _):
      return "\(key.text) is '\(value(key) ?? "")'"
    case .not, .any: return "its selector does not hold"
    }
  }
}

extension LabelExpression.Key {
  package var text: String {
    switch self {
    case .pod(let key): "label \(key)"
    case .namespace(let key): "the namespace's label \(key)"
    case .namespaceName: "the namespace"
    case .serviceAccount: "the service account"
    }
  }
}
