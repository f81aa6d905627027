package import KubeModel

extension PolicySet {
  /// The policies of a cluster as a CNI understands them.
  package init(_ state: ClusterState, _ semantics: Semantics) {
    self.init()
    NetworkPolicies.read(state, semantics, into: &self)
    AdminPolicies.read(state, semantics, into: &self)
    CalicoPolicies.read(state, semantics, into: &self)
    CiliumPolicies.read(state, semantics, into: &self)
    policies += PolicySet.unknown(state)
  }

  /// What nobody evaluates, as policies that leave everything unknown that they can affect.
  private static func unknown(_ state: ClusterState) -> [Policy] {
    var policies: [Policy] = []
    func add(_ identity: Policy.Identity, _ subjects: LabelExpression) {
      let section = Policy.Section(
        isolates: false,
        rules: [PolicyRule(action: .unknown, peers: .everyone, traffic: .everything, path: "spec")])
      policies.append(
        Policy(
          identity: identity, subjects: subjects, tier: .unmodelled, rank: Policy.Rank(order: 0, tieBreak: ""),
          sections: [.ingress: section, .egress: section]))
    }
    for entry in state.entries where entry.type.role == .unmodelledPolicy {
      let identity = Policy.Identity(entry)
      add(identity, identity.namespace.map { .is(.namespaceName, $0) } ?? .everything)
    }
    if let reason = state.unreadPolicies() {
      let unread = state.namespaces.map(\.name).filter { state.unreadPolicies(namespace: $0) != nil }
      let isEverywhere = unread.count == state.namespaces.count
      add(
        Policy.Identity(kind: "", group: "", namespace: nil, name: reason, path: ""),
        isEverywhere ? .everything : .isIn(.namespaceName, Set(unread)))
    }
    return policies
  }
}

extension Tier {
  /// What Ambit does not model may decide before anything else does.
  static let unmodelled = Tier(name: "not modelled", order: -.infinity, end: .pass)
}
