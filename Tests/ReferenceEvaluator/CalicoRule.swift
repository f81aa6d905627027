import KubeModel

struct CalicoRule: Sendable {
  let action: String
  private let source: CalicoEntity
  private let destination: CalicoEntity
  private let `protocol`: Value?
  private let notProtocol: Value?
  private let ipVersion: Value?
  private let hasICMP: Bool
  private let hasHTTP: Bool

  init(_ value: Value, namespace: String?) {
    func field(_ key: String) -> Value? { value[key].flatMap { $0.isNull ? nil : $0 } }
    action = field("action")?.string ?? ""
    source = CalicoEntity(field("source"), namespace: namespace)
    destination = CalicoEntity(field("destination"), namespace: namespace)
    `protocol` = field("protocol")
    notProtocol = field("notProtocol")
    ipVersion = field("ipVersion")
    hasICMP = field("icmp") != nil || field("notICMP") != nil
    hasHTTP = field("http") != nil
  }

  /// Every criterion must hold.
  func matches(_ flow: Flow, _ reference: Reference) -> Match {
    matchesProtocol(flow).and(matchesVersion(flow)).and(matchesHTTP)
      .and(source.matches(flow.source, of: flow, isDestination: false, reference))
      .and(destination.matches(flow.destination, of: flow, isDestination: true, reference))
      .and(matchesPorts(flow))
  }

  private func matchesProtocol(_ flow: Flow) -> Match {
    let isProtocol = `protocol`.map { CalicoRule.is($0, flow.protocol) } ?? .yes
    let isNot = notProtocol.map { CalicoRule.is($0, flow.protocol).not } ?? .yes
    // Types of ICMP need that protocol, so that a rule which asks for them and for another makes no sense.
    return isProtocol.and(isNot).and(hasICMP ? .maybe(.unknown) : .yes)
  }

  /// Names in any case, or the number in an IP header.
  private static func `is`(_ value: Value, _ protocol: TransportProtocol) -> Match {
    switch value {
    case .int(let number): return Match(number == `protocol`.number)
    case .string(let text):
      if let number = Int64(text) { return Match(number == `protocol`.number) }
      let known = ["TCP", "UDP", "SCTP", "ICMP", "ICMPV6", "UDPLITE"]
      return known.contains(text.uppercased()) ? Match(text.uppercased() == `protocol`.rawValue) : .maybe(.unknown)
    default: return .maybe(.unknown)
    }
  }

  private func matchesVersion(_ flow: Flow) -> Match {
    guard let ipVersion else { return .yes }
    switch ipVersion.int {
    case 4: return flow.family.map { Match($0 == .v4) } ?? .maybe(.conditional)
    case 6: return flow.family.map { Match($0 == .v6) } ?? .maybe(.conditional)
    default: return .maybe(.unknown)
    }
  }

  /// What is in a request decides only in rules that allow.
  private var matchesHTTP: Match {
    guard hasHTTP else { return .yes }
    return .maybe(action == "Allow" ? .conditional : .unknown)
  }

  private func matchesPorts(_ flow: Flow) -> Match {
    let hasPorts = source.hasPorts || destination.hasPorts
    // Numbers of ports need a protocol that has ports.
    if hasPorts && `protocol` == nil { return .maybe(.unknown) }
    return destination.matchesPorts { port in
      switch port {
      case .numbers(let range): Match(range.contains(Int64(flow.port)))
      case .name(let name): flow.goesToPort(named: name)
      case .unreadable: .maybe(.unknown)
      }
    }.and(
      source.matchesPorts { port in
        switch port {
        // A packet's own port is anything, which nobody chose.
        case .numbers(let range): range.lowerBound <= 1 && range.upperBound == 65535 ? .yes : .maybe(.conditional)
        case .name: .maybe(.conditional)
        case .unreadable: .maybe(.unknown)
        }
      })
  }
}

/// One side of a rule.
struct CalicoEntity: Sendable {
  enum Port: Sendable {
    case numbers(ClosedRange<Int64>)
    case name(String)
    case unreadable
  }

  private let namespace: String?
  private let nets: [Block?]
  private let notNets: [Block?]
  private let selector: CalicoField
  private let notSelector: CalicoField
  private let namespaceSelector: CalicoField
  private let serviceAccountNames: [String]
  private let serviceAccountSelector: CalicoField
  private let hasServiceAccounts: Bool
  private let service: Value?
  private let ports: [Port]
  private let notPorts: [Port]

  init(_ value: Value?, namespace: String?) {
    func list(_ key: String) -> [Value] { value?[key]?.list ?? [] }
    self.namespace = namespace
    nets = list("nets").map(Block.init(calicoNet:))
    notNets = list("notNets").map(Block.init(calicoNet:))
    selector = CalicoField(value?["selector"])
    notSelector = CalicoField(value?["notSelector"])
    namespaceSelector = CalicoField(value?["namespaceSelector"])
    let accounts = value?["serviceAccounts"].flatMap { $0.isNull ? nil : $0 }
    serviceAccountNames = accounts?["names"]?.strings ?? []
    serviceAccountSelector = CalicoField(accounts?["selector"])
    hasServiceAccounts = !serviceAccountNames.isEmpty || !serviceAccountSelector.isAbsent
    service = value?["services"].flatMap { $0.isNull ? nil : $0 }
    ports = list("ports").map(Port.init)
    notPorts = list("notPorts").map(Port.init)
  }

  var hasPorts: Bool { !ports.isEmpty || !notPorts.isEmpty }

  func matchesPorts(_ isPort: (Port) -> Match) -> Match {
    (ports.isEmpty ? .yes : Match.any(ports, isPort)).and(Match.any(notPorts, isPort).not)
  }

  func matches(_ party: Party, of flow: Flow, isDestination: Bool, _ reference: Reference) -> Match {
    func isIn(_ blocks: [Block?]) -> Match {
      Match.any(blocks) { $0?.contains(party.address) ?? .maybe(.unknown) }
    }
    return (nets.isEmpty ? .yes : isIn(nets))
      .and(isIn(notNets).not)
      .and(isSelected(party, reference))
      .and(notSelector.isAbsent ? .yes : party.isMember(reference) { notSelector.matches($0.labels) }.not)
      .and(service.map { isBehind($0, party, flow, isDestination: isDestination, reference.cluster) } ?? .yes)
  }

  /// Selectors match what Calico knows: pods, and addresses in sets. One without selectors matches anything else, too.
  private func isSelected(_ party: Party, _ reference: Reference) -> Match {
    let asksHere = !selector.isAbsent || !notSelector.isAbsent || hasServiceAccounts
    let isBound = namespaceSelector.isAbsent && namespace != nil && asksHere
    guard !selector.isAbsent || !namespaceSelector.isAbsent || hasServiceAccounts || isBound else { return .yes }
    return party.isMember(reference) { member in
      // Without a selector of namespaces, a namespaced policy means its own.
      let isNamespace: Match =
        isBound
        ? Match(member.labels[CalicoLabel.namespace] == namespace)
        : namespaceSelector.mapped(\.ofNamespaces).matches(member.labels)
      return isNamespace.and(selector.matches(member.labels)).and(hasServiceAccount(member, reference.cluster))
    }
  }

  private func hasServiceAccount(_ member: CalicoMember, _ cluster: Cluster) -> Match {
    guard hasServiceAccounts else { return .yes }
    guard let pod = member.pod else {
      // A set has no account; only a selector of what is not there could match it.
      return serviceAccountNames.isEmpty ? serviceAccountSelector.matches([:]) : .no
    }
    let isNamed = serviceAccountNames.isEmpty || serviceAccountNames.contains(pod.serviceAccount)
    return Match(isNamed).and(serviceAccountSelector.matches(serviceAccountOf: pod, cluster))
  }

  /// Whether a party is one of a service's endpoints; as a destination, on one of its target ports.
  private func isBehind(
    _ reference: Value, _ party: Party, _ flow: Flow, isDestination: Bool, _ cluster: Cluster
  ) -> Match {
    let namespace = reference["namespace"]?.string ?? self.namespace
    let name = reference["name"]?.string
    let found = cluster.services.first { $0.name == name && ($0.namespace ?? "default") == namespace }
    guard let service = found?.spec, service["type"]?.string != "ExternalName" else { return .no }
    guard let selector = service["selector"]?.stringMap, !selector.isEmpty else { return .maybe(.unknown) }
    guard let endpoint = party.endpoint, endpoint.namespace == namespace,
      selector.allSatisfy({ endpoint.labels[$0.key] == $0.value })
    else { return .no }
    guard isDestination else { return .yes }
    return Match.any(service["ports"]?.list ?? []) { port in
      guard (port["protocol"]?.string ?? "TCP") == flow.protocol.rawValue else { return .no }
      switch port["targetPort"] {
      case .string(let name)?: return endpoint.hasPort(named: name, flow.protocol, flow.port)
      case .int(let number)?: return Match(number == Int64(flow.port))
      default: return Match(port["port"]?.int == Int64(flow.port))
      }
    }
  }
}

extension CalicoEntity.Port {
  /// `80`, `"8080:8090"`, or a name.
  init(_ value: Value) {
    switch value {
    case .int(let number): self = Self.numbers(number, number)
    case .string(let text):
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      if parts.count == 2, let start = Int64(parts[0]), let end = Int64(parts[1]) {
        self = Self.numbers(start, end)
      } else if let number = Int64(text) {
        self = Self.numbers(number, number)
      } else {
        self = text.isEmpty || parts.count > 1 ? .unreadable : .name(text)
      }
    default: self = .unreadable
    }
  }

  private static func numbers(_ start: Int64, _ end: Int64) -> Self {
    start >= 0 && end >= start && end <= 65535 ? .numbers(start...end) : .unreadable
  }
}

/// Something that selectors see behind an address: a pod, or a set that holds the address.
struct CalicoMember {
  let labels: [String: String]
  let pod: Endpoint?
}

extension Party {
  /// Whether one of the things behind the party's address satisfies a test.
  func isMember(_ reference: Reference, _ isOne: (CalicoMember) -> Match) -> Match {
    let cluster = reference.cluster
    let own = pod.map { isOne(CalicoMember(labels: $0.calicoLabels(cluster), pod: $0)) } ?? .no
    return Match.any(reference.policies.calico.sets) { set in
      var labels = set.labels
      if let namespace = set.namespace {
        labels = cluster.calicoLabels(handedDownBy: namespace).merging(labels) { _, own in own }
        labels[CalicoLabel.namespace] = namespace
      }
      let holds = Match.any(set.nets) { $0?.contains(address) ?? .maybe(.unknown) }
      return holds.and(isOne(CalicoMember(labels: labels, pod: nil)))
    }.or(own)
  }
}
