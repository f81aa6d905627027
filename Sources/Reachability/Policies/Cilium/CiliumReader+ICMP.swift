internal import KubeModel

extension CiliumReader {
  mutating func icmp(_ rules: [Value], _ path: String) -> TrafficSet {
    var traffic = TrafficSet.none
    for (index, rule) in rules.enumerated() {
      let path = "\(path)[\(index)]"
      expectKeys(rule, ["fields"], path)
      let fields = list(rule["fields"], "\(path).fields") ?? []
      if fields.isEmpty { note(path, "lists no types, and so means no traffic", .surprising) }
      if fields.count > 40 { note("\(path).fields", "has over 40 types") }
      for (index, field) in fields.enumerated() {
        let path = "\(path).fields[\(index)]"
        expectKeys(field, ["family", "type"], path)
        let family = field["family"].flatMap { $0.isNull ? nil : $0 } ?? "IPv4"
        guard family == "IPv4" || family == "IPv6" else {
          note("\(path).family", "is neither IPv4 nor IPv6")
          continue
        }
        let isVersion6 = family == "IPv6"
        guard let type = CiliumReader.type(field["type"], isVersion6) else {
          note(
            "\(path).type",
            "is neither a number from 0 to 255 nor the name of a type of \(isVersion6 ? "ICMPv6" : "ICMP")")
          continue
        }
        traffic = traffic.union(.icmp(version6: isVersion6, type: type))
      }
    }
    return traffic
  }

  private static func type(_ value: Value?, _ isVersion6: Bool) -> UInt8? {
    switch value {
    case .int(let number): UInt8(exactly: number)
    case .string(let text): UInt8(text) ?? (isVersion6 ? types6 : types)[text]
    default: nil
    }
  }

  private static let types: [String: UInt8] = [
    "EchoReply": 0, "DestinationUnreachable": 3, "Redirect": 5, "Echo": 8, "EchoRequest": 8,
    "RouterAdvertisement": 9, "RouterSelection": 10, "TimeExceeded": 11, "ParameterProblem": 12, "Timestamp": 13,
    "TimestampReply": 14, "Photuris": 40, "ExtendedEchoRequest": 42, "ExtendedEchoReply": 43,
  ]

  private static let types6: [String: UInt8] = [
    "DestinationUnreachable": 1, "PacketTooBig": 2, "TimeExceeded": 3, "ParameterProblem": 4, "EchoRequest": 128,
    "EchoReply": 129, "MulticastListenerQuery": 130, "MulticastListenerReport": 131, "MulticastListenerDone": 132,
    "RouterSolicitation": 133, "RouterAdvertisement": 134, "NeighborSolicitation": 135, "NeighborAdvertisement": 136,
    "RedirectMessage": 137, "RouterRenumbering": 138, "ICMPNodeInformationQuery": 139,
    "ICMPNodeInformationResponse": 140, "InverseNeighborDiscoverySolicitation": 141,
    "InverseNeighborDiscoveryAdvertisement": 142, "HomeAgentAddressDiscoveryRequest": 144,
    "HomeAgentAddressDiscoveryReply": 145, "MobilePrefixSolicitation": 146, "MobilePrefixAdvertisement": 147,
    "DuplicateAddressRequestCodeSuffix": 157, "DuplicateAddressConfirmationCodeSuffix": 158,
    "ExtendedEchoRequest": 160, "ExtendedEchoReply": 161,
  ]
}
