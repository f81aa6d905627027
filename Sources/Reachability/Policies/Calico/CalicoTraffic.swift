import KubeModel

/// Protocols and ports as Calico's rules state them.
enum CalicoTraffic {
  /// What a protocol stands for, and the transport where it has ports.
  struct ProtocolMatch {
    let traffic: TrafficSet
    let transport: TrafficSet.Transport?
    let isICMP: Bool
    let isICMP6: Bool

    init(number: UInt8) {
      traffic = .ipProtocol(number)
      transport = [6: .tcp, 17: .udp, 132: .sctp][number]
      isICMP = number == 1
      isICMP6 = number == 58
    }
  }

  private static let numbers: [String: UInt8] = [
    "tcp": 6, "udp": 17, "icmp": 1, "icmpv6": 58, "sctp": 132, "udplite": 136,
  ]

  /// A protocol by its name or number; nil where there is none.
  static func transportProtocol(_ value: Value?, _ path: String, _ reading: inout CalicoReading) -> ProtocolMatch? {
    switch value {
    case nil, .null: return nil
    case .int(let number) where (1...255).contains(number): return ProtocolMatch(number: UInt8(number))
    case .string(let text):
      if let number = UInt8(text), number > 0 { return ProtocolMatch(number: number) }
      // Calico's data plane takes names in any case, whatever its API says.
      if let number = numbers[text.lowercased()] { return ProtocolMatch(number: number) }
      reading.refuse(path, "'\(text)' is no protocol that Calico knows")
    default: reading.refuse(path, "is neither the name nor the number of a protocol")
    }
    return nil
  }

  /// ICMP messages of a type and a code; nil where there is no such field.
  static func icmp(
    _ value: Value?, _ path: String, version6: Bool, _ reading: inout CalicoReading
  ) -> TrafficSet? {
    guard let map = reading.mapping(value, path, fields: ["type", "code"]) else { return nil }
    // Type 255 is reserved, and the kernel gives it another meaning.
    let type = reading.number(map["type"], "\(path).type", in: 0...254)
    let code = reading.number(map["code"], "\(path).code", in: 0...255)
    if code != nil, type == nil { reading.refuse("\(path).code", "a code needs a type") }
    return .icmp(version6: version6, type: type.map { UInt8($0) }, code: type == nil ? nil : code.map { UInt8($0) })
  }

  /// Ports by number and range, and those by name.
  static func ports(
    _ values: [Value], _ path: String, _ transport: TrafficSet.Transport, _ reading: inout CalicoReading
  ) -> (fixed: TrafficSet, named: [NamedPort]) {
    var fixed = TrafficSet.none
    var named: [NamedPort] = []
    for (index, value) in values.enumerated() {
      let path = "\(path)[\(index)]"
      if let number = value.int {
        if let port = UInt16(exactly: number), port > 0 {
          fixed = fixed.union(TrafficSet(transport, port...port))
        } else {
          reading.refuse(path, "\(number) is no port from 1 to 65535")
        }
      } else if let text = value.string {
        if let range = range(text) {
          fixed = fixed.union(TrafficSet(transport, range))
        } else if isName(text) {
          named.append(NamedPort(text, transport))
        } else {
          reading.refuse(path, "'\(text)' is neither a port, a range such as 1:10, nor the name of one")
        }
      } else {
        reading.refuse(path, "is neither a port, a range such as '1:10', nor the name of one")
      }
    }
    return (fixed, named)
  }

  private static func range(_ text: String) -> ClosedRange<UInt16>? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let ports = parts.compactMap { part in part.utf8.allSatisfy(isDigit) ? UInt16(part) : nil }
    guard (1...2).contains(parts.count), ports.count == parts.count, let low = ports.first, let high = ports.last,
      low > 0, low <= high
    else { return nil }
    return low...high
  }

  private static func isName(_ text: String) -> Bool {
    (1...128).contains(text.utf8.count) && !text.utf8.allSatisfy(isDigit)
      && text.utf8.allSatisfy { byte in
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
          || [UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-")].contains(byte)
      }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
