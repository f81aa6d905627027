import KubeModel

extension WrittenRule {
  static func cilium(_ object: KubeObject) -> [WrittenRule] {
    var rules: [WrittenRule] = []
    if let spec = object.spec, !spec.isNull { rules += cilium(spec, "spec", isOneOfMany: false) }
    let specs = object.value["specs"] ?? .null
    guard specs.isNull || specs.list != nil else { return rules + [WrittenRule(.cilium, .unreadable, specs, at: "specs")] }
    for (index, spec) in (specs.list ?? []).enumerated() { rules += cilium(spec, "specs[\(index)]", isOneOfMany: true) }
    return rules
  }

  /// - Parameter isOneOfMany: whether the pods that it selects tell it from others of the object.
  private static func cilium(_ spec: Value, _ path: String, isOneOfMany: Bool) -> [WrittenRule] {
    guard let map = spec.map else { return [WrittenRule(.cilium, .unreadable, spec, at: path)] }
    let subject = Value.map(map.filter { key, _ in ["endpointSelector", "nodeSelector"].contains(key) })
    let own = isOneOfMany ? subject : nil
    var rules = [WrittenRule(.cilium, .subject, subject, at: "\(path).endpointSelector")]
    for direction in Direction.allCases {
      let key = direction.rawValue
      let lists = list(map[key], .cilium, direction, subject: own, "\(path).\(key)")
        + list(map["\(key)Deny"], .cilium, direction, subject: own, isDenial: true, "\(path).\(key)Deny")
      let asked = map["enableDefaultDeny"]?[key] ?? .null
      // The default: a direction with rules is closed.
      if !lists.isEmpty, asked != false {
        rules.append(WrittenRule(.cilium, .isolation, of: direction, asked == true ? .null : asked, subject: own, at: "\(path).\(key)"))
      }
      rules += lists
    }
    return rules
  }
}

extension RuleForm {
  init(cilium rule: WrittenRule) {
    let value = rule.value
    let own = rule.subject.map { ["the pod is of \(RuleForm.ciliumSubject($0))"] } ?? []
    switch (rule.role, rule.direction) {
    case (.rule, let direction?):
      let peers = RuleForm.ciliumPeers(value, direction)
      let required = direction == .ingress ? "fromRequires" : "toRequires"
      let isRequired = RuleWords.joined((value[required]?.list ?? []).map(RuleForm.ciliumEndpoints), " and ")
      self.init(
        .rule, direction, action: rule.isDenial ? "deny" : "allow", peers: peers.words,
        traffic: RuleForm.ciliumTraffic(value),
        conditions: own + peers.conditions + (isRequired.map { ["every peer is of \($0)"] } ?? [])
          + RuleWords.others(
            value,
            without: Set(
              CiliumPeerKind.of(direction).map(\.rawValue) + ["toPorts", "icmps"] + (isRequired == nil ? [] : [required]))))
    case (.isolation, _):
      self.init(
        .isolation, rule.direction,
        conditions: own + (value.isNull ? [] : [RuleWords.unknown(value)]))
    default: self.init(rule.role, rule.direction, peers: RuleForm.ciliumSubject(value))
    }
  }

  private static func ciliumSubject(_ value: Value) -> String {
    let parts = (value.map?.entries ?? []).filter { !$0.value.isNull }.map { key, value in
      let words = ciliumSelector(value)
      let kind = key == "nodeSelector" ? "node" : "endpoint"
      return words.isEmpty ? "every \(kind)" : "\(kind)s with \(words)"
    }
    return RuleWords.joined(parts, " and ") ?? "nobody"
  }

  /// A selector whose keys may name the source of their labels; `any:` says no more than none.
  private static func ciliumSelector(_ value: Value) -> String {
    guard let selector = LabelSelector(value), !selector.isMalformed else { return RuleWords.unknown(value) }
    func key(_ text: String) -> String { text.hasPrefix("any:") ? String(text.dropFirst(4)) : text }
    let labels = (value["matchLabels"]?.map?.entries ?? []).map { (key($0.key), $0.value) }
    // Two keys that now are one would lose a requirement.
    guard Set(labels.map(\.0)).count == labels.count else { return selector.text }
    let expressions = (value["matchExpressions"]?.list ?? []).map { expression -> Value in
      var map = expression.map ?? Mapping()
      map["key"] = map["key"]?.string.map { .string(key($0)) }
      return .map(map)
    }
    return LabelSelector(["matchLabels": .map(Mapping(labels)), "matchExpressions": .list(expressions)])?.text ?? selector.text
  }

  private static func ciliumEndpoints(_ value: Value) -> String {
    let selector = ciliumSelector(value)
    return selector.isEmpty ? "every endpoint" : "endpoints with \(selector)"
  }

  // MARK: Peers

  private static func ciliumPeers(_ rule: Value, _ direction: Direction) -> (words: String, conditions: [String]) {
    let lists = CiliumPeerKind.of(direction).compactMap { kind -> (CiliumPeerKind, Value)? in
      rule[kind.rawValue].flatMap { $0.isNull ? nil : (kind, $0) }
    }
    guard !lists.isEmpty else { return ("everyone", []) }
    let words = lists.flatMap { kind, value in value.list?.map { peer(kind, $0) } ?? [RuleWords.unknown(value)] }
    // A list that is there and empty names nobody, and so does the rule with it.
    let isEmpty = lists.contains { $0.1.list?.isEmpty == true }
    return (RuleWords.either(words), isEmpty && !words.isEmpty ? ["a list of peers is empty"] : [])
  }

  private static func peer(_ kind: CiliumPeerKind, _ item: Value) -> String {
    switch kind {
    case .fromEndpoints, .toEndpoints: return ciliumEndpoints(item)
    case .fromEntities, .toEntities: return "entity \(scalar(item))"
    case .fromCIDR, .toCIDR: return "addresses \(item.string.map(RuleWords.block) ?? RuleWords.unknown(item))"
    case .fromCIDRSet, .toCIDRSet:
      let holes = RuleWords.joined(RuleWords.blocks(item["except"]), ", ").map { " except \($0)" } ?? ""
      let others = RuleWords.others(item, without: ["cidr", "except"])
      let block = item["cidr"]?.string.map { [RuleWords.block($0)] } ?? []
      return "addresses \((block + others).joined(separator: " and "))\(holes)"
    case .fromNodes, .toNodes: return "nodes with \(ciliumSelector(item))"
    case .toFQDNs:
      let names = item.map?.entries.map { "\($0.key == "matchPattern" ? "like " : "")\(scalar($0.value).lowercased())" } ?? []
      return "the name \(names.isEmpty ? RuleWords.unknown(item) : names.joined(separator: " and "))"
    case .toServices: return "the service \(JSONWriter.line(of: item))"
    case .fromGroups, .toGroups: return "the group \(JSONWriter.line(of: item))"
    }
  }

  // MARK: Traffic

  private static func ciliumTraffic(_ rule: Value) -> String? {
    var fixed: [TrafficSet] = []
    var others: [String] = []
    for list in rule["toPorts"]?.list ?? [] {
      let conditions = RuleWords.others(RuleWords.sorted(list), without: ["ports"])
      var own: [TrafficSet] = []
      var names: [String] = []
      for port in list["ports"]?.list ?? [] {
        if let ports = ciliumNumbers(port) { own.append(ports) } else { names.append(ciliumName(port)) }
      }
      if conditions.isEmpty, !(list["ports"]?.list ?? []).isEmpty {
        fixed += own
        others += names
      } else {
        let ports = RuleWords.joined(RuleWords.ports(.union(of: own)) + names, ", ") ?? "no port"
        others.append(conditions.isEmpty ? ports : "\(ports) if \(conditions.joined(separator: " and "))")
      }
    }
    if let icmps = rule["icmps"], icmps.list?.isEmpty == false {
      others.append("ICMP \(JSONWriter.line(of: RuleWords.sorted(icmps)))")
    }
    if let ports = rule["toPorts"], !ports.isNull, ports.list == nil { others.append(RuleWords.unknown(ports)) }
    return RuleWords.joined(RuleWords.ports(.union(of: fixed)) + others, ", ")
  }

  private static func ciliumNumbers(_ port: Value) -> TrafficSet? {
    let stated = port["protocol"]?.string?.uppercased() ?? "ANY"
    guard let text = port["port"]?.string, let low = UInt16(text), !text.hasPrefix("0"), port["endPort"].map(\.isNull) ?? true
        || (port["endPort"]?.int ?? 0) >= Int64(low), port["protocol"].map({ $0.isNull || $0.string != nil }) ?? true
    else { return nil }
    guard let high = UInt16(exactly: port["endPort"]?.int ?? Int64(low)) else { return nil }
    let transports = stated == "ANY" ? TrafficSet.Transport.allCases : [TrafficSet.Transport(stated)].compactMap(\.self)
    guard !transports.isEmpty else { return nil }
    return .union(of: transports.map { TrafficSet($0, low...high) })
  }

  private static func ciliumName(_ port: Value) -> String {
    guard let name = port["port"]?.string, port.map?.keys.allSatisfy({ $0 == "port" || $0 == "protocol" }) == true else {
      return RuleWords.unknown(port)
    }
    return "\(port["protocol"].map { scalar($0).uppercased() } ?? "ANY") port \(Word.of(name))"
  }
}
