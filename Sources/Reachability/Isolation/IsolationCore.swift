internal import KubeModel

/// The engine over what a namespace's isolation rests on.
struct IsolationCore {
  let namespace: String?
  let state: ClusterState
  let set: PolicySet
  let model: ClusterModel
  let engine: ReachabilityEngine
  /// The same without what rules allow: what passes here is not isolated.
  private let bare: ReachabilityEngine
  let newcomer: Int
  let stranger: Int
  private let node: Int
  let endpointsByTitle: [String: [Int]]

  /// The name of things that nobody can deploy, so that no list of names speaks of them.
  static let nobody = "\0"

  init(_ namespace: String?, _ state: ClusterState, _ set: PolicySet, _ semantics: Semantics) {
    self.namespace = namespace
    self.set = set
    let added = state.part(
      state.entries + [
        IsolationCore.pod(in: namespace ?? IsolationCore.nobody), IsolationCore.pod(in: IsolationCore.nobody),
        IsolationCore.pod(in: IsolationCore.nobody, isOnHostNetwork: true),
      ].compactMap(\.self))
    self.state = added
    let model = ClusterModel(added)
    self.model = model
    var titles: [String: [Int]] = [:]
    var (newcomer, stranger, node) = (0, 0, 0)
    for entry in model.workloads {
      let workload = entry.workload
      guard workload.name == IsolationCore.nobody, let place = entry.endpoints.first else {
        if workload.namespace == namespace { titles[workload.title] = entry.endpoints }
        continue
      }
      if workload.namespace == (namespace ?? IsolationCore.nobody), !model.endpoints[place].isOnHostNetwork { newcomer = place }
      guard workload.namespace == IsolationCore.nobody else { continue }
      if model.endpoints[place].isOnHostNetwork { node = place } else { stranger = place }
    }
    (self.newcomer, self.stranger, self.node, endpointsByTitle) = (newcomer, stranger, node, titles)
    let policies = set.policies.map { $0.mappingRules { $0.allowsNobody ? nil : $0.forEveryone(model.podRanges) } }
    engine = ReachabilityEngine(
      model, policies, semantics, representatives: [.arbitrary], nodePolicies: set.nodePolicies)
    bare = ReachabilityEngine(
      model, policies.map { $0.mappingRules { $0.action == .allow ? nil : $0 } }, semantics, cutBy: policies)
  }

  /// A workload that is not there.
  private static func pod(in namespace: String, isOnHostNetwork: Bool = false) -> ClusterState.Entry {
    let type = ResourceCatalog.workloads
    let name = isOnHostNetwork ? "\0node" : nobody
    let object = KubeObject([
      "apiVersion": "v1", "kind": .string(type.kind), "metadata": ["name": .string(name), "namespace": .string(namespace)],
      "spec": [
        "controller": ["kind": "Pod", "name": .string(nobody)],
        "pods": [["labels": [:], "running": false, "hostNetwork": .bool(isOnHostNetwork)]],
      ],
    ])
    return ClusterState.Entry(object: object, type: type, path: "")
  }

  // MARK: Verdicts

  /// The endpoints of a subject that policy reaches.
  func endpoints(_ subject: Isolation.Subject) -> [Int] {
    places(subject).filter { !model.endpoints[$0].isOnHostNetwork }
  }

  private func places(_ subject: Isolation.Subject) -> [Int] {
    switch subject {
    case .workload(let title): endpointsByTitle[title] ?? []
    case .newcomer: [newcomer]
    }
  }

  func verdict(_ endpoint: Int, _ direction: Direction) -> Isolation.Verdict {
    let loose = everyone(bare, endpoint, direction)
    if !loose.sure.isEmpty { return .notIsolated }
    if !loose.doubt.isEmpty { return .unknown(reason: doubtReason(endpoint, direction)) }
    let open = everyone(engine, endpoint, direction)
    if Openness.isEveryPort(open.sure) { return .open(opening(endpoint, direction)) }
    return Openness.isEveryPort(open.sure.union(open.doubt)) ? .unknown(reason: doubtReason(endpoint, direction)) : .closed
  }

  /// The traffic for which everyone is let through: surely or under conditions, and where nobody can tell.
  private func everyone(
    _ engine: ReachabilityEngine, _ endpoint: Int, _ direction: Direction
  ) -> (sure: TrafficSet, doubt: TrafficSet) {
    let row = engine.row(endpoint, direction)
    let pods = engine.table.map(row.state(stranger))
    let start = engine.rangeStart(direction)
    var ranges: [UInt32: [IPRange]] = [:]
    for (place, range) in engine.spokenRanges(direction).enumerated() { ranges[row.state(start + place), default: []].append(range) }
    let maps = ranges.map { (ranges: $1, map: engine.table.map($0)) }
    func everywhere(_ isWanted: (Verdict) -> Bool) -> TrafficSet {
      let parts = maps.map { (ranges: $0.ranges, traffic: $0.map.traffic(isWanted)) }.filter { !$0.traffic.isEmpty }
      return pods.traffic(isWanted).union(parts.isEmpty ? .none : Openness.everywhere(parts).traffic).intersection(.everyPort)
    }
    let sure = everywhere { $0 == .allowed || $0 == .conditional }
    return (sure, everywhere { $0 != .denied }.subtracting(sure))
  }

  /// Why nobody can tell what becomes of an endpoint's traffic.
  private func doubtReason(_ endpoint: Int, _ direction: Direction) -> String {
    for place in engine.applying[direction][endpoint] {
      let identity = engine.policies[Int(place)].identity
      guard let problem = set.problems.first(where: { $0.policy == identity && $0.effect == .unknown }) else { continue }
      return "\(identity.kind) \(identity.name) cannot be evaluated: \(problem.path) \(problem.message)"
    }
    return "policies of one rank decide differently, and nothing says which is asked first"
  }

  private func opening(_ endpoint: Int, _ direction: Direction) -> Isolation.Opening {
    var other: Isolation.Opening?
    for source in sources(endpoint, direction) {
      guard let everyone = everyone(source) else { continue }
      let opening = Isolation.Opening(
        policy: engine.policies[source.policy].identity, path: source.path, everyone: everyone)
      if Openness.isEveryPort(source.traffic) { return opening }
      other = other ?? opening
    }
    if let other { return other }
    let parts = sources(endpoint, direction).filter { !$0.addresses.isEmpty }
    let taking = Openness.everywhere(parts.map { ($0.addresses, $0.traffic) }).taking
    guard let first = taking.min().map({ parts[$0] }) else {
      return Isolation.Opening(policy: nil, path: nil, everyone: "everyone")
    }
    return Isolation.Opening(policy: engine.policies[first.policy].identity, path: first.path, everyone: "any address")
  }

  // MARK: Outcomes

  func outcome(_ subject: Isolation.Subject, to addresses: [IPRange], _ traffic: TrafficSet) -> Connections.Outcome {
    let columns = engine.places(of: addresses, .egress).map { engine.rangeStart(.egress) + $0 }
    return outcome(subject, columns, traffic)
  }

  func outcomeToNodes(_ subject: Isolation.Subject, _ traffic: TrafficSet) -> Connections.Outcome {
    let outcome = outcome(subject, [node], traffic)
    // Whether a block holds nodes cannot be told where no node's address is known.
    guard model.nodeAddresses.isEmpty else { return outcome }
    return Connections.Outcome(
      allowed: outcome.allowed, ambiguous: outcome.ambiguous, unknown: outcome.unknown.union(outcome.conditional))
  }

  private func outcome(_ subject: Isolation.Subject, _ columns: [Int], _ traffic: TrafficSet) -> Connections.Outcome {
    let states = places(subject).flatMap { place in columns.map { engine.row(place, .egress).state($0) } }
    let joined = states.reduce(engine.deniedState) { $0 == $1 ? $0 : engine.table.join($0, $1, .any) }
    return Connections.Outcome(engine.table.map(joined)).limited(to: traffic)
  }

  /// The ports that a subject's pods declare, but for those on the network of their node.
  func declared(_ subject: Isolation.Subject) -> TrafficSet { .union(of: endpoints(subject).map { model.endpoints[$0].declared }) }

  func exposures() -> [Exposed] {
    let entryPoints = EntryPoints(state, model)
    let outside = Outside(engine, entryPoints)
    return model.workloads.indices.flatMap { place -> [Exposed] in
      let entry = model.workloads[place]
      guard entry.workload.name != IsolationCore.nobody, namespace == nil || entry.workload.namespace == namespace else { return [] }
      return outside.arrivals(place).map { arrival in
        var outcome = arrival.outcome
        if arrival.entryPoint.source == .controller {
          outcome = throughSomebody(entry.endpoints, arrival.entryPoint)
        }
        return Exposed(
          entryPoint: arrival.entryPoint, workload: entry.workload.title,
          traffic: outcome.allowed.union(outcome.conditional), clients: arrival.clients,
          isUnknown: outcome.allowed.isEmpty && outcome.conditional.isEmpty && !outcome.isDenied)
      }
    }
  }

  /// What gets in from a proxy of which nobody knows which pods it is: whatever is let in from any pod at all.
  private func throughSomebody(_ endpoints: [Int], _ entryPoint: EntryPoint) -> Connections.Outcome {
    var traffic = TrafficSet.none
    for target in entryPoint.targets where endpoints.contains(target.endpoint) {
      let loose = everyone(bare, target.endpoint, .ingress)
      let allowed = TrafficSet.union(of: sources(target.endpoint, .ingress).map(\.traffic))
      traffic = traffic.union(target.traffic.intersection(loose.sure.union(loose.doubt).union(allowed)))
    }
    return Connections.Outcome(allowed: traffic)
  }

  // MARK: Pods that nobody saw

  /// Whether a pod with any labels is closed off: what surely applies to every pod closes it, and nothing that may apply to
  /// some opens it.
  func closesEveryPod(_ direction: Direction) -> Bool {
    let policies = engine.policies.compactMap { policy -> Policy? in
      let isSure = policy.subjects == .everything || policy.subjects.isAboutNamespaces
      if isSure { return policy }
      guard let section = policy.sections[direction] else { return nil }
      // The worst of it: what it denies may not be for the pod, and what it passes on may be allowed.
      let rules = section.rules.filter { $0.action != .deny }.map { $0.with(action: .allow) }
      return Policy(
        identity: policy.identity, subjects: .everything, tier: policy.tier, rank: policy.rank,
        sections: [direction: Policy.Section(isolates: false, rules: rules)])
    }
    let worst = ReachabilityEngine(model, policies, engine.semantics)
    let loose = everyone(bareOf(policies), newcomer, direction)
    let open = everyone(worst, newcomer, direction)
    return loose.sure.isEmpty && loose.doubt.isEmpty && !Openness.isEveryPort(open.sure.union(open.doubt))
  }

  private func bareOf(_ policies: [Policy]) -> ReachabilityEngine {
    ReachabilityEngine(
      model, policies.map { $0.mappingRules { $0.action == .allow ? nil : $0 } }, engine.semantics)
  }
}

extension Policy {
  /// The policy with other rules; nil takes one away.
  fileprivate func mappingRules(_ change: (PolicyRule) -> PolicyRule?) -> Policy {
    Policy(
      identity: identity, subjects: subjects, tier: tier, rank: rank,
      sections: sections.mapValues { Section(isolates: $0.isolates, rules: $0.rules.compactMap(change)) })
  }
}

extension PolicyRule {
  /// Whether it speaks of what the objects cannot tell.
  var isUnresolved: Bool {
    guard case .terms(let terms) = peers else { return false }
    return terms.contains { $0.who.isUnresolved }
  }

  /// Whether it changes nothing beside isolating, as an empty rule of Cilium's.
  fileprivate var allowsNobody: Bool {
    guard action == .allow, case .terms(let terms) = peers else { return false }
    return terms.isEmpty
  }

  fileprivate func with(action: RuleAction) -> PolicyRule {
    PolicyRule(
      action: action, peers: peers, subject: subject, traffic: traffic, condition: condition, path: path, name: name)
  }

  /// An allowing rule with the peers that can be everyone: without those that are not, though no object tells their
  /// addresses (names, groups of a provider, the API server), and with addresses of pods only where they are all of them.
  fileprivate func forEveryone(_ podRanges: [IPRange]) -> PolicyRule {
    guard action == .allow, case .terms(let terms) = peers else { return self }
    let blocks = IPRange.union(terms.flatMap { term -> [IPRange] in if case .addresses(let own, .everywhere) = term.who { own } else { [] } })
    let areAllPods = !podRanges.isEmpty && IPRange.subtract(blocks, from: podRanges).isEmpty
    let rest = terms.filter { !$0.who.isNarrow }.map { term -> PeerTerm in
      guard !areAllPods, case .addresses(let own, .everywhere) = term.who else { return term }
      return PeerTerm(.addresses(own, reach: .notPods), path: term.path)
    }
    return PolicyRule(
      action: action, peers: .terms(rest), subject: subject, traffic: traffic, condition: condition, path: path, name: name)
  }
}

extension PeerTerm.Who {
  fileprivate var isUnresolved: Bool {
    switch self {
    case .unresolved: true
    case .every(let terms), .either(let terms): terms.contains(where: \.isUnresolved)
    case .not(let term): term.isUnresolved
    case .pods, .addresses, .nodes, .outside, .family, .domains: false
    }
  }

  fileprivate var isNarrow: Bool {
    switch self {
    case .domains(let names): !names.contains("*")
    case .unresolved: true
    case .every(let terms): terms.contains(where: \.isNarrow)
    case .either(let terms): terms.allSatisfy(\.isNarrow)
    case .pods, .addresses, .nodes, .outside, .family, .not: false
    }
  }
}
