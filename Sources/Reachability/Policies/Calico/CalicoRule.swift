import KubeModel

/// Reads the rules of one policy in one direction.
struct CalicoRuleReader {
  let cluster: CalicoCluster
  /// That of the policy; nil for a global one.
  let namespace: String?
  let direction: Direction

  private static let fields: Set<String> = [
    "action", "ipVersion", "protocol", "icmp", "notProtocol", "notICMP", "source", "destination", "http",
    "metadata",
  ]

  /// One rule, nil where it decides nothing: one that only logs, or one that is refused.
  func rule(_ value: Value, _ path: String, _ reading: inout CalicoReading) -> PolicyRule? {
    guard let map = reading.mapping(value, path, fields: CalicoRuleReader.fields) else {
      reading.refuse(path, "is no rule")
      return nil
    }
    let action = action(map["action"], "\(path).action", &reading)
    let source = CalicoEntity(map["source"], "\(path).source", namespace: namespace, cluster, &reading)
    let destination = CalicoEntity(
      map["destination"], "\(path).destination", namespace: namespace, cluster, &reading)
    let (subject, peer) = direction == .ingress ? (destination, source) : (source, destination)
    if subject.isService { reading.refuse("\(subject.path).services", "stands at the other end of a rule only") }
    let family = family(map["ipVersion"], [source, destination], path, &reading)
    let traffic = traffic(map, destination, source, family: family, path, &reading)
    let isHTTP = isHTTP(map["http"], "\(path).http", action: action, map["protocol"], &reading)
    guard let action, !reading.isRefused else { return nil }
    let isUnknown = source.isUnknown || destination.isUnknown
    return PolicyRule(
      action: isUnknown ? .unknown : action, peers: peers(peer, family: family), subject: subject.who,
      traffic: traffic, condition: condition(isHTTP: isHTTP, source), path: path)
  }

  private func action(_ value: Value?, _ path: String, _ reading: inout CalicoReading) -> RuleAction? {
    switch reading.text(value, path) {
    case "Allow": return .allow
    case "Deny": return .deny
    case "Pass": return .pass
    case "Log": return nil
    case "": reading.refuse(path, "a rule needs an action")
    case let other: reading.refuse(path, "'\(other)' is none of Allow, Deny, Log and Pass")
    }
    return nil
  }

  /// The only family of addresses that the rule is about, where it names one itself.
  private func family(
    _ value: Value?, _ ends: [CalicoEntity], _ path: String, _ reading: inout CalicoReading
  ) -> IPRange.Family? {
    let stated = ends.reduce(into: Set<IPRange.Family>()) { $0.formUnion($1.families) }
    if stated.count > 1 { reading.refuse(path, "has blocks of IPv4 and of IPv6") }
    guard let value, !value.isNull else { return nil }
    guard let version = value.int, version == 4 || version == 6 else {
      reading.refuse("\(path).ipVersion", "is neither 4 nor 6")
      return nil
    }
    let family: IPRange.Family = version == 4 ? .v4 : .v6
    if let other = stated.first, stated.count == 1, other != family {
      reading.refuse("\(path).ipVersion", "is not that of the rule's blocks")
    }
    return family
  }

  private func peers(_ peer: CalicoEntity, family: IPRange.Family?) -> RulePeers {
    var parts = peer.parts
    if let family { parts.append(.family(family)) }
    if parts.isEmpty { return .everyone }
    guard parts.count == 1 else { return .terms([PeerTerm(.every(parts), path: peer.path)]) }
    if case .either(let terms) = parts[0] { return .terms(terms.map { PeerTerm($0, path: peer.path) }) }
    return .terms([PeerTerm(parts[0], path: peer.path)])
  }

  // MARK: Conditions

  private func isHTTP(
    _ value: Value?, _ path: String, action: RuleAction?, _ transport: Value?, _ reading: inout CalicoReading
  ) -> Bool {
    guard let map = reading.mapping(value, path, fields: ["methods", "paths"]) else { return false }
    if action != .allow { reading.refuse(path, "only a rule that allows may speak of HTTP") }
    if direction == .egress { reading.refuse(path, "only a rule for ingress may speak of HTTP") }
    if let transport, !transport.isNull, transport.string?.uppercased() != "TCP" {
      reading.refuse(path, "HTTP needs the protocol TCP")
    }
    let methods = reading.texts(map["methods"], "\(path).methods")
    return !methods.isEmpty || !reading.list(map["paths"], "\(path).paths").isEmpty
  }

  private func condition(isHTTP: Bool, _ source: CalicoEntity) -> RuleCondition? {
    if isHTTP {
      return RuleCondition(code: "http", text: "the method and the path of the HTTP request decide")
    }
    if !source.ports.isEmpty || !source.notPorts.isEmpty {
      return RuleCondition(code: "source-port", text: "the port that the client sends from decides")
    }
    return nil
  }
}
