internal import KubeModel

/// Traffic of a rule, and what it hangs on whether it is meant.
struct CiliumTraffic {
  let traffic: RuleTraffic
  let condition: RuleCondition?
}

extension CiliumReader {
  /// The traffic of a rule: what hangs on nothing first, together, and then each list of ports that does.
  mutating func traffic(_ rule: Value, _ direction: Direction, isDenial: Bool, _ path: String) -> [CiliumTraffic] {
    let ports = list(rule["toPorts"], "\(path).toPorts") ?? []
    let icmps = list(rule["icmps"], "\(path).icmps") ?? []
    if !ports.isEmpty && !icmps.isEmpty { note(path, "has both toPorts and icmps") }
    if !icmps.isEmpty { return [CiliumTraffic(traffic: .some(icmp(icmps, "\(path).icmps")), condition: nil)] }
    guard !ports.isEmpty else { return [CiliumTraffic(traffic: .everything, condition: nil)] }
    var fixed = TrafficSet.none
    var named: [NamedPort] = []
    var conditional: [CiliumTraffic] = []
    for (index, item) in ports.enumerated() {
      let path = "\(path).toPorts[\(index)]"
      guard let read = portList(item, direction, isDenial: isDenial, path) else { continue }
      if let condition = read.condition {
        conditional.append(CiliumTraffic(traffic: .some(read.fixed, named: read.named), condition: condition))
      } else {
        fixed = fixed.union(read.fixed)
        named += read.named
      }
    }
    guard conditional.count < ports.count else { return conditional }
    return [CiliumTraffic(traffic: .some(fixed, named: named), condition: nil)] + conditional
  }

  private struct PortList {
    var fixed = TrafficSet.none
    var named: [NamedPort] = []
    var condition: RuleCondition?
  }

  private mutating func portList(
    _ item: Value, _ direction: Direction, isDenial: Bool, _ path: String
  ) -> PortList? {
    let more = ["rules", "serverNames", "terminatingTLS", "originatingTLS", "listener"]
    expectKeys(item, ["ports"] + more, path)
    guard item.map != nil else { return nil }
    if isDenial {
      for field in more where !(item[field] ?? .null).isNull {
        note("\(path).\(field)", "stands in a rule that denies, where Cilium knows ports only")
      }
    }
    var result = PortList()
    let ports = list(item["ports"], "\(path).ports") ?? []
    if ports.isEmpty { note(path, "lists no ports, and so means no traffic", .surprising) }
    if ports.count > 40 { note("\(path).ports", "has over 40 ports") }
    for (index, port) in ports.enumerated() {
      read(port, "\(path).ports[\(index)]", into: &result)
    }
    result.condition = requests(item, ports, direction, path)
    return result
  }

  private mutating func read(_ port: Value, _ path: String, into result: inout PortList) {
    expectKeys(port, ["port", "endPort", "protocol"], path)
    guard let text = port["port"]?.string, !text.isEmpty else {
      note("\(path).port", port["port"]?.int == nil ? "is no port" : "is a number, and Cilium takes text only")
      return
    }
    let stated = port["protocol"].flatMap { $0.isNull ? nil : $0 } ?? "ANY"
    let proto = stated.string?.uppercased() ?? ""
    var transports = TrafficSet.Transport.allCases
    switch proto {
    case "ANY": break
    case "IGMP": result.fixed = result.fixed.union(.ipProtocol(2)); return
    case "VRRP": result.fixed = result.fixed.union(.ipProtocol(112)); return
    case "ICMP", "ICMPV6":
      note("\(path).protocol", "is \(proto), which has no ports; icmps names its types", .partIgnored)
      return
    default:
      guard let transport = TrafficSet.Transport(proto) else {
        note("\(path).protocol", "is none of TCP, UDP, SCTP and ANY")
        return
      }
      transports = [transport]
    }
    guard let number = number(text) else {
      guard isServiceName(text) else {
        note("\(path).port", "'\(HiddenText.escaped(text))' is neither a port nor the name of one")
        return
      }
      if !(port["endPort"] ?? .null).isNull {
        note("\(path).endPort", "stands beside the name of a port", .partIgnored)
      }
      result.named.append(NamedPort(text.lowercased(), proto == "ANY" ? nil : transports[0]))
      return
    }
    var high = number
    if let end = port["endPort"], !end.isNull {
      guard let last = end.int.flatMap({ UInt16(exactly: $0) }) else {
        note("\(path).endPort", "is no port")
        return
      }
      if last < number && last > 0 {
        note("\(path).endPort", "lies before the port: only the port itself is meant", .partIgnored)
      }
      high = max(number, last)
    }
    for transport in transports {
      // Port 0 stands for every port.
      result.fixed = result.fixed.union(number == 0 ? TrafficSet(transport) : TrafficSet(transport, number...high))
    }
  }

  /// A port in digits. A leading zero makes it octal, as Go reads it.
  private func number(_ text: String) -> UInt16? {
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return UInt16(text, radix: text.hasPrefix("0") && text.utf8.count > 1 ? 8 : 10)
  }

  /// Whether a text is a service's name as IANA defines it.
  private func isServiceName(_ text: String) -> Bool {
    let isLetter = { (byte: UInt8) in (0x61...0x7A).contains(byte | 0x20) }
    let hyphen = UInt8(ascii: "-")
    return text.utf8.count <= 15 && text.utf8.contains(where: isLetter)
      && text.utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || $0 == hyphen }
      && text.utf8.first != hyphen && text.utf8.last != hyphen
      && !zip(text.utf8, text.utf8.dropFirst()).contains { $0 == hyphen && $1 == hyphen }
  }
}
