import KubeModel

/// Cilium's policies, and the groups of CIDRs that they name.
struct CiliumPolicies: Sendable {
  let rules: [CiliumRule]
  /// CIDRs of groups; nil for one that cannot be read.
  let groups: [(name: String, labels: [String: String], prefixes: [Prefix?])]

  init(_ objects: [KubeObject]) {
    let ciliums = objects.filter { $0.group == "cilium.io" }
    rules = ciliums.flatMap(CiliumPolicies.rules)
    groups = ciliums.filter { $0.kind == "CiliumCIDRGroup" }.map { group in
      let cidrs = group.spec?["externalCIDRs"]?.list ?? []
      let prefixes = cidrs.map { $0.string.flatMap { Prefix($0, needsLength: false) } }
      return (group.name, group.labels, prefixes)
    }
  }

  /// The rules of a policy, of `spec` and of `specs`. One that the agent refuses spoils them all.
  private static func rules(_ object: KubeObject) -> [CiliumRule] {
    let namespace: String?
    switch object.kind {
    case "CiliumNetworkPolicy": namespace = object.namespace ?? "default"
    case "CiliumClusterwideNetworkPolicy": namespace = nil
    default: return []
    }
    let spec = object.spec.flatMap { $0.isNull ? nil : $0 }
    let specs = (spec.map { [$0] } ?? []) + (object.value["specs"]?.list ?? [])
    let rules = specs.compactMap { CiliumRule($0, namespace: namespace) }
    return rules.count == specs.count ? rules : []
  }

  /// Whether a policy for nodes selects one. Such policies are not evaluated.
  func selectsHost(_ host: Party, _ direction: Direction, _ cluster: Cluster) -> Match {
    let node = cluster.nodes.first { $0.name == host.node }
    return Match.any(rules) { rule in
      guard let selector = rule.nodeSelector, rule.section(direction) != nil else { return .no }
      return node.map { selector.matches(CiliumLabels(node: $0.labels)) } ?? .maybe(.conditional)
    }
  }
}
