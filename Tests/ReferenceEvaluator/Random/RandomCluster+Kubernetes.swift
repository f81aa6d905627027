import KubeModel

extension RandomCluster {
  // MARK: NetworkPolicy

  mutating func addNetworkPolicy(_ number: Int) {
    var spec: Fields = ["podSelector": podSelector()]
    if random.chance(70) { spec["policyTypes"] = .list(random.some(of: ["Ingress", "Egress"])) }
    for (section, peers) in [("ingress", "from"), ("egress", "to")] where random.chance(60) {
      spec[section] = many(0...3) { $0.networkPolicyRule(peers) }
    }
    add(
      "networking.k8s.io/v1", "NetworkPolicy", "np-\(number)", namespace: random.pick(namespaces),
      ["spec": .fields(spec)])
  }

  private mutating func networkPolicyRule(_ key: String) -> Value {
    var rule: Fields = [:]
    if random.chance(75) { rule[key] = many(random.chance(8) ? 0...0 : 1...3) { $0.networkPolicyPeer() } }
    if random.chance(60) { rule["ports"] = many(random.chance(8) ? 0...0 : 1...3) { $0.networkPolicyPort() } }
    return .fields(rule)
  }

  private mutating func networkPolicyPeer() -> Value {
    if odd() { return random.pick([[:], ["ipBlock": ["cidr": "10.0.0.0/8"], "podSelector": [:]], ["ipBlock": [:]]]) }
    switch random.number(0...3) {
    case 0: return ["podSelector": podSelector()]
    case 1: return ["namespaceSelector": namespaceSelector()]
    case 2: return ["namespaceSelector": namespaceSelector(), "podSelector": podSelector()]
    default:
      let (cidr, exceptions) = cidrWithExceptions()
      var block: Fields = ["cidr": .string(cidr)]
      if !exceptions.isEmpty { block["except"] = .list(exceptions.map(Value.string)) }
      return ["ipBlock": .fields(block)]
    }
  }

  private mutating func networkPolicyPort() -> Value {
    if odd() {
      return random.pick([["port": 0], ["protocol": "ICMP"], ["port": "http", "endPort": 90], ["endPort": 90]])
    }
    var port: Fields = [:]
    if random.chance(80) { port["protocol"] = .string(transport()) }
    switch random.number(0...5) {
    case 0: break
    case 1: port["port"] = .string(random.pick(["http", "dns", "nothing"]))
    case 2:
      let range = portRange()
      port["port"] = .int(range.start)
      port["endPort"] = .int(range.end)
    default: port["port"] = .int(self.port())
    }
    return .fields(port)
  }

  // MARK: AdminNetworkPolicy and BaselineAdminNetworkPolicy

  mutating func addAdminNetworkPolicies() {
    for number in 1...random.number(1...5) {
      var spec = adminSpec(["Allow", "Deny", "Pass"], port: "ports")
      // Few priorities, so that some are equal.
      spec["priority"] = odd() ? nil : .int(Int64(random.number(0...3)))
      add("policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy", "anp-\(number)", ["spec": .fields(spec)])
    }
    guard random.chance(60) else { return }
    add(
      "policy.networking.k8s.io/v1alpha1", "BaselineAdminNetworkPolicy", odd() ? "other" : "default",
      ["spec": .fields(adminSpec(["Allow", "Deny"], port: "ports"))])
  }

  mutating func addClusterNetworkPolicy(_ number: Int) {
    var spec = adminSpec(["Accept", "Deny", "Pass"], port: "protocols")
    spec["tier"] = odd() ? nil : .string(random.pick(["Admin", "Admin", "Baseline"]))
    spec["priority"] = odd() ? 2000 : .int(Int64(random.number(0...3)))
    add("policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy", "cnp-\(number)", ["spec": .fields(spec)])
  }

  private mutating func adminSpec(_ actions: [String], port: String) -> Fields {
    var spec: Fields = [:]
    if !odd() { spec["subject"] = adminSelector() }
    for (section, peers) in [("ingress", "from"), ("egress", "to")] where random.chance(70) {
      spec[section] = many(1...3) { $0.adminRule(actions, peers, port: port) }
    }
    return spec
  }

  private mutating func adminSelector() -> Value {
    if random.chance(30) { return ["namespaces": [:]] }
    if random.chance(40) { return ["namespaces": namespaceSelector()] }
    return ["pods": ["namespaceSelector": namespaceSelector(), "podSelector": podSelector()]]
  }

  private mutating func adminRule(_ actions: [String], _ peers: String, port: String) -> Value {
    let action = odd() ? "Reject" : random.pick(actions)
    var rule: Fields = ["name": "rule", "action": .string(action)]
    rule[peers] = many(1...2) { $0.adminPeer(isEgress: peers == "to", action, isCluster: port == "protocols") }
    if random.chance(45) {
      rule[port] = many(1...2) { port == "ports" ? $0.adminPort() : $0.clusterProtocol() }
    }
    return .fields(rule)
  }

  private mutating func adminPeer(isEgress: Bool, _ action: String, isCluster: Bool) -> Value {
    if odd() { return random.pick([[:], ["namespaces": ["sameLabels": ["env"]]], ["planets": [:]]]) }
    guard isEgress && random.chance(45) else { return adminSelector() }
    switch random.number(0...5) {
    case 0: return ["nodes": selector(["kubernetes.io/os": ["linux", "windows"]])]
    case 1 where isCluster && action == "Accept": return ["domainNames": ["example.org"]]
    default: return ["networks": many(1...2) { .string($0.cidr()) }]
    }
  }

  private mutating func adminPort() -> Value {
    if odd() { return [:] }
    switch random.number(0...3) {
    case 0: return ["namedPort": .string(random.pick(["http", "dns"]))]
    case 1:
      let range = portRange()
      var value: Fields = ["start": .int(range.start), "end": .int(range.end)]
      if random.chance(70) { value["protocol"] = .string(transport()) }
      return ["portRange": .fields(value)]
    default: return ["portNumber": ["protocol": .string(transport()), "port": .int(port())]]
    }
  }

  private mutating func clusterProtocol() -> Value {
    if random.chance(20) { return ["destinationNamedPort": .string(random.pick(["http", "dns"]))] }
    let name = transport().lowercased()
    if odd() { return .fields([name: [:]]) }
    if random.chance(60) { return .fields([name: ["destinationPort": ["number": .int(port())]]]) }
    let range = portRange()
    return .fields([name: ["destinationPort": ["range": ["start": .int(range.start), "end": .int(range.end)]]]])
  }
}
