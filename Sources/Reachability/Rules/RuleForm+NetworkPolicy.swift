import KubeModel

extension WrittenRule {
  static func networkPolicy(_ spec: Value) -> [WrittenRule] {
    guard spec.isNull || spec.map != nil else { return [WrittenRule(.networkPolicy, .unreadable, spec, at: "spec")] }
    var rules = [WrittenRule(.networkPolicy, .subject, spec["podSelector"] ?? .null, at: "spec.podSelector")]
    let types = spec["policyTypes"] ?? .null
    if types.isNull || types.list?.isEmpty == true {
      // The default: always ingress, and egress where there are rules for it.
      let hasEgress = spec["egress"]?.list?.isEmpty == false
      rules += isolations(hasEgress ? ["Ingress", "Egress"] : ["Ingress"], .networkPolicy, "spec.policyTypes")
    } else if let list = types.list {
      rules += isolations(list, .networkPolicy, "spec.policyTypes")
    } else {
      rules.append(WrittenRule(.networkPolicy, .unreadable, types, at: "spec.policyTypes"))
    }
    return rules + directions(of: spec, .networkPolicy)
  }
}

extension RuleForm {
  init(networkPolicy rule: WrittenRule) {
    guard rule.role == .rule, let direction = rule.direction else {
      let subject = rule.role == .subject ? RuleWords.selector(rule.value, RuleWords.pods) ?? "every pod" : nil
      self.init(rule.role, rule.direction, peers: subject)
      return
    }
    let peersKey = direction == .ingress ? "from" : "to"
    self.init(
      .rule, direction, action: "allow", peers: RuleForm.alternatives(rule.value[peersKey], RuleForm.peer) ?? "everyone",
      traffic: RuleForm.ports(rule.value["ports"]))
  }

  /// Whoever one of a list names; nil where there is no list, or an empty one, which sets no limit.
  static func alternatives(_ value: Value?, _ words: (Value) -> String) -> String? {
    guard let value, !value.isNull else { return nil }
    guard let list = value.list else { return RuleWords.unknown(value) }
    return list.isEmpty ? nil : RuleWords.either(list.map(words))
  }

  private static func peer(_ peer: Value) -> String {
    let pods = RuleWords.selector(peer["podSelector"], RuleWords.pods)
    let namespaces = RuleWords.selector(peer["namespaceSelector"], RuleWords.namespaces)
    if let block = peer["ipBlock"], !block.isNull {
      guard pods == nil, namespaces == nil, let cidr = block["cidr"]?.string else { return RuleWords.unknown(peer) }
      let holes = RuleWords.joined(RuleWords.blocks(block["except"]), ", ")
      return "addresses \(RuleWords.block(cidr))" + (holes.map { " except \($0)" } ?? "")
    }
    guard let namespaces else { return pods.map { "\($0) of its namespace" } ?? RuleWords.unknown(peer) }
    return "\(pods ?? "every pod") \(namespaces)"
  }

  private static func ports(_ value: Value?) -> String? {
    guard let value, !value.isNull else { return nil }
    guard let list = value.list else { return RuleWords.unknown(value) }
    var fixed: [TrafficSet] = []
    var others: [String] = []
    for port in list {
      if let ports = numbers(port) { fixed.append(ports) } else { others.append(name(port)) }
    }
    return RuleWords.joined(RuleWords.ports(.union(of: fixed)) + others, ", ")
  }

  /// Ports by number; nil for those by name, and for what no server takes.
  private static func numbers(_ port: Value) -> TrafficSet? {
    guard let transport = transport(port["protocol"]) else { return nil }
    let (number, end) = (port["port"] ?? .null, port["endPort"] ?? .null)
    if number.isNull && end.isNull { return TrafficSet(transport) }
    guard let low = number.int, let high = end.isNull ? low : end.int, (1...65_535).contains(low),
      (low...65_535).contains(high)
    else { return nil }
    return TrafficSet(transport, UInt16(low)...UInt16(high))
  }

  private static func name(_ port: Value) -> String {
    guard let transport = transport(port["protocol"]), let name = port["port"]?.string, (port["endPort"] ?? .null).isNull
    else { return RuleWords.unknown(port) }
    return "\(transport.name) port \(Word.of(name))"
  }

  static func transport(_ value: Value?) -> TrafficSet.Transport? {
    guard let value, !value.isNull else { return .tcp }
    return value.string.flatMap(NetworkPolicies.transport)
  }
}
