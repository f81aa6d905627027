import KubeModel

/// Calico's objects: policies in tiers, and sets of addresses that selectors match, too.
struct CalicoPolicies: Sendable {
  struct Tier: Sendable {
    enum DefaultAction: Sendable { case deny, pass, unreadable }
    let name: String
    let order: Double
    let defaultAction: DefaultAction
    /// Without its object a tier's place is not known; its policies are taken as last, and in doubt.
    let isThere: Bool
  }

  /// A NetworkSet, a GlobalNetworkSet, or a HostEndpoint's addresses.
  struct NetworkSet: Sendable {
    let namespace: String?
    let labels: [String: String]
    /// Nil for a net that cannot be read.
    let nets: [Block?]
  }

  let tiers: [Tier]
  let policies: [CalicoPolicy]
  let sets: [NetworkSet]
  /// The nodes of host endpoints; nil for one that does not say.
  private let hostEndpointNodes: [String?]

  init(_ objects: [KubeObject]) {
    let calicos = objects.filter { CalicoPolicies.groups.contains($0.group) }
    // Staged kinds are not enforced, and a tier that has nothing else does not decide.
    policies = calicos.compactMap(CalicoPolicy.init)
    sets = calicos.compactMap { object in
      switch object.kind {
      case "NetworkSet": CalicoPolicies.set(object, namespace: object.namespace ?? "default", nets: "nets")
      case "GlobalNetworkSet": CalicoPolicies.set(object, namespace: nil, nets: "nets")
      case "HostEndpoint": CalicoPolicies.set(object, namespace: nil, nets: "expectedIPs")
      default: nil
      }
    }
    hostEndpointNodes = calicos.filter { $0.kind == "HostEndpoint" }.map { $0.spec?["node"]?.string }
    let found = calicos.filter { $0.kind == "Tier" }.map(Tier.init)
    let known = found + Tier.predefined.filter { tier in !found.contains { $0.name == tier.name } }
    let missing = Set(policies.map(\.tier)).subtracting(known.map(\.name)).map(Tier.init(missing:))
    tiers = (known + missing).sorted { ($0.order, $0.name) < ($1.order, $1.name) }
  }

  static let groups: Set<String> = ["projectcalico.org", "crd.projectcalico.org"]

  private static func set(_ object: KubeObject, namespace: String?, nets key: String) -> NetworkSet {
    let nets = object.spec?[key]?.list ?? []
    return NetworkSet(namespace: namespace, labels: object.labels, nets: nets.map(Block.init(calicoNet:)))
  }

  /// Whether a node has a host endpoint, whose policies are not evaluated.
  func hasHostEndpoint(_ host: Party) -> Match {
    Match.any(hostEndpointNodes) { node in
      guard let node, let own = host.node else { return .maybe(.unknown) }
      return Match(node == own)
    }
  }
}

extension CalicoPolicies.Tier {
  static let predefined = [
    CalicoPolicies.Tier(name: "kube-admin", order: 1_000, defaultAction: .pass, isThere: true),
    CalicoPolicies.Tier(name: "default", order: 1_000_000, defaultAction: .deny, isThere: true),
    CalicoPolicies.Tier(name: "kube-baseline", order: 10_000_000, defaultAction: .pass, isThere: true),
    // Of the older kinds of administrators' policies.
    CalicoPolicies.Tier(name: "adminnetworkpolicy", order: 1_000, defaultAction: .pass, isThere: true),
    CalicoPolicies.Tier(name: "baselineadminnetworkpolicy", order: 10_000_000, defaultAction: .pass, isThere: true),
  ]

  init(_ object: KubeObject) {
    name = object.name
    order = CalicoPolicies.order(object.spec?["order"])
    isThere = true
    defaultAction =
      switch object.spec?["defaultAction"]?.string {
      case nil, "Deny": .deny
      case "Pass": .pass
      default: .unreadable
      }
  }

  init(missing name: String) {
    self.init(name: name, order: .infinity, defaultAction: .deny, isThere: false)
  }
}

extension CalicoPolicies {
  /// Without an order, a tier or a policy comes last.
  static func order(_ value: Value?) -> Double {
    switch value {
    case .int(let order)?: Double(order)
    case .double(let order)?: order
    default: .infinity
    }
  }
}

extension Block {
  init?(calicoNet value: Value) {
    guard let prefix = value.string.flatMap({ Prefix($0, needsLength: false) }) else { return nil }
    self.init(prefix)
  }
}
