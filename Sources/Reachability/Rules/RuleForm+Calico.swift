import KubeModel

extension WrittenRule {
  private static let subjectFields = ["selector", "namespaceSelector", "serviceAccountSelector"]
  private static let rankFields = ["tier", "order", "doNotTrack", "preDNAT", "applyOnForward"]

  static func calico(_ spec: Value) -> [WrittenRule] {
    guard let map = spec.map ?? (spec.isNull ? Mapping() : nil) else {
      return [WrittenRule(.calico, .unreadable, spec, at: "spec")]
    }
    var rules = [
      WrittenRule(.calico, .subject, .map(map.filter { key, _ in subjectFields.contains(key) }), at: "spec.selector"),
      WrittenRule(.calico, .rank, .map(map.filter { key, _ in rankFields.contains(key) }), at: "spec.order"),
    ]
    let types = map["types"] ?? .null
    if let list = types.list, !list.isEmpty {
      rules += isolations(list, .calico, "spec.types")
    } else if types.isNull || types.list != nil {
      let has = { (key: String) in map[key]?.list?.isEmpty == false }
      // The default: egress where there are egress rules alone, and ingress else.
      let names: [Value] = !has("egress") ? ["Ingress"] : has("ingress") ? ["Ingress", "Egress"] : ["Egress"]
      rules += isolations(names, .calico, "spec.types")
    } else {
      rules.append(WrittenRule(.calico, .unreadable, types, at: "spec.types"))
    }
    return rules + directions(of: .map(map), .calico)
  }
}

extension RuleForm {
  init(calico rule: WrittenRule) {
    let value = rule.value
    switch (rule.role, rule.direction) {
    case (.rule, let direction?):
      let (own, other) = direction == .ingress ? ("destination", "source") : ("source", "destination")
      let isAbout = RuleWords.joined(RuleForm.end(value[own]), " and ").map { ["the pod itself is \($0)"] } ?? []
      self.init(
        .rule, direction, action: Word.of((value["action"]?.string ?? "").lowercased()),
        peers: RuleWords.joined(RuleForm.end(value[other]), " and ") ?? "everyone", traffic: RuleForm.traffic(value),
        conditions: isAbout + RuleForm.sourcePorts(value) + RuleForm.http(value["http"])
          + RuleWords.others(
            value,
            without: [
              "action", "source", "destination", "protocol", "notProtocol", "icmp", "notICMP", "ipVersion", "http", "metadata",
            ]))
    case (.rank, _):
      let stated = value.map?.filter { $1 != false && !$1.isNull } ?? Mapping()
      let tier = stated["tier"]?.string.flatMap { $0.isEmpty ? nil : $0 } ?? "default"
      self.init(
        .rank,
        conditions: ["tier \(Word.of(tier))", "order \(stated["order"].map(RuleForm.scalar) ?? "last")"]
          + stated.entries.filter { $0.key != "tier" && $0.key != "order" }.map { "\($0.key) \(RuleForm.scalar($0.value))" })
    case (.subject, _):
      let parts = [
        RuleForm.selector(value["selector"]).map { "endpoints with \($0)" },
        RuleForm.selector(value["namespaceSelector"]).map { "in namespaces with \($0)" },
        RuleForm.selector(value["serviceAccountSelector"]).map { "of service accounts with \($0)" },
      ]
      self.init(.subject, peers: RuleWords.joined(parts.compactMap(\.self), " and ") ?? "every endpoint")
    default: self.init(rule.role, rule.direction)
    }
  }

  // MARK: Ends

  private static let endFields: Set<String> = [
    "nets", "notNets", "selector", "notSelector", "namespaceSelector", "services", "serviceAccounts", "domains", "ports",
    "notPorts",
  ]

  /// What has to hold of an end, ports aside.
  private static func end(_ end: Value?) -> [String] {
    guard let end, !end.isNull else { return [] }
    func list(_ key: String, _ words: (String) -> String) -> String? {
      RuleWords.joined(RuleWords.blocks(end[key]), ", ").map(words)
    }
    let accounts = end["serviceAccounts"]
    let names = accounts?["names"]?.strings ?? []
    let service = end["services"].flatMap { $0.isNull ? nil : $0 }
    let parts: [String?] = [
      selector(end["namespaceSelector"]).map { "in namespaces with \($0)" },
      selector(end["selector"]).map { "endpoints with \($0)" },
      selector(end["notSelector"]).map { "no endpoints with \($0)" },
      selector(accounts?["selector"]).map { "of service accounts with \($0)" },
      names.isEmpty ? nil : "of the service accounts \(Word.list(names))",
      list("nets") { "addresses \($0)" }, list("notNets") { "no addresses \($0)" },
      service.map { "the service \($0["namespace"].map { "\(scalar($0))/" } ?? "")\(scalar($0["name"] ?? .null))" },
      end["domains"]?.strings.flatMap { $0.isEmpty ? nil : "the names \(Word.list($0))" },
    ]
    return parts.compactMap(\.self) + RuleWords.others(end, without: endFields)
  }

  /// A selector in the one spelling that all that mean the same have; nil where it sets no limit.
  private static func selector(_ value: Value?) -> String? {
    guard let value, !value.isNull, value != "" else { return nil }
    guard let selector = value.string.flatMap({ try? CalicoSelector($0) }) else { return RuleWords.unknown(value) }
    return CalicoSelector(selector.root.inOneOrder).canonicalText
  }

  // MARK: Traffic

  private static func traffic(_ rule: Value) -> String? {
    func name(_ value: Value?) -> String? {
      guard let value, !value.isNull else { return nil }
      let numbers: [Int64: String] = [1: "ICMP", 6: "TCP", 17: "UDP", 58: "ICMPV6", 132: "SCTP", 136: "UDPLITE"]
      let number = value.int ?? value.string.flatMap { Int64($0) }
      return number.flatMap { numbers[$0] } ?? Word.of((value.string ?? JSONWriter.line(of: value)).uppercased())
    }
    var parts = [name(rule["protocol"])]
    parts.append(ports(rule["destination"]?["ports"]))
    parts.append(ports(rule["destination"]?["notPorts"]).map { "except \($0)" })
    parts.append(name(rule["notProtocol"]).map { "not \($0)" })
    for (key, word) in [("icmp", ""), ("notICMP", "not ")] {
      guard let value = rule[key], !value.isNull else { continue }
      let fields = value.map?.entries.map { "\($0.key) \(scalar($0.value))" }.joined(separator: " ")
      parts.append(word + (fields ?? RuleWords.unknown(value)))
    }
    if let version = rule["ipVersion"], !version.isNull { parts.append("IPv\(scalar(version))") }
    let words = parts.compactMap(\.self)
    return words.isEmpty ? nil : words.joined(separator: " ")
  }

  private static func ports(_ value: Value?) -> String? {
    guard let value, !value.isNull else { return nil }
    guard let list = value.list else { return RuleWords.unknown(value) }
    var fixed: [TrafficSet] = []
    var others: [String] = []
    for port in list {
      if let range = range(port) { fixed.append(TrafficSet(.tcp, range)) } else { others.append(scalar(port)) }
    }
    let numbers = RuleWords.numbers(TrafficSet.union(of: fixed).ports(.tcp))
    return RuleWords.joined((numbers.isEmpty ? [] : [numbers]) + others, ",")
  }

  /// `80` or `'80:90'`; nil for a port by its name, and for what is none.
  private static func range(_ port: Value) -> ClosedRange<UInt16>? {
    let bounds = port.int.map { [$0] } ?? (port.string ?? "").split(separator: ":", omittingEmptySubsequences: false).map { Int64($0) ?? -1 }
    let numbers = bounds.compactMap { UInt16(exactly: $0) }
    guard numbers.count == bounds.count, numbers.count <= 2, let low = numbers.first, let high = numbers.last, low > 0, low <= high
    else { return nil }
    return low...high
  }

  private static func sourcePorts(_ rule: Value) -> [String] {
    [
      ports(rule["source"]?["ports"]).map { "the client's port is \($0)" },
      ports(rule["source"]?["notPorts"]).map { "the client's port is not \($0)" },
    ].compactMap(\.self)
  }

  private static func http(_ value: Value?) -> [String] {
    guard let value, !value.isNull else { return [] }
    return ["the HTTP request is one of \(JSONWriter.line(of: RuleWords.sorted(value)))"]
  }
}

extension CalicoSelector.Node {
  /// The same selector with what all have to hold, or any, in one order and once; a list of one value as that value.
  fileprivate var inOneOrder: CalicoSelector.Node {
    func parts(_ parts: [CalicoSelector.Node]) -> [CalicoSelector.Node] {
      Set(parts.map(\.inOneOrder)).map { ($0, CalicoSelector($0).canonicalText) }
        .sorted { $0.1.utf8.lexicographicallyPrecedes($1.1.utf8) }.map(\.0)
    }
    switch self {
    case .isIn(let key, let values) where values.count == 1: return .equals(key, values[0])
    case .isNotIn(let key, let values) where values.count == 1: return .differs(key, values[0])
    case .not(let inner): return .not(inner.inOneOrder)
    case .and(let all):
      let ordered = parts(all)
      return ordered.count == 1 ? ordered[0] : .and(ordered)
    case .or(let all):
      let ordered = parts(all)
      return ordered.count == 1 ? ordered[0] : .or(ordered)
    default: return self
    }
  }
}
