internal import KubeModel

extension CiliumReader {
  private enum Subjects {
    case known(LabelExpression)
    /// These at most, and perhaps none.
    case uncertain(LabelExpression)
  }

  /// What one spec denies, and what it allows.
  mutating func read(spec: Value, _ path: String) -> [Policy] {
    let lists = Direction.allCases.flatMap { [$0.rawValue, "\($0.rawValue)Deny"] }
    expectKeys(
      spec, ["endpointSelector", "nodeSelector", "labels", "description", "log", "enableDefaultDeny"] + lists, path)
    let subjects = subjects(spec, path)
    if let nodes = spec["nodeSelector"].flatMap({ $0.isNull ? nil : withoutSources($0) }) {
      let isNamed = { (direction: Direction) in
        [direction.rawValue, "\(direction.rawValue)Deny"].contains { spec[$0]?.list?.isEmpty == false }
      }
      add(
        NodePolicy(
          subject: .labelled(nodes), directions: Set(Direction.allCases.filter(isNamed)), verdict: .conditional))
    }
    var denials: [Direction: Policy.Section] = [:]
    var grants: [Direction: Policy.Section] = [:]
    var isEmpty = true
    for direction in Direction.allCases {
      let key = direction.rawValue
      let denied = list(spec["\(key)Deny"], "\(path).\(key)Deny") ?? []
      let allowed = list(spec[key], "\(path).\(key)") ?? []
      guard !denied.isEmpty || !allowed.isEmpty else { continue }
      isEmpty = false
      let isolates = asksForDefaultDeny(spec, direction, path)
      var denyRules: [PolicyRule] = []
      for (index, rule) in denied.enumerated() {
        denyRules += rules(rule, direction, .deny, "\(path).\(key)Deny[\(index)]")
      }
      var allowRules: [PolicyRule] = []
      for (index, rule) in allowed.enumerated() {
        let path = "\(path).\(key)[\(index)]"
        let read = rules(rule, direction, .allow, path)
        if !isolates, looksAtRequests(rule) {
          note(
            path, "may restrict the traffic that it names, although the policy does not ask for default deny",
            .surprising)
        }
        allowRules += read
        denyRules += requirement(rule, direction, path)
      }
      if !denyRules.isEmpty || !denied.isEmpty {
        denials[direction] = Policy.Section(isolates: isolates, rules: denyRules)
      }
      if !allowed.isEmpty { grants[direction] = Policy.Section(isolates: isolates, rules: allowRules) }
    }
    if isEmpty { note(path, "has no rule in any of \(lists.joined(separator: ", "))") }
    switch subjects {
    case nil: return []
    case .known(let pods):
      return [(0, denials), (1, grants)].compactMap { order, sections in
        sections.isEmpty ? nil : policy(pods, order, sections)
      }
    case .uncertain(let pods):
      let unknown = denials.merging(grants) { denied, _ in denied }.mapValues { _ in
        Policy.Section(
          isolates: false,
          rules: [PolicyRule(action: .unknown, peers: .everyone, traffic: .everything, path: path)])
      }
      return unknown.isEmpty ? [] : [policy(pods, 0, unknown)]
    }
  }

  private func policy(
    _ subjects: LabelExpression, _ order: Double, _ sections: [Direction: Policy.Section]
  ) -> Policy {
    Policy(
      identity: identity, subjects: subjects, tier: .default,
      rank: Policy.Rank(order: order, tieBreak: "\(identity.name)/\(identity.namespace ?? "")/\(identity.kind)"),
      sections: sections)
  }

  /// Whether a proxy sees traffic of the rule: what it does not let pass is lost, default deny or not.
  private func looksAtRequests(_ rule: Value) -> Bool {
    (rule["toPorts"]?.list ?? []).contains { item in
      ["rules", "serverNames", "listener"].contains { item[$0]?.list?.isEmpty == false || item[$0]?.map?.isEmpty == false }
    }
  }

  /// Whether pods of the policy are closed where no rule opens them.
  private mutating func asksForDefaultDeny(_ spec: Value, _ direction: Direction, _ path: String) -> Bool {
    guard let given = spec["enableDefaultDeny"], !given.isNull else { return true }
    let path = "\(path).enableDefaultDeny"
    expectKeys(given, Direction.allCases.map(\.rawValue), path)
    guard let flag = given[direction.rawValue], !flag.isNull else { return true }
    if flag.bool == nil { note("\(path).\(direction.rawValue)", "is neither true nor false") }
    return flag.bool ?? true
  }

  /// The pods that a spec applies to; nil where it applies to none that Ambit models.
  private mutating func subjects(_ spec: Value, _ path: String) -> Subjects? {
    let endpoints = spec["endpointSelector"].flatMap { $0.isNull ? nil : $0 }
    let nodes = spec["nodeSelector"].flatMap { $0.isNull ? nil : $0 }
    switch (endpoints, nodes) {
    case (nil, nil):
      note(path, "has neither endpointSelector nor nodeSelector")
      return nil
    case (.some, .some):
      note(path, "has both endpointSelector and nodeSelector")
      return nil
    case (nil, let nodes?):
      let path = "\(path).nodeSelector"
      guard namespace == nil else {
        note(path, "selects nodes, which only a clusterwide policy may")
        return nil
      }
      _ = selector(nodes, path)
      note(path, "selects nodes: the policy does nothing to the traffic of pods, and Ambit models pods", .partIgnored)
      return nil
    case (let endpoints?, nil): return pods(endpoints, "\(path).endpointSelector")
    }
  }

  private mutating func pods(_ value: Value, _ path: String) -> Subjects? {
    guard var selector = selector(value, path) else { return nil }
    // A clusterwide policy speaks of all endpoints; any other of those in its namespace, whatever it says.
    if let namespace {
      let foreign = selector.dropForeignNamespace(namespace, labels: value["matchLabels"])
      if let foreign {
        note(
          path, "names the namespace '\(HiddenText.escaped(foreign))', which Cilium drops: it applies in its own",
          .surprising)
      }
      if selector.namespaces.contains(where: { !$0.contains(namespace) }) {
        note(path, "names only namespaces that the policy does not stand in, and so selects nothing", .surprising)
      }
      selector.bound = .to(namespace)
    }
    if let reserved = selector.wantedReservedName {
      note(
        path, "selects endpoints of the kind '\(HiddenText.escaped(reserved))', which are no pods: Ambit models pods",
        .partIgnored)
      return nil
    }
    guard selector.clusterText == nil else {
      note(path, "selects pods of a cluster by its name, and no object tells which name Cilium knows this one by", .unknown)
      return .uncertain(selector.pods)
    }
    return .known(selector.pods)
  }

  /// A requirement on peers that any policy allows by their labels: in agents that know it, whoever lacks it is not
  /// allowed so.
  private mutating func requirement(_ rule: Value, _ direction: Direction, _ path: String) -> [PolicyRule] {
    let key = direction == .ingress ? "fromRequires" : "toRequires"
    let path = "\(path).\(key)"
    guard let selectors = list(rule[key], path), !selectors.isEmpty else { return [] }
    note(path, "is a restriction that Cilium 1.19 and later refuse, together with the whole policy", .surprising)
    var parts: [LabelExpression] = []
    for (index, value) in selectors.enumerated() {
      if var selector = selector(value, "\(path)[\(index)]") {
        selector.bindToNamespace(namespace)
        parts.append(selector.pods)
      }
    }
    let others = PeerTerm(.pods(.not(.all(of: parts))), path: path)
    return [
      PolicyRule(
        action: .deny, peers: .terms([others]), traffic: .everything, condition: .requirement, path: path)
    ]
  }
}
