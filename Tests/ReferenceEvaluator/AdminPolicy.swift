import KubeModel

/// AdminNetworkPolicy and BaselineAdminNetworkPolicy (`policy.networking.k8s.io/v1alpha1`), and
/// ClusterNetworkPolicy (`v1alpha2`), which differ in words only.
struct AdminPolicy: Sendable {
  enum Tier: Sendable { case admin, baseline }
  enum Action: Sendable { case accept, deny, pass, unreadable }

  let kind: String
  let name: String
  let tier: Tier
  let priority: Int64
  /// A priority that is missing or that no server takes leaves the policy's place unknown.
  let hasPlace: Bool
  private let subject: AdminSelector
  private let rules: [Direction: [AdminRule]]

  /// Nil for other kinds, and for objects that have no effect: a BaselineAdminNetworkPolicy not called `default`,
  /// a policy without subject or tier.
  init?(_ object: KubeObject) {
    guard object.group == "policy.networking.k8s.io" else { return nil }
    kind = object.kind
    name = object.name
    let spec = object.spec
    let actions: [String: Action]
    switch (object.kind, object.apiVersion) {
    case ("AdminNetworkPolicy", "policy.networking.k8s.io/v1alpha1"):
      tier = .admin
      actions = ["Allow": .accept, "Deny": .deny, "Pass": .pass]
    case ("BaselineAdminNetworkPolicy", "policy.networking.k8s.io/v1alpha1"):
      guard object.name == "default" else { return nil }
      tier = .baseline
      actions = ["Allow": .accept, "Deny": .deny]
    case ("ClusterNetworkPolicy", "policy.networking.k8s.io/v1alpha2"):
      switch spec?["tier"]?.string {
      case "Admin": tier = .admin
      case "Baseline": tier = .baseline
      default: return nil
      }
      actions = ["Accept": .accept, "Deny": .deny, "Pass": .pass]
    default: return nil
    }
    guard let subject = spec?["subject"], !subject.isNull else { return nil }
    self.subject = AdminSelector(subject) ?? .unreadable
    if kind == "BaselineAdminNetworkPolicy" {
      // The one of its kind stands behind everything else.
      priority = .max
      hasPlace = true
    } else {
      priority = spec?["priority"]?.int ?? .max
      hasPlace = (0...1000).contains(priority)
    }
    rules = [
      .ingress: (spec?["ingress"]?.list ?? []).map { AdminRule($0, .ingress, actions) },
      .egress: (spec?["egress"]?.list ?? []).map { AdminRule($0, .egress, actions) },
    ]
  }

  /// Whether the policy has rules for a pod.
  func selects(_ pod: Endpoint, _ direction: Direction, _ cluster: Cluster) -> Match {
    guard !(rules[direction] ?? []).isEmpty else { return .no }
    return subject.matches(pod, cluster).and(hasPlace ? .yes : .maybe(.unknown))
  }

  /// The first rule that matches a packet decides; `next` is what comes where none does.
  func verdict(
    _ flow: Flow, _ direction: Direction, _ reference: Reference, pass: Verdict, next: Verdict
  ) -> Verdict {
    guard let pod = flow.subject(direction).pod else { return next }
    let decided = (rules[direction] ?? []).reversed().reduce(next) { next, rule in
      let outcome: Verdict =
        switch rule.outcome {
        case .accept: .allowed
        case .deny: .denied
        case .pass: pass
        case .unreadable: .unknown
        }
      return rule.matches(flow, direction, reference).choose(outcome, next)
    }
    return selects(pod, direction, reference.cluster).choose(decided, next)
  }
}

/// `namespaces` or `pods`: what a subject and most peers are.
enum AdminSelector: Sendable {
  case namespaces(LabelSelector)
  case pods(namespaces: LabelSelector, pods: LabelSelector)
  case unreadable

  /// Nil where the value is neither.
  init?(_ value: Value) {
    let namespaces = value["namespaces"] ?? .null
    let pods = value["pods"] ?? .null
    switch (namespaces.isNull, pods.isNull) {
    case (true, true): return nil
    case (false, false): self = .unreadable
    case (false, true): self = AdminSelector.selector(namespaces).map(Self.namespaces) ?? .unreadable
    case (true, false):
      // Both are required; where files leave one out, the types of the API read an empty one.
      guard let keys = pods.map?.keys, Set(keys).isSubset(of: ["namespaceSelector", "podSelector"]),
        let namespaces = AdminSelector.selector(pods["namespaceSelector"] ?? [:]),
        let pods = AdminSelector.selector(pods["podSelector"] ?? [:])
      else {
        self = .unreadable
        return
      }
      self = .pods(namespaces: namespaces, pods: pods)
    }
  }

  /// Older versions put `sameLabels` and other words where the selector is now. Taken for an empty selector they
  /// would mean everything.
  private static func selector(_ value: Value?) -> LabelSelector? {
    guard let selector = LabelSelector(value), let keys = value?.map?.keys,
      Set(keys).isSubset(of: ["matchLabels", "matchExpressions"])
    else { return nil }
    return selector
  }

  func matches(_ pod: Endpoint, _ cluster: Cluster) -> Match {
    switch self {
    case .unreadable: .maybe(.unknown)
    case .namespaces(let selector): selector.match(cluster.labels(ofNamespace: pod.namespace))
    case .pods(let namespaces, let pods):
      namespaces.match(cluster.labels(ofNamespace: pod.namespace)).and(pods.match(pod.labels))
    }
  }
}

struct AdminRule: Sendable {
  private enum Peer: Sendable {
    case selected(AdminSelector)
    /// Only v1alpha2 says that they are addresses of pods too.
    case networks([Block?], ofPods: Bool)
    case nodes(LabelSelector)
    case domainNames
    case unreadable

    /// Whether names of ports mean something beside this peer.
    var hasPortNames: Bool {
      switch self {
      case .networks, .nodes: false
      default: true
      }
    }
  }

  private enum Port: Sendable {
    case numbers(TransportProtocol, ClosedRange<Int64>)
    case name(String)
    case unreadable

    var isName: Bool { if case .name = self { true } else { false } }
  }

  private let action: AdminPolicy.Action
  /// A peer that is not understood spoils the whole rule; nil then.
  private let peers: [Peer]?
  private let ports: [Port]

  init(_ value: Value, _ direction: Direction, _ actions: [String: AdminPolicy.Action]) {
    let action = actions[value["action"]?.string ?? ""] ?? .unreadable
    self.action = action
    let listed = (value[direction == .ingress ? "from" : "to"]?.list ?? []).map {
      AdminRule.peer($0, direction, action, isNewer: actions["Accept"] != nil)
    }
    let understood = listed.compactMap(\.self)
    peers = understood.isEmpty || understood.count < listed.count ? nil : understood
    ports = (value["ports"]?.list ?? []).map(AdminRule.port) + (value["protocols"]?.list ?? []).map(AdminRule.protocol)
  }

  /// A rule with a peer that is not understood fails closed: it accepts nothing, or denies everything.
  var outcome: AdminPolicy.Action { peers == nil && action == .pass ? .deny : action }

  func matches(_ flow: Flow, _ direction: Direction, _ reference: Reference) -> Match {
    guard let peers else { return Match(action != .accept) }
    return Match.any(peers) { peer in
      let isPort = Match.any(ports) { port in
        port.isName && !peer.hasPortNames ? .no : AdminRule.matches(port, flow)
      }
      return AdminRule.matches(peer, flow.peer(direction), reference).and(ports.isEmpty ? .yes : isPort)
    }
  }

  // MARK: Peers

  /// Nil for a peer that is not understood.
  private static func peer(
    _ value: Value, _ direction: Direction, _ action: AdminPolicy.Action, isNewer: Bool
  ) -> Peer? {
    var found: [Peer] = []
    if let selector = AdminSelector(value) { found.append(.selected(selector)) }
    if direction == .egress {
      if let networks = value["networks"]?.list {
        found.append(.networks(networks.map { $0.string.flatMap { Prefix($0) }.map { Block($0) } }, ofPods: isNewer))
      }
      if let nodes = LabelSelector(value["nodes"]) { found.append(.nodes(nodes)) }
      if value["domainNames"]?.list != nil {
        // Names can be accepted only.
        guard action == .accept else { return nil }
        found.append(.domainNames)
      }
    }
    return found.count > 1 ? .unreadable : found.first
  }

  private static func matches(_ peer: Peer, _ party: Party, _ reference: Reference) -> Match {
    switch peer {
    case .unreadable: return .maybe(.unknown)
    case .selected(let selector): return party.pod.map { selector.matches($0, reference.cluster) } ?? .no
    case .networks(let blocks, let ofPods):
      if party.pod != nil && !ofPods && !reference.networksMatchPods { return .no }
      return Match.any(blocks) { $0?.contains(party.address) ?? .maybe(.unknown) }
    case .nodes(let selector):
      guard party.isHost else { return .no }
      if selector.isEmpty { return .yes }
      guard let node = reference.cluster.nodes.first(where: { $0.name == party.node }) else {
        return .maybe(.conditional)
      }
      return selector.match(node.labels)
    case .domainNames: return party.isOutside ? .maybe(.conditional) : .no
    }
  }

  // MARK: Ports

  /// v1alpha1: `portNumber`, `portRange` or `namedPort`.
  private static func port(_ value: Value) -> Port {
    if let number = value["portNumber"] { return range(number, number["port"], number["port"]) }
    if let range = value["portRange"] { return self.range(range, range["start"], range["end"]) }
    return value["namedPort"]?.string.map(Port.name) ?? .unreadable
  }

  private static func range(_ value: Value, _ start: Value?, _ end: Value?) -> Port {
    guard let `protocol` = TransportProtocol(rawValue: value["protocol"]?.string ?? "TCP") else { return .unreadable }
    return numbers(`protocol`, start, end)
  }

  /// v1alpha2: `tcp`, `udp`, `sctp` or `destinationNamedPort`. A protocol without a port means all of it.
  private static func `protocol`(_ value: Value) -> Port {
    if let name = value["destinationNamedPort"]?.string { return .name(name) }
    for `protocol` in TransportProtocol.allCases {
      guard let ports = value[`protocol`.rawValue.lowercased()], ports.map != nil else { continue }
      guard let port = ports["destinationPort"], !port.isNull else { return .numbers(`protocol`, 1...65535) }
      if let range = port["range"] { return numbers(`protocol`, range["start"], range["end"]) }
      return numbers(`protocol`, port["number"], port["number"])
    }
    return .unreadable
  }

  private static func numbers(_ protocol: TransportProtocol, _ start: Value?, _ end: Value?) -> Port {
    guard let start = start?.int, let end = end?.int, start >= 1, end >= start, end <= 65535 else { return .unreadable }
    return .numbers(`protocol`, start...end)
  }

  private static func matches(_ port: Port, _ flow: Flow) -> Match {
    switch port {
    case .unreadable: .maybe(.unknown)
    case .numbers(let `protocol`, let range):
      Match(flow.protocol == `protocol` && range.contains(Int64(flow.port)))
    case .name(let name): flow.goesToPort(named: name)
    }
  }
}
