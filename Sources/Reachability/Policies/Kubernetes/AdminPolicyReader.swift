internal import KubeModel

/// Reads the parts of an administrators' policy.
struct AdminPolicyReader {
  var fields: PolicyFields
  /// ClusterNetworkPolicy words actions and ports otherwise than its two predecessors.
  let isV1Alpha2: Bool
  /// Whom `networks` stand for.
  let networkReach: AddressReach

  private var kind: String { fields.identity.kind }

  mutating func tier(_ spec: Value?, _ profile: Semantics.Profile) -> Tier? {
    guard isV1Alpha2 else {
      let isAdmin = kind == "AdminNetworkPolicy"
      // Calico gives the older kinds tiers of their own, which by their names come before the others of their order.
      return profile == .calico ? isAdmin ? .olderAdmin : .olderBaseline : isAdmin ? .admin : .baseline
    }
    switch spec?["tier"]?.string {
    case "Admin": return .admin
    case "Baseline": return .baseline
    default:
      fields.note("spec.tier", "is neither Admin nor Baseline")
      return nil
    }
  }

  mutating func priority(_ spec: Value?) -> Double {
    guard kind != "BaselineAdminNetworkPolicy" else {
      if fields.identity.name != "default" {
        fields.note("metadata.name", "is not 'default', the one name that a server takes for this kind")
      }
      // Behind every policy of the tier that states a priority.
      return 1_001
    }
    guard let priority = spec?["priority"]?.int, (0...1_000).contains(priority) else {
      fields.note("spec.priority", "is no number from 0 to 1000")
      return 0
    }
    return Double(priority)
  }

  mutating func subject(_ subject: Value?) -> LabelExpression? {
    guard let term = pods(subject, "spec.subject") else {
      fields.note("spec.subject", "names neither namespaces nor pods, or both")
      return nil
    }
    return term
  }

  /// `namespaces` or `pods`; nil where there is neither, or both.
  private mutating func pods(_ value: Value?, _ path: String) -> LabelExpression? {
    let isNamespaces = !(value?["namespaces"] ?? .null).isNull
    let isPods = !(value?["pods"] ?? .null).isNull
    guard isNamespaces != isPods else { return nil }
    if isNamespaces {
      let path = "\(path).namespaces"
      // Before v0.1.2, the selector stood one level deeper.
      let value = value?["namespaces"]?["namespaceSelector"] ?? value?["namespaces"]
      for old in ["sameLabels", "notSameLabels"] where !(value?[old] ?? .null).isNull {
        fields.note("\(path).\(old)", "was removed from the API; nobody can say what it does here", .unknown)
        return .nothing
      }
      return fields.selector(value, path).map { LabelExpression($0, LabelExpression.Key.namespace) }
    }
    let path = "\(path).pods"
    let value = value?["pods"]
    let namespaces = fields.selector(value?["namespaceSelector"], "\(path).namespaceSelector")
    let pods = fields.selector(value?["podSelector"], "\(path).podSelector")
    if namespaces == nil || pods == nil {
      // Early servers of v1alpha1 took such peers, and read what is absent as empty.
      fields.note(
        path, "lacks one of namespaceSelector and podSelector, which reads as the empty selector",
        isV1Alpha2 ? .refused : .surprising)
    }
    return .all(of: [
      LabelExpression(namespaces ?? .everything, LabelExpression.Key.namespace),
      LabelExpression(pods ?? .everything, LabelExpression.Key.pod),
    ])
  }

  // MARK: Rules

  mutating func rules(_ spec: Value?, _ direction: Direction) -> [PolicyRule] {
    let path = "spec.\(direction.rawValue)"
    let rules = fields.list(spec?[direction.rawValue], path)
    if rules.count > 100 { fields.note(path, "has over 100 rules") }
    return rules.enumerated().flatMap { index, rule in self.rule(rule, direction, "\(path)[\(index)]") }
  }

  private mutating func rule(_ rule: Value, _ direction: Direction, _ path: String) -> [PolicyRule] {
    let peersKey = direction == .ingress ? "from" : "to"
    let portsKey = isV1Alpha2 ? "protocols" : "ports"
    fields.expectKeys(rule, ["name", "action", peersKey, portsKey], path)
    guard let action = action(rule["action"]?.string, path) else { return [] }
    let peers = fields.list(rule[peersKey], "\(path).\(peersKey)")
    if peers.isEmpty { fields.note("\(path).\(peersKey)", "names no one") }
    var isUnreadable = false
    var terms: [PeerTerm] = []
    for (index, peer) in peers.enumerated() {
      let path = "\(path).\(peersKey)[\(index)]"
      guard let term = term(peer, direction, action, path) else {
        isUnreadable = true
        continue
      }
      terms.append(term)
    }
    let traffic = isV1Alpha2
      ? protocols(rule["protocols"], "\(path).protocols") : ports(rule["ports"], "\(path).ports", terms)
    let name = rule["name"]?.string
    // A peer of a newer API fails closed: what would allow matches no one, what would not denies all.
    if isUnreadable && isV1Alpha2 {
      guard action != .allow else {
        return [PolicyRule(action: .allow, peers: .terms([]), traffic: traffic, path: path, name: name)]
      }
      return [PolicyRule(action: .deny, peers: .everyone, traffic: .everything, path: path, name: name)]
    }
    return AdminPolicyReader.byPortNames(terms, traffic).map {
      PolicyRule(action: action, peers: .terms($0), traffic: $1, path: path, name: name)
    }
  }

  /// Networks and nodes have no names for ports: for them, a rule is about its numbers alone.
  private static func byPortNames(_ terms: [PeerTerm], _ traffic: RuleTraffic) -> [([PeerTerm], RuleTraffic)] {
    guard case .some(let fixed, let named, _, _) = traffic, !named.isEmpty else { return [(terms, traffic)] }
    let nameless = terms.filter { term in
      switch term.who {
      case .addresses, .nodes: true
      default: false
      }
    }
    let others = terms.filter { term in !nameless.contains { $0.path == term.path } }
    return [(others, traffic), (nameless, .some(fixed))].filter { !$0.0.isEmpty }
  }

  private mutating func action(_ text: String?, _ path: String) -> RuleAction? {
    switch text {
    case (isV1Alpha2 ? "Accept" : "Allow"): return .allow
    case "Deny": return .deny
    case "Pass" where kind != "BaselineAdminNetworkPolicy": return .pass
    default:
      fields.note(
        "\(path).action",
        "is none of \(isV1Alpha2 ? "Accept" : "Allow"), Deny\(kind == "BaselineAdminNetworkPolicy" ? "" : " and Pass")")
      return nil
    }
  }

  private mutating func term(
    _ peer: Value, _ direction: Direction, _ action: RuleAction, _ path: String
  ) -> PeerTerm? {
    let known = ["namespaces", "pods"] + (direction == .egress ? ["networks", "nodes", "domainNames"] : [])
    let present = known.filter { !(peer[$0] ?? .null).isNull }
    guard present.count == 1, peer.map?.count == 1 else {
      fields.note(
        path, "names \(present.isEmpty ? "no peer" : "more than one kind of peer") that this API knows",
        isV1Alpha2 && present.count <= 1 ? .partIgnored : .refused)
      return nil
    }
    switch present[0] {
    case "networks":
      let blocks = fields.list(peer["networks"], "\(path).networks")
      if blocks.count > 25 { fields.note("\(path).networks", "has over 25 blocks") }
      let ranges = blocks.enumerated().compactMap { index, block in
        fields.block(block.string, "\(path).networks[\(index)]")
      }
      return PeerTerm(.addresses(ranges, reach: networkReach), path: path)
    case "nodes":
      return fields.selector(peer["nodes"], "\(path).nodes").map { PeerTerm(.nodes($0), path: path) }
    case "domainNames":
      let names = fields.list(peer["domainNames"], "\(path).domainNames").compactMap(\.string)
      if action != .allow { fields.note("\(path).domainNames", "stand in a rule that does not accept") }
      return PeerTerm(.domains(names), path: path)
    default: return pods(peer, path).map { PeerTerm(.pods($0), path: path) }
    }
  }

  // MARK: Traffic

  /// The ports of v1alpha1; absent or empty, all traffic.
  private mutating func ports(_ value: Value?, _ path: String, _ peers: [PeerTerm]) -> RuleTraffic {
    let ports = fields.list(value, path)
    guard !ports.isEmpty else { return .everything }
    var fixed = TrafficSet.none
    var named: [NamedPort] = []
    if ports.count > 100 { fields.note(path, "has over 100 ports") }
    for (index, port) in ports.enumerated() {
      let path = "\(path)[\(index)]"
      let present = ["portNumber", "portRange", "namedPort"].filter { !(port[$0] ?? .null).isNull }
      guard present.count == 1, let field = present.first, let value = port[field] else {
        fields.note(path, "needs one of portNumber, portRange and namedPort")
        continue
      }
      if field == "namedPort" {
        guard let name = value.string else {
          fields.note("\(path).namedPort", "is no name")
          continue
        }
        named.append(NamedPort(name, nil))
      } else if let transport = transport(value["protocol"], "\(path).\(field)") {
        fixed = fixed.union(range(value, transport, "\(path).\(field)"))
      }
    }
    return .some(fixed, named: named)
  }

  /// The protocols of v1alpha2; absent or empty, all traffic.
  private mutating func protocols(_ value: Value?, _ path: String) -> RuleTraffic {
    let protocols = fields.list(value, path)
    guard !protocols.isEmpty else { return .everything }
    var fixed = TrafficSet.none
    var named: [NamedPort] = []
    for (index, entry) in protocols.enumerated() {
      let path = "\(path)[\(index)]"
      let present = ["tcp", "udp", "sctp", "destinationNamedPort"].filter { !(entry[$0] ?? .null).isNull }
      guard present.count == 1, let field = present.first, let value = entry[field] else {
        fields.note(path, "needs one of tcp, udp, sctp and destinationNamedPort")
        continue
      }
      guard let transport = TrafficSet.Transport(field) else {
        if let name = value.string { named.append(NamedPort(name, nil)) }
        continue
      }
      guard let port = value["destinationPort"], !port.isNull else {
        fields.note("\(path).\(field)", "states no destinationPort")
        continue
      }
      if let number = port["number"], !number.isNull {
        if let ports = fields.ports(transport, number.int, nil, "\(path).\(field)") { fixed = fixed.union(ports) }
      } else {
        fixed = fixed.union(range(port["range"] ?? port, transport, "\(path).\(field)"))
      }
    }
    return .some(fixed, named: named)
  }

  private mutating func transport(_ value: Value?, _ path: String) -> TrafficSet.Transport? {
    let stated = value.flatMap { $0.isNull ? nil : $0 } ?? "TCP"
    guard let transport = stated.string.flatMap(NetworkPolicies.transport) else {
      fields.note("\(path).protocol", "is none of TCP, UDP and SCTP")
      return nil
    }
    return transport
  }

  private mutating func range(_ value: Value, _ transport: TrafficSet.Transport, _ path: String) -> TrafficSet {
    if let port = value["port"], !port.isNull { return fields.ports(transport, port.int, nil, path) ?? .none }
    guard let end = value["end"]?.int else {
      fields.note(path, "lacks a port, or a start and an end")
      return .none
    }
    return fields.ports(transport, value["start"]?.int, end, path) ?? .none
  }
}
