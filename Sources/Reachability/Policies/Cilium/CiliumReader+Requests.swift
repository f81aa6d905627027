internal import KubeModel

/// What proxies look at: requests of HTTP, DNS and Kafka, and the names in TLS.
extension CiliumReader {
  /// What a list of ports asks of requests, or nil where every packet on the ports will do.
  mutating func requests(_ item: Value, _ ports: [Value], _ direction: Direction, _ path: String) -> RuleCondition? {
    let protocols = requestProtocols(item["rules"], ports, direction, "\(path).rules")
    var condition = protocols.map(CiliumReader.condition)
    let names = list(item["serverNames"], "\(path).serverNames") ?? []
    if !names.isEmpty {
      if protocols != nil && (item["terminatingTLS"] ?? .null).isNull {
        note("\(path).serverNames", "stands beside rules on requests without terminatingTLS")
      }
      if names.contains(where: { ($0.string ?? "").isEmpty }) { note("\(path).serverNames", "has a name that is none") }
      let server = RuleCondition(code: "sni", text: "the connection is TLS for one of the server names")
      condition = .both(condition, server)
    }
    if let listener = item["listener"], !listener.isNull {
      if protocols != nil { note("\(path).listener", "stands beside rules on requests") }
      if direction == .ingress { note("\(path).listener", "stands in an ingress rule") }
      condition = .both(condition, RuleCondition(code: "listener", text: "Envoy's listener lets the traffic pass"))
    }
    return condition
  }

  private static func condition(_ name: String) -> RuleCondition {
    switch name {
    case "http": RuleCondition(code: "http", text: "the HTTP request is one that the rule lists")
    case "dns": RuleCondition(code: "dns", text: "the DNS query is for a name that the rule lists")
    case "kafka": RuleCondition(code: "kafka", text: "the Kafka request is one that the rule lists")
    default: RuleCondition(code: "l7", text: "the request is one that the rule lists")
    }
  }

  /// `http`, `dns`, `kafka` or `l7`; nil where there are no rules on requests.
  private mutating func requestProtocols(
    _ rules: Value?, _ ports: [Value], _ direction: Direction, _ path: String
  ) -> String? {
    guard let rules, !rules.isNull else { return nil }
    expectKeys(rules, ["http", "kafka", "dns", "l7", "l7proto"], path)
    var kinds: [String] = []
    for kind in ["http", "kafka", "dns"] where list(rules[kind], "\(path).\(kind)") != nil { kinds.append(kind) }
    let hasProtocol = !(rules["l7proto"]?.string ?? "").isEmpty
    if list(rules["l7"], "\(path).l7") != nil && !hasProtocol { note("\(path).l7", "stands without l7proto") }
    if hasProtocol { kinds.append("l7") }
    if kinds.count > 1 { note(path, "has rules on requests of more than one protocol") }
    guard let kind = kinds.first else { return nil }
    if kind == "dns" {
      if direction == .ingress { note("\(path).dns", "stands in an ingress rule") }
      if ports.isEmpty { note("\(path).dns", "stands without ports") }
    }
    for port in ports {
      let name = port["protocol"]?.string?.uppercased() ?? "ANY"
      if kind != "dns" && name != "TCP" {
        note(path, "restricts requests on ports of \(HiddenText.escaped(name)); only those of TCP carry any but DNS")
      }
      if kind == "dns", let end = port["endPort"]?.int, end > Int64(port["port"]?.string ?? "") ?? 0 {
        note(path, "restricts DNS on a range of ports")
      }
      if port["port"] == "0" { note(path, "restricts requests on port 0, which means every port") }
    }
    return kind
  }
}
