internal import KubeModel

extension IsolationCore {
  /// What a rule allows at an endpoint.
  struct Source {
    let policy: Int
    let path: String
    let isForStrangers: Bool
    let isUnlimited: Bool
    let addresses: [IPRange]
    let traffic: TrafficSet
  }

  /// The allowing rules that apply to an endpoint.
  func sources(_ endpoint: Int, _ direction: Direction) -> [Source] {
    engine.applying[direction][endpoint].flatMap { place in
      rules(Int(place), direction).compactMap { rule, compiled in
        guard compiled.subjects?.possible.contains(endpoint) ?? true else { return nil }
        return source(Int(place), rule, compiled, direction, at: model.endpoints[endpoint])
      }
    }
  }

  private func rules(_ policy: Int, _ direction: Direction) -> [(PolicyRule, CompiledRule)] {
    let section = engine.policies[policy].sections[direction]
    return zip(section?.rules ?? [], engine.rules(policy, direction)).filter { $0.0.action == .allow }.map { ($0, $1) }
  }

  private func source(
    _ policy: Int, _ rule: PolicyRule, _ compiled: CompiledRule, _ direction: Direction, at endpoint: Endpoint?
  ) -> Source? {
    let start = engine.rangeStart(direction)
    let ranges = engine.ranges(direction)
    // Peers that are nobody here may be somebody elsewhere, so that the traffic is the rule's own.
    let traffic = rule.traffic.traffic(at: direction == .ingress ? endpoint : nil)
    guard !traffic.isEmpty else { return nil }
    var source: (strangers: Bool, unlimited: Bool, addresses: [IPRange]) = (false, false, [])
    for part in compiled.parts {
      guard let columns = part.columns else {
        source.unlimited = true
        source.addresses = [.all4, .all6]
        continue
      }
      if columns.contains(stranger) { source.strangers = true }
      for (place, range) in ranges.enumerated() where columns.contains(start + place) { source.addresses.append(range) }
    }
    return Source(
      policy: policy, path: rule.path, isForStrangers: source.strangers, isUnlimited: source.unlimited,
      addresses: IPRange.union(source.addresses), traffic: traffic)
  }

  /// Who everyone is, where a rule lets them through by itself.
  func everyone(_ source: Source) -> String? {
    if source.isUnlimited { return "anyone" }
    if Openness.isMostOfTheInternet(source.addresses) { return "any address" }
    return source.isForStrangers ? "every pod in the cluster" : nil
  }

  private func isOwn(_ identity: Policy.Identity) -> Bool { identity.namespace == namespace }

  func permissions() -> [Permission] {
    var together: [Direction: Set<String>] = [:]
    var known: [Direction: Set<[Int32]>] = [.ingress: [], .egress: []]
    var applied: [Int: [Endpoint]] = [:]
    for direction in Direction.allCases {
      for endpoint in own {
        for place in engine.applying[direction][endpoint] { applied[Int(place), default: []].append(model.endpoints[endpoint]) }
        guard known[direction]?.insert(engine.applying[direction][endpoint]).inserted == true else { continue }
        let parts = sources(endpoint, direction).filter { !$0.addresses.isEmpty && everyone($0) == nil }
        for place in Openness.everywhere(parts.map { ($0.addresses, $0.traffic) }).taking {
          together[direction, default: []].insert(key(parts[place].policy, parts[place].path))
        }
      }
    }
    return engine.policies.indices.filter { isOwn(engine.policies[$0].identity) }.flatMap { place in
      Direction.allCases.flatMap { direction in
        rules(place, direction).compactMap { rule, compiled -> Permission? in
          let endpoints = applied[place] ?? []
          let whole = source(place, rule, compiled, direction, at: nil)
          let sources = endpoints.compactMap { source(place, rule, compiled, direction, at: $0) }
          guard let any = whole ?? sources.first else { return nil }
          let traffic = TrafficSet.union(of: ([whole].compactMap(\.self) + sources).map(\.traffic))
          return Permission(
            policy: engine.policies[place].identity, direction: direction, path: rule.path, everyone: everyone(any),
            isPartOfEveryone: together[direction]?.contains(key(place, rule.path)) == true, addresses: any.addresses,
            isForWholeNamespaces: any.isUnlimited || rule.namesWholeNamespaces, isEveryPort: Openness.isEveryPort(traffic),
            traffic: traffic, declared: TrafficSet.union(of: endpoints.map(\.declared)).intersection(traffic))
        }
      }
    }
  }

  private func key(_ policy: Int, _ path: String) -> String { "\(engine.policies[policy].identity.path) \(path)" }

  /// The endpoints of the namespace, and the newcomer.
  private var own: [Int] { Set(endpointsByTitle.values.joined()).union([newcomer]).sorted() }

  func standings() -> [PolicyStanding] {
    var index = LabelIndex(model)
    var order: [String] = []
    var found: [String: PolicyStanding] = [:]
    func add(_ identity: Policy.Identity, _ policy: Policy?, isSelecting: Bool, _ defect: PolicyStanding.Defect?) {
      guard isOwn(identity), policy == nil || policy?.isModelled == true else { return }
      let old = found[identity.path]
      if old == nil { order.append(identity.path) }
      let sections = policy?.sections ?? [:]
      found[identity.path] = PolicyStanding(
        identity: identity, directions: (old?.directions ?? []).union(sections.keys),
        isolates: (old?.isolates ?? []).union(sections.filter { $0.value.isolates }.keys),
        hasPermissions: old?.hasPermissions == true || sections.values.contains { $0.rules.contains { $0.action == .allow } },
        isSelecting: old?.isSelecting == true || isSelecting, subjectPath: policy?.subjectPath ?? "spec",
        defect: old?.defect ?? defect)
    }
    for problem in set.problems where problem.effect == .refused {
      add(problem.policy, nil, isSelecting: true, .notEvaluated("\(problem.path) \(problem.message)"))
    }
    for other in set.unenforced where found[other.policy.path] == nil {
      add(
        other.policy, nil, isSelecting: true,
        state.enforcement.cni == nil ? .notEvaluated("the CNI, and so whether it is enforced, is not known") : .notEnforced(other.reason))
    }
    for policy in engine.policies {
      let subjects = index.endpoints(policy.subjects)
      let isMeantForAll = policy.subjects == .everything || policy.subjects.isAboutNamespaces && namespace != nil
      let isThere = model.workloads.contains { entry in
        entry.workload.name != IsolationCore.nobody && entry.endpoints.contains { subjects.contains($0) }
      }
      add(policy.identity, policy, isSelecting: isMeantForAll || isThere, nil)
    }
    return order.compactMap { found[$0] }
  }
}

extension PolicyRule {
  /// Whether a term of its peers asks nothing of the pods of a namespace.
  fileprivate var namesWholeNamespaces: Bool {
    guard case .terms(let terms) = peers else { return true }
    return terms.contains { term in
      guard case .pods(let expression) = term.who else { return false }
      return expression != .nothing && Requirements(expression).pods.isEmpty
    }
  }
}
