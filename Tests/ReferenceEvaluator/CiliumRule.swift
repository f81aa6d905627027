import KubeModel

/// One rule of a policy of Cilium: what `spec`, or an element of `specs`, holds.
struct CiliumRule: Sendable {
  /// What a rule says about one direction.
  struct Section: Sendable {
    let allow: [CiliumEntry]
    let deny: [CiliumEntry]
    let isDefaultDeny: Bool
  }

  let namespace: String?
  private let endpointSelector: CiliumSelector?
  let nodeSelector: CiliumSelector?
  private let sections: [Direction: Section]

  /// Nil for a rule that the agent refuses.
  init?(_ value: Value, namespace: String?) {
    func field(_ key: String) -> Value? { value[key].flatMap { $0.isNull ? nil : $0 } }
    self.namespace = namespace
    endpointSelector = field("endpointSelector").flatMap(CiliumSelector.init)
    nodeSelector = field("nodeSelector").flatMap(CiliumSelector.init)
    switch (field("endpointSelector") != nil, field("nodeSelector") != nil) {
    case (true, false): guard endpointSelector != nil else { return nil }
    case (false, true): guard nodeSelector != nil, namespace == nil else { return nil }
    default: return nil
    }
    var sections: [Direction: Section] = [:]
    for direction in Direction.allCases {
      let key = direction.rawValue.lowercased()
      let allow = field(key)?.list ?? []
      let deny = field(key + "Deny")?.list ?? []
      let entries = allow.compactMap { CiliumEntry($0, direction, isDeny: false, namespace: namespace) }
      let denials = deny.compactMap { CiliumEntry($0, direction, isDeny: true, namespace: namespace) }
      guard entries.count == allow.count, denials.count == deny.count else { return nil }
      // Whatever is asked for, a direction without rules is left open.
      guard !allow.isEmpty || !deny.isEmpty else { continue }
      let isDefaultDeny = field("enableDefaultDeny")?[key]?.bool ?? true
      sections[direction] = Section(allow: entries, deny: denials, isDefaultDeny: isDefaultDeny)
    }
    let isEmpty = sections.values.allSatisfy { $0.allow.isEmpty && $0.deny.isEmpty }
    guard !isEmpty else { return nil }
    self.sections = sections
  }

  func section(_ direction: Direction) -> Section? { sections[direction] }

  func selects(_ pod: Endpoint, _ cluster: Cluster) -> Match {
    guard let endpointSelector, namespace == nil || namespace == pod.namespace else { return .no }
    return endpointSelector.matches(CiliumLabels(pod, cluster), ignoringNamespaceLabel: namespace != nil)
  }
}

/// An element of `ingress`, `egress`, `ingressDeny` or `egressDeny`.
struct CiliumEntry: Sendable {
  /// Nil: every peer. Empty: none.
  private let peers: [CiliumPeer]?
  /// What `fromRequires` asks of peers, in agents that still know it.
  let requirements: [CiliumSelector]
  private let ports: [CiliumPorts]?
  private let hasICMP: Bool
  private let isAuthenticated: Bool
  private let namespace: String?

  /// Nil for one that the agent refuses.
  init?(_ value: Value, _ direction: Direction, isDeny: Bool, namespace: String?) {
    self.namespace = namespace
    func list(_ key: String) -> [Value]? { value[key]?.list }
    let word = direction == .ingress ? "from" : "to"
    let names =
      ["Endpoints", "Entities", "CIDR", "CIDRSet", "Groups", "Nodes"]
      + (direction == .egress ? ["FQDNs", "Services"] : [])
    let members = names.filter { list(word + $0) != nil }
    // Peers of one kind only, whatever else is there.
    guard members.filter({ list(word + $0)?.isEmpty == false }).count <= 1 else { return nil }
    if isDeny && members.contains("FQDNs") { return nil }
    var peers: [CiliumPeer] = []
    for member in members {
      for element in list(word + member) ?? [] {
        guard let peer = CiliumPeer(member, element) else { return nil }
        peers.append(peer)
      }
    }
    hasICMP = list("icmps")?.isEmpty == false
    let ports = list("toPorts") ?? []
    let read = ports.compactMap { CiliumPorts($0, direction, isDeny: isDeny) }
    guard read.count == ports.count, !(hasICMP && !ports.isEmpty) else { return nil }
    self.ports = ports.isEmpty ? nil : read
    let requirements = list(word + "Requires") ?? []
    self.requirements = requirements.compactMap(CiliumSelector.init)
    guard self.requirements.count == requirements.count else { return nil }
    // With neither peers nor ports a rule selects nothing.
    let isNothing = members.isEmpty && ports.isEmpty && !hasICMP
    // So does one in which a list of peers is there and empty, whatever else there is.
    let isNobody = isNothing || members.contains { list(word + $0)?.isEmpty == true }
    self.peers = isNobody ? [] : members.isEmpty ? nil : peers
    let mode = value["authentication"]?["mode"]?.string
    isAuthenticated = mode != nil && mode != "disabled"
  }

  func matches(_ flow: Flow, _ direction: Direction, _ reference: Reference) -> Match {
    let peer = flow.peer(direction)
    let subject = flow.subject(direction)
    let isPeer: Match = peers.map { peers in matches(peer, peers, near: subject, reference) } ?? .yes
    let isPort: Match = hasICMP ? .no : ports.map { Match.any($0) { $0.matches(flow) } } ?? .yes
    return isPeer.and(isPort).and(isAuthenticated ? .maybe(.conditional) : .yes)
  }

  /// A node may be the subject's own: where that is not known both are tried, so that `host` and `remote-node`
  /// together are certain.
  private func matches(_ peer: Party, _ peers: [CiliumPeer], near subject: Party, _ reference: Reference) -> Match {
    func match(isLocal: Bool) -> Match {
      Match.any(peers) { $0.matches(peer, isLocal: isLocal, namespace: namespace, reference) }
    }
    guard peer.isHost, let pod = subject.pod else { return match(isLocal: false) }
    switch reference.cluster.isSameNode(peer, pod) {
    case .yes: return match(isLocal: true)
    case .no: return match(isLocal: false)
    case .maybe(let doubt): return match(isLocal: true).either(match(isLocal: false), doubt: doubt)
    }
  }

  /// Whether a peer lacks what `fromRequires` asks.
  func failsRequirements(_ peer: Party, _ cluster: Cluster) -> Bool {
    guard !requirements.isEmpty else { return false }
    guard let pod = peer.pod else { return true }
    return !requirements.allSatisfy { $0.matches(CiliumLabels(pod, cluster)) == .yes }
  }
}
