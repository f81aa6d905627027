/// A set of kinds of traffic: protocols and their ports, on one axis of numbers.
///
/// TCP, UDP and SCTP take 65,536 numbers each, ICMP and ICMPv6 one per type and code, every other protocol
/// one. Port 0 is nobody's. Kept as sorted ranges that neither overlap nor touch.
package struct TrafficSet: Sendable, Hashable {
  package enum Transport: UInt32, Sendable, CaseIterable {
    case tcp, udp, sctp

    package var name: String {
      switch self {
      case .tcp: "TCP"
      case .udp: "UDP"
      case .sctp: "SCTP"
      }
    }

    /// Reads `TCP`; upper and lower case alike.
    package init?(_ name: String) {
      guard let found = Transport.allCases.first(where: { $0.name == name.uppercased() }) else { return nil }
      self = found
    }

    /// All ports of the protocol.
    var axis: ClosedRange<UInt32> { (rawValue << 16 | 1)...(rawValue << 16 | 0xFFFF) }
  }

  private(set) var ranges: [ClosedRange<UInt32>]

  private static let icmpStart: UInt32 = 3 << 16
  private static let icmp6Start: UInt32 = 4 << 16
  private static let otherStart: UInt32 = 5 << 16

  package static let none = TrafficSet(unchecked: [])
  /// Every port of TCP, UDP and SCTP.
  package static let everyPort = TrafficSet(unchecked: Transport.allCases.map(\.axis))
  /// Everything, also what has no ports.
  package static let everything = TrafficSet(
    unchecked: [Transport.tcp.axis, Transport.udp.axis, Transport.sctp.axis.lowerBound...(otherStart + 255)])

  /// Ranges that are sorted and neither overlap nor touch.
  init(unchecked ranges: [ClosedRange<UInt32>]) { self.ranges = ranges }

  package init(_ transport: Transport, _ ports: ClosedRange<UInt16> = 1...UInt16.max) {
    let start = transport.rawValue << 16
    let low = max(1, UInt32(ports.lowerBound))
    let high = UInt32(ports.upperBound)
    ranges = low <= high ? [(start | low)...(start | high)] : []
  }

  /// ICMP, or one type of it, or one code of a type.
  package static func icmp(version6: Bool = false, type: UInt8? = nil, code: UInt8? = nil) -> TrafficSet {
    let start = version6 ? icmp6Start : icmpStart
    guard let type else { return TrafficSet(unchecked: [start...(start + 0xFFFF)]) }
    let low = start + UInt32(type) << 8
    return TrafficSet(unchecked: [code.map { (low + UInt32($0))...(low + UInt32($0)) } ?? low...(low + 0xFF)])
  }

  /// A protocol by its IANA number.
  package static func ipProtocol(_ number: UInt8) -> TrafficSet {
    switch number {
    case 6: TrafficSet(.tcp)
    case 17: TrafficSet(.udp)
    case 132: TrafficSet(.sctp)
    case 1: icmp()
    case 58: icmp(version6: true)
    default: TrafficSet(unchecked: [(otherStart + UInt32(number))...(otherStart + UInt32(number))])
    }
  }

  package var isEmpty: Bool { ranges.isEmpty }
  /// Whether it holds every port, whatever else.
  package var isEveryPort: Bool { isSuperset(of: .everyPort) }

  package func contains(_ transport: Transport, _ port: UInt16) -> Bool {
    let point = transport.rawValue << 16 | UInt32(port)
    return ranges.contains { $0.contains(point) }
  }

  /// The ports of a protocol, ascending.
  package func ports(_ transport: Transport) -> [ClosedRange<UInt16>] {
    let axis = transport.axis
    return ranges.filter { $0.overlaps(axis) }.map {
      let range = $0.clamped(to: axis)
      return UInt16(range.lowerBound & 0xFFFF)...UInt16(range.upperBound & 0xFFFF)
    }
  }

  // MARK: Algebra

  package func isSuperset(of other: TrafficSet) -> Bool { other.subtracting(self).isEmpty }
  package func union(_ other: TrafficSet) -> TrafficSet { combined(with: other) { $0 || $1 } }
  package func intersection(_ other: TrafficSet) -> TrafficSet { combined(with: other) { $0 && $1 } }
  package func subtracting(_ other: TrafficSet) -> TrafficSet { combined(with: other) { $0 && !$1 } }

  /// All of these together.
  package static func union(of sets: some Sequence<TrafficSet>) -> TrafficSet {
    let ranges = sets.flatMap(\.ranges)
    guard ranges.count > 1 else { return TrafficSet(unchecked: ranges) }
    var result: [ClosedRange<UInt32>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = result.last, range.lowerBound <= last.upperBound &+ 1 {
        result[result.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        result.append(range)
      }
    }
    return TrafficSet(unchecked: result)
  }

  private func combined(with other: TrafficSet, _ isIn: (Bool, Bool) -> Bool) -> TrafficSet {
    var result: [ClosedRange<UInt32>] = []
    let points = Set(ranges.flatMap { [$0.lowerBound, $0.upperBound + 1] })
      .union(other.ranges.flatMap { [$0.lowerBound, $0.upperBound + 1] }).sorted()
    var (left, right) = (ranges[...], other.ranges[...])
    for (start, next) in zip(points, points.dropFirst()) {
      while let range = left.first, range.upperBound < start { left.removeFirst() }
      while let range = right.first, range.upperBound < start { right.removeFirst() }
      guard isIn(left.first?.contains(start) ?? false, right.first?.contains(start) ?? false) else { continue }
      if let last = result.last, last.upperBound + 1 == start {
        result[result.count - 1] = last.lowerBound...(next - 1)
      } else {
        result.append(start...(next - 1))
      }
    }
    return TrafficSet(unchecked: result)
  }
}

extension TrafficSet {
  /// `TCP 80-81,443,UDP 53`: protocols in alphabetical order, ports ascending; what has no ports is left out.
  package var connectionText: String {
    if isEveryPort { return "All Connections" }
    let parts = [Transport.sctp, .tcp, .udp].compactMap { transport -> String? in
      let ports = ports(transport)
      guard !ports.isEmpty else { return nil }
      return "\(transport.name) "
        + ports.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
        .joined(separator: ",")
    }
    return parts.isEmpty ? "No Connections" : parts.joined(separator: ",")
  }
}
