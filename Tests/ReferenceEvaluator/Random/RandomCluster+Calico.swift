import KubeModel

extension RandomCluster {
  mutating func addCalicoPolicies() {
    var tiers = ["", "default", "kube-admin", "kube-baseline"]
    for name in random.some(of: ["first", "second"], atLeast: 0) {
      var spec: Fields = [:]
      if random.chance(85) { spec["order"] = random.pick([.int(5), .int(10), .double(900.5), .int(2_000_000)]) }
      if random.chance(50) { spec["defaultAction"] = .string(random.pick(["Deny", "Pass"])) }
      add(calicoVersion(), "Tier", name, ["spec": .fields(spec)])
      tiers += [name, name]
    }
    if odd() { tiers.append("missing") }
    addNetworkSets()
    for number in 1...random.number(1...5) { addCalicoPolicy(number, tiers) }
  }

  /// Both groups serve the same kinds.
  private mutating func calicoVersion() -> String {
    random.chance(75) ? "projectcalico.org/v3" : "crd.projectcalico.org/v1"
  }

  private mutating func addNetworkSets() {
    for name in random.some(of: ["partners", "own"], atLeast: 0) {
      let isGlobal = random.chance(50)
      add(
        calicoVersion(), isGlobal ? "GlobalNetworkSet" : "NetworkSet", name,
        namespace: isGlobal ? nil : random.pick(namespaces), labels: ["app": random.pick(["web", "db"])],
        ["spec": ["nets": many(1...2) { .string($0.cidr()) }]])
    }
    guard odd() else { return }
    add(
      calicoVersion(), "HostEndpoint", "host", labels: ["app": "web"],
      [
        "spec": [
          "node": "node-1", "interfaceName": "*", "expectedIPs": .list([.string(RandomCluster.nodeAddresses[0])]),
        ]
      ])
  }

  private mutating func addCalicoPolicy(_ number: Int, _ tiers: [String]) {
    let isGlobal = random.chance(45)
    let tier = random.pick(tiers)
    var spec: Fields = [:]
    if !tier.isEmpty { spec["tier"] = .string(tier) }
    if random.chance(75) {
      spec["order"] = random.pick([.int(1), .int(1), .int(2), .double(2.5), .int(1_000), .int(2_000)])
    }
    if random.chance(85) { spec["selector"] = .string(calicoSelector()) }
    if isGlobal && random.chance(30) { spec["namespaceSelector"] = .string(calicoNamespaceSelector()) }
    if odd() { spec["serviceAccountSelector"] = .string("has(role)") }
    if random.chance(55) { spec["types"] = .list(random.some(of: ["Ingress", "Egress"])) }
    for section in ["ingress", "egress"] where random.chance(65) {
      spec[section] = many(0...3) { $0.calicoRule(isIngress: section == "ingress") }
    }
    if isGlobal && random.chance(6) {
      spec[random.pick(["doNotTrack", "preDNAT"])] = true
      spec["applyOnForward"] = true
    }
    let kind = (random.chance(10) ? "Staged" : "") + (isGlobal ? "GlobalNetworkPolicy" : "NetworkPolicy")
    let prefix = tier.isEmpty ? "default" : tier
    add(
      calicoVersion(), kind, "\(prefix).policy-\(number)", namespace: isGlobal ? nil : random.pick(namespaces),
      ["spec": .fields(spec)])
  }

  private mutating func calicoRule(isIngress: Bool) -> Value {
    let action = odd() ? "Reject" : random.pick(["Allow", "Allow", "Deny", "Pass", "Log"])
    var rule: Fields = ["action": .string(action)]
    let hasProtocol = random.chance(65)
    if hasProtocol {
      rule["protocol"] = random.chance(10) ? random.pick([6, 17, "ICMP", "udp"]) : .string(transport())
    } else if random.chance(10) {
      rule["notProtocol"] = .string(transport())
    }
    if random.chance(6) { rule["ipVersion"] = random.pick([4, 6]) }
    if action == "Allow" && random.chance(6) { rule["http"] = ["methods": ["GET"]] }
    if random.chance(isIngress ? 75 : 15) {
      rule["source"] = calicoEntity(isPeer: isIngress, hasPorts: hasProtocol && odd())
    }
    if random.chance(isIngress ? 30 : 80) {
      let hasPorts = (hasProtocol && random.chance(60)) || odd()
      rule["destination"] = calicoEntity(isPeer: !isIngress, hasPorts: hasPorts)
    }
    return .fields(rule)
  }

  private mutating func calicoEntity(isPeer: Bool, hasPorts: Bool) -> Value {
    var entity: Fields = [:]
    if random.chance(isPeer ? 50 : 30) { entity["selector"] = .string(calicoSelector()) }
    if random.chance(12) { entity["notSelector"] = .string(calicoSelector()) }
    if isPeer && random.chance(30) { entity["namespaceSelector"] = .string(calicoNamespaceSelector()) }
    if random.chance(20) { entity["nets"] = many(1...2) { .string($0.cidr()) } }
    if random.chance(10) { entity["notNets"] = many(1...2) { .string($0.cidr()) } }
    if random.chance(12) {
      entity["serviceAccounts"] = ["names": .list(random.some(of: ["builder", "reader", "default"]))]
    }
    if odd() { entity["serviceAccounts"] = ["selector": "has(role)"] }
    if isPeer && odd() {
      entity["services"] = ["name": "service", "namespace": .string(random.pick(namespaces))]
    }
    if hasPorts {
      if random.chance(85) { entity["ports"] = many(1...2) { $0.calicoPort() } }
      if random.chance(20) { entity["notPorts"] = many(1...2) { $0.calicoPort() } }
    }
    return .fields(entity)
  }

  private mutating func calicoPort() -> Value {
    if odd() { return "81:80" }
    switch random.number(0...4) {
    case 0: return .string(random.pick(["http", "dns"]))
    case 1:
      let range = portRange()
      return .string("\(range.start):\(range.end)")
    default: return .int(port())
    }
  }

  private mutating func calicoSelector() -> String {
    odd() ? "app = web" : calicoTerm(["app": ["web", "db", "api"], "tier": ["front", "back"]], depth: 2)
  }

  private mutating func calicoNamespaceSelector() -> String {
    if random.chance(15) { return random.pick(["all()", "global()"]) }
    let choices = ["env": ["prod", "dev"], "team": ["red", "blue"], "projectcalico.org/name": namespaces]
    return calicoTerm(choices, depth: 1)
  }

  /// Every operator of the language.
  private mutating func calicoTerm(_ choices: [String: [String]], depth: Int) -> String {
    if depth > 0 && random.chance(35) {
      let left = calicoTerm(choices, depth: depth - 1)
      switch random.number(0...2) {
      case 0: return "!(\(left))"
      case 1: return "(\(left)) && \(calicoTerm(choices, depth: depth - 1))"
      default: return "\(left) || \(calicoTerm(choices, depth: depth - 1))"
      }
    }
    let key = random.pick(choices.keys.sorted())
    let values = choices[key]!
    let value = random.pick(values)
    let set = random.some(of: values).map { "'\($0)'" }.joined(separator: ", ")
    switch random.number(0...10) {
    case 0, 1, 2: return "\(key) == '\(value)'"
    case 3: return "\(key) != \"\(value)\""
    case 4: return "\(key) in {\(set)}"
    case 5: return "\(key) not in {\(set)}"
    case 6: return "has(\(key))"
    case 7: return "!has(\(key))"
    case 8: return "\(key) starts with '\(value.prefix(2))'"
    case 9: return "\(key) \(random.pick(["contains", "endswith"])) '\(value.suffix(2))'"
    default: return "all()"
    }
  }
}
