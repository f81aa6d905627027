import KubeModel

/// `networking.k8s.io/v1` NetworkPolicy.
struct NetworkPolicyV1: Sendable {
  struct Rule: Sendable {
    /// No peers: everything.
    let peers: [Peer]
    /// No ports: every port of every protocol.
    let ports: [Port]
  }

  enum Peer: Sendable {
    /// A selector of namespaces that is absent means the policy's own.
    case pods(namespaces: LabelSelector?, pods: LabelSelector?)
    case block(Block)
    case unreadable
  }

  enum Port: Sendable {
    case numbers(TransportProtocol, ClosedRange<Int64>)
    case name(TransportProtocol, String)
    case unreadable
  }

  let namespace: String
  let name: String
  let podSelector: LabelSelector
  let types: Set<Direction>
  /// The directions that have rules, listed as a type or not.
  let directionsWithRules: Set<Direction>
  private let rules: [Direction: [Rule]]

  init?(_ object: KubeObject) {
    guard object.group == "networking.k8s.io", object.kind == "NetworkPolicy" else { return nil }
    namespace = object.namespace ?? "default"
    name = object.name
    let spec = object.spec
    podSelector = LabelSelector(spec?["podSelector"]) ?? .everything
    let ingress = spec?["ingress"]?.list ?? []
    let egress = spec?["egress"]?.list ?? []
    rules = [
      .ingress: ingress.map { Rule(peers: $0["from"], ports: $0["ports"]) },
      .egress: egress.map { Rule(peers: $0["to"], ports: $0["ports"]) },
    ]
    directionsWithRules = Set(rules.filter { !$0.value.isEmpty }.keys)
    // The API server fills in types that are left out; files may come without.
    let listed = spec?["policyTypes"]?.strings ?? []
    types =
      listed.isEmpty
      ? (egress.isEmpty ? [.ingress] : [.ingress, .egress])
      : Set(listed.compactMap(Direction.init(rawValue:)))
  }

  /// Whether the policy isolates a pod. Cilium converts rules of types that are not listed, too.
  func selects(_ pod: Endpoint, _ direction: Direction, _ semantics: Reference.Semantics) -> Match {
    let isOfType = types.contains(direction) || (semantics == .cilium && directionsWithRules.contains(direction))
    guard isOfType, pod.namespace == namespace else { return .no }
    return podSelector.match(pod.labels)
  }

  /// Whether one of the rules allows a packet.
  func allows(_ flow: Flow, _ direction: Direction, _ reference: Reference) -> Match {
    Match.any(rules[direction] ?? []) { rule in
      rule.matches(flow, peer: flow.peer(direction), of: self, reference)
    }
  }
}

extension NetworkPolicyV1.Rule {
  init(peers: Value?, ports: Value?) {
    self.peers = (peers?.list ?? []).map(NetworkPolicyV1.Peer.init)
    self.ports = (ports?.list ?? []).map(NetworkPolicyV1.Port.init)
  }

  func matches(_ flow: Flow, peer: Party, of policy: NetworkPolicyV1, _ reference: Reference) -> Match {
    // Blocks that each hold part of all addresses may hold all of them together.
    let isInBlock = Block.isIn(peers.compactMap(\.block), peer.address)
    let isPeer = peers.isEmpty ? .yes : Match.any(peers) { $0.matches(peer, of: policy, isInBlock: isInBlock, reference) }
    let isPort = ports.isEmpty ? .yes : Match.any(ports) { $0.matches(flow) }
    return isPeer.and(isPort)
  }
}

extension NetworkPolicyV1.Peer {
  init(_ value: Value) {
    let namespaces = LabelSelector(value["namespaceSelector"])
    let pods = LabelSelector(value["podSelector"])
    let block = value["ipBlock"].flatMap { $0.isNull ? nil : $0 }
    switch (block, namespaces != nil || pods != nil) {
    case (nil, true): self = .pods(namespaces: namespaces, pods: pods)
    case (let block?, false): self = Block(ipBlock: block).map(Self.block) ?? .unreadable
    // An entry must be one or the other.
    case (nil, false), (_?, true): self = .unreadable
    }
  }

  var block: Block? { if case .block(let block) = self { block } else { nil } }

  /// - Parameter isInBlock: whether one of the blocks of the rule holds the peer's address.
  func matches(_ peer: Party, of policy: NetworkPolicyV1, isInBlock: Match, _ reference: Reference) -> Match {
    switch self {
    case .unreadable: return .maybe(.unknown)
    case .pods(let namespaces, let pods):
      guard let pod = peer.pod else { return .no }
      let isNamespace =
        namespaces.map { $0.match(reference.cluster.labels(ofNamespace: pod.namespace)) }
        ?? Match(pod.namespace == policy.namespace)
      return isNamespace.and(pods?.match(pod.labels) ?? .yes)
    case .block:
      if peer.pod != nil && !reference.blocksMatchPods { return .no }
      // To Cilium a block means what is outside of the cluster, and nodes are inside.
      if peer.isHost && reference.options.semantics == .cilium { return .no }
      return isInBlock
    }
  }
}

extension Block {
  /// Reads `cidr` and `except`; nil where either cannot be read.
  init?(ipBlock value: Value) {
    guard let prefix = value["cidr"]?.string.flatMap({ Prefix($0) }) else { return nil }
    var exceptions: [Prefix] = []
    for exception in value["except"]?.list ?? [] {
      guard let exception = exception.string.flatMap({ Prefix($0) }) else { return nil }
      exceptions.append(exception)
    }
    self.init(prefix, except: exceptions)
  }
}

extension NetworkPolicyV1.Port {
  init(_ value: Value) {
    let name = value["protocol"].flatMap { $0.isNull ? nil : $0 }?.string ?? "TCP"
    let end = value["endPort"].flatMap { $0.isNull ? nil : $0 }
    guard let `protocol` = TransportProtocol(rawValue: name) else {
      self = .unreadable
      return
    }
    switch (value["port"] ?? .null, end) {
    case (.null, nil): self = .numbers(`protocol`, 1...65535)
    case (.int(let number), nil) where (1...65535).contains(number): self = .numbers(`protocol`, number...number)
    case (.int(let number), .int(let end)?) where number >= 1 && end >= number && end <= 65535:
      self = .numbers(`protocol`, number...end)
    case (.string(let name), nil): self = .name(`protocol`, name)
    default: self = .unreadable
    }
  }

  func matches(_ flow: Flow) -> Match {
    switch self {
    case .unreadable: .maybe(.unknown)
    case .numbers(let `protocol`, let range):
      Match(flow.protocol == `protocol` && range.contains(Int64(flow.port)))
    case .name(let `protocol`, let name): flow.protocol == `protocol` ? flow.goesToPort(named: name) : .no
    }
  }
}
