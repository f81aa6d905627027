import KubeModel

extension WrittenRule {
  static func admin(_ spec: Value, _ kind: String) -> [WrittenRule] {
    guard spec.isNull || spec.map != nil else { return [WrittenRule(.admin, .unreadable, spec, at: "spec")] }
    var rules = [WrittenRule(.admin, .subject, spec["subject"] ?? .null, at: "spec.subject")]
    if kind != "BaselineAdminNetworkPolicy" {
      var rank = Mapping()
      for key in ["tier", "priority"] { rank[key] = spec[key] }
      rules.append(WrittenRule(.admin, .rank, .map(rank), at: "spec.priority"))
    }
    return rules + directions(of: spec, .admin)
  }
}

extension RuleForm {
  init(admin rule: WrittenRule) {
    let value = rule.value
    switch (rule.role, rule.direction) {
    case (.rule, let direction?):
      let action = value["action"]?.string ?? ""
      self.init(
        .rule, direction, action: action == "Accept" ? "allow" : Word.of(action.lowercased()),
        peers: RuleForm.alternatives(value[direction == .ingress ? "from" : "to"], RuleForm.adminPeer) ?? "nobody",
        traffic: RuleForm.adminPorts(value),
        conditions: RuleWords.others(value, without: ["name", "action", "from", "to", "ports", "protocols"]))
    case (.rank, _):
      self.init(.rank, conditions: value.map?.entries.map { "\($0.key) \(RuleForm.scalar($0.value))" } ?? [])
    default: self.init(rule.role, rule.direction, peers: RuleForm.adminPeer(value))
    }
  }

  static func scalar(_ value: Value) -> String { value.string.map(Word.of) ?? JSONWriter.line(of: value) }

  /// A peer or a subject.
  private static func adminPeer(_ peer: Value) -> String {
    guard let map = peer.map, map.entries.count(where: { !$0.value.isNull }) == 1,
      let (key, value) = map.entries.first(where: { !$0.value.isNull })
    else { return RuleWords.unknown(peer) }
    let words: String? =
      switch key {
      // Before v0.1.2, the selector stood one level deeper.
      case "namespaces" where value["sameLabels"] == nil && value["notSameLabels"] == nil:
        RuleWords.selector(value["namespaceSelector"] ?? value, RuleWords.namespaces).map { "every pod \($0)" }
      case "pods":
        "\(RuleWords.selector(value["podSelector"], RuleWords.pods) ?? "every pod") "
          + (RuleWords.selector(value["namespaceSelector"], RuleWords.namespaces) ?? "in every namespace")
      case "networks": alternatives(value) { "addresses \($0.string.map(RuleWords.block) ?? RuleWords.unknown($0))" }
      case "nodes": RuleWords.selector(value) { $0.isEmpty ? "every node" : "nodes with \($0.text)" }
      case "domainNames": value.strings.map { "the names \(Word.list($0))" }
      default: nil
      }
    return words ?? RuleWords.unknown(peer)
  }

  private static func adminPorts(_ rule: Value) -> String? {
    var fixed: [TrafficSet] = []
    var others: [String] = []
    for key in ["ports", "protocols"] {
      guard let value = rule[key], !value.isNull else { continue }
      for port in value.list ?? [value] {
        if let ports = adminNumbers(port) {
          fixed.append(ports)
        } else if let name = (port["namedPort"] ?? port["destinationNamedPort"])?.string, port.map?.count == 1 {
          others.append("port \(Word.of(name))")
        } else {
          others.append(RuleWords.unknown(port))
        }
      }
    }
    return RuleWords.joined(RuleWords.ports(.union(of: fixed)) + others, ", ")
  }

  /// Ports by number, as either version of the API writes them.
  private static func adminNumbers(_ port: Value) -> TrafficSet? {
    guard let map = port.map, map.count == 1, let (key, value) = map.entries.first else { return nil }
    let transport: TrafficSet.Transport?
    let ports: Value
    switch key {
    case "portNumber", "portRange": (transport, ports) = (RuleForm.transport(value["protocol"]), value)
    case "tcp", "udp", "sctp":
      guard let stated = value["destinationPort"], value.map?.count == 1 else { return nil }
      (transport, ports) = (TrafficSet.Transport(key), stated["range"] ?? stated)
    default: return nil
    }
    let low = (ports["port"] ?? ports["number"] ?? ports["start"])?.int
    guard let transport, let low, let high = ports["end"].map(\.int) ?? low, (1...65_535).contains(low),
      (low...65_535).contains(high)
    else { return nil }
    return TrafficSet(transport, UInt16(low)...UInt16(high))
  }
}
