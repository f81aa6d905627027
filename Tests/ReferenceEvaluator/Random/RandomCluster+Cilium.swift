import KubeModel

extension RandomCluster {
  mutating func addCiliumPolicies() {
    if random.chance(50) {
      let cidrs = many(1...2) { .string($0.cidr()) }
      add("cilium.io/v2", "CiliumCIDRGroup", "group", labels: ["kind": "partner"], ["spec": ["externalCIDRs": cidrs]])
    }
    for number in 1...random.number(1...4) {
      let isClusterwide = random.chance(30)
      var parts: Fields = [:]
      if random.chance(85) {
        parts["spec"] = ciliumRule(isClusterwide: isClusterwide)
      } else {
        parts["specs"] = many(1...2) { $0.ciliumRule(isClusterwide: isClusterwide) }
      }
      add(
        "cilium.io/v2", isClusterwide ? "CiliumClusterwideNetworkPolicy" : "CiliumNetworkPolicy", "cilium-\(number)",
        namespace: isClusterwide ? nil : random.pick(namespaces), parts)
    }
  }

  private mutating func ciliumRule(isClusterwide: Bool) -> Value {
    var rule: Fields = [:]
    if isClusterwide && random.chance(10) {
      rule["nodeSelector"] = selector(["kubernetes.io/os": ["linux", "windows"]])
    } else if !odd() {
      rule["endpointSelector"] = ciliumSelector(isClusterwide: isClusterwide, isSubject: true)
    }
    for section in random.some(of: ["ingress", "egress", "ingressDeny", "egressDeny"]).prefix(2) {
      rule[section] = many(odd() ? 0...0 : 1...2) { $0.ciliumEntry(section, isClusterwide: isClusterwide) }
    }
    if random.chance(15) {
      rule["enableDefaultDeny"] = .fields([random.pick(["ingress", "egress"]): .bool(random.chance(25))])
    }
    return .fields(rule)
  }

  /// Keys with each source, and the labels that Cilium adds.
  private mutating func ciliumSelector(isClusterwide: Bool, isSubject: Bool) -> Value {
    if odd() { return ["matchLabels": ["reserved:host": ""]] }
    var choices = ["app": ["web", "db", "api"], "k8s:app": ["web", "db"], "any:tier": ["front", "back"]]
    if random.chance(15) { choices = ["container:app": ["web"], "tier": ["front", "back"]] }
    if random.chance(15) { choices["io.cilium.k8s.policy.serviceaccount"] = ["builder", "reader", "default"] }
    if random.chance(isSubject && !isClusterwide ? 4 : 30) {
      choices = ["k8s:io.kubernetes.pod.namespace": namespaces, "app": ["web", "db"]]
    }
    if !isSubject && random.chance(15) {
      choices = ["io.cilium.k8s.namespace.labels.env": ["prod", "dev"], "app": ["web"]]
    }
    if random.chance(5) { choices["io.cilium.k8s.policy.cluster"] = ["default"] }
    return selector(choices)
  }

  private mutating func ciliumEntry(_ section: String, isClusterwide: Bool) -> Value {
    let isDeny = section.hasSuffix("Deny")
    let isEgress = section.hasPrefix("egress")
    let word = isEgress ? "to" : "from"
    var entry: Fields = [:]
    if random.chance(80) { addCiliumPeers(to: &entry, word, isDeny: isDeny, isClusterwide: isClusterwide) }
    if odd() { entry["\(word)Endpoints"] = [] }
    if odd() { entry["\(word)Entities"] = ["world"] }
    if odd() { entry["\(word)Requires"] = [["matchLabels": ["app": "web"]]] }
    if random.chance(8) {
      entry["icmps"] = [["fields": [["type": 8]]]]
    } else if random.chance(60) {
      entry["toPorts"] = many(1...2) { $0.ciliumPorts(isDeny: isDeny, isEgress: isEgress) }
    }
    if !isDeny && random.chance(5) {
      entry["authentication"] = ["mode": .string(random.pick(["required", "disabled"]))]
    }
    return .fields(entry)
  }

  private mutating func addCiliumPeers(
    to entry: inout Fields, _ word: String, isDeny: Bool, isClusterwide: Bool
  ) {
    switch random.number(0...13) {
    case 0...5:
      entry["\(word)Endpoints"] = many(1...2) { $0.ciliumSelector(isClusterwide: isClusterwide, isSubject: false) }
    case 6, 7:
      entry["\(word)Entities"] = many(1...2) { cluster in
        .string(
          cluster.random.pick([
            "all", "world", "world-ipv4", "world-ipv6", "cluster", "host", "remote-node", "kube-apiserver", "health",
            "none",
          ]))
      }
    case 8: entry["\(word)CIDR"] = many(1...2) { .string($0.cidr()) }
    case 9, 10: entry["\(word)CIDRSet"] = many(1...2) { $0.ciliumSet() }
    case 11: entry["\(word)Nodes"] = [["matchLabels": ["kubernetes.io/os": "linux"]]]
    case 12 where word == "to" && !isDeny: entry["toFQDNs"] = [["matchName": "example.org"]]
    case 12: entry["\(word)Groups"] = [["aws": ["securityGroupsIds": ["sg-1"]]]]
    default:
      guard word == "to" else { return }
      entry["toServices"] = [["k8sService": ["serviceName": "service", "namespace": .string(random.pick(namespaces))]]]
    }
  }

  private mutating func ciliumSet() -> Value {
    switch random.number(0...4) {
    case 0: return ["cidrGroupRef": .string(random.pick(["group", "missing"]))]
    case 1: return ["cidrGroupSelector": ["matchLabels": ["kind": "partner"]]]
    default:
      let (cidr, exceptions) = cidrWithExceptions()
      var set: Fields = ["cidr": .string(cidr)]
      if !exceptions.isEmpty { set["except"] = .list(exceptions.map(Value.string)) }
      return .fields(set)
    }
  }

  private mutating func ciliumPorts(isDeny: Bool, isEgress: Bool) -> Value {
    var ports: Fields = ["ports": many(1...2) { $0.ciliumPort() }]
    guard !isDeny && random.chance(25) else { return .fields(ports) }
    if isEgress && random.chance(30) {
      ports["ports"] = [["port": "53", "protocol": "UDP"]]
      ports["rules"] = ["dns": [["matchPattern": "*"]]]
    } else {
      ports["ports"] = [["port": .string("\(port())"), "protocol": "TCP"]]
      ports["rules"] = ["http": [["method": "GET"]]]
    }
    return .fields(ports)
  }

  private mutating func ciliumPort() -> Value {
    if odd() { return random.pick([["port": ""], ["port": "80", "endPort": 79], ["port": "90000"]]) }
    var value: Fields = [:]
    if random.chance(85) { value["protocol"] = .string(random.pick([transport(), transport(), "ANY"])) }
    switch random.number(0...5) {
    case 0: value["port"] = .string(random.pick(["http", "HTTP", "dns"]))
    case 1: value["port"] = "0"
    case 2:
      let range = portRange()
      value["port"] = .string("\(range.start)")
      value["endPort"] = .int(range.end)
    default: value["port"] = .string("\(port())")
    }
    return .fields(value)
  }
}
