/// What everyone can do: any pod of any namespace, or any address.
///
/// Decided on the set and not on its spelling: the world in quarters over four policies is the world, single exceptions
/// do not make it small, and the ports in two halves are all ports.
struct Openness: Sendable {
  /// Nearly all ports count as all of them: leaving one out does not make a rule narrow.
  private static let nearlyAllPorts = 58_982

  /// Whether the traffic is (nearly) every port of a protocol.
  static func isEveryPort(_ traffic: TrafficSet) -> Bool {
    TrafficSet.Transport.allCases.contains { transport in
      traffic.ports(transport).reduce(0) { $0 + $1.count } >= nearlyAllPorts
    }
  }

  /// Whether ranges hold at least half of all IPv4 addresses, or of the IPv6 addresses in use.
  static func isMostOfTheInternet(_ ranges: [IPRange]) -> Bool {
    let global = IPRange(.v6, 0x2000 << 112, (0x4000 << 112) - 1)
    return [IPRange.all4, global].contains { world in
      let missing = world.subtracting(IPRange.union(ranges)).reduce(UInt128(0)) { $0 + ($1.high - $1.low) + 1 }
      // One network of 64 bits more or less is no difference in IPv6.
      let tolerance: UInt128 = world.family == .v6 ? 1 << 64 : 0
      return missing <= (world.high - world.low) / 2 + 1 + tolerance
    }
  }

  /// The traffic in which most of the Internet has a part, given the addresses that some traffic is about; and which of
  /// the parts take part in it.
  static func everywhere(_ parts: [(ranges: [IPRange], traffic: TrafficSet)]) -> (traffic: TrafficSet, taking: Set<Int>) {
    // Between two of these, the parts that apply are the same.
    let edges = Set(parts.flatMap(\.traffic.ranges).flatMap { [$0.lowerBound, $0.upperBound + 1] }).sorted()
    var found: [ClosedRange<UInt32>] = []
    var taking: Set<Int> = []
    var known: [[Int]: Bool] = [:]
    for (start, next) in zip(edges, edges.dropFirst()) {
      let applying = parts.indices.filter { place in parts[place].traffic.ranges.contains { $0.contains(start) } }
      guard !applying.isEmpty else { continue }
      let isMost = known[applying] ?? isMostOfTheInternet(applying.flatMap { parts[$0].ranges })
      known[applying] = isMost
      guard isMost else { continue }
      found.append(start...(next - 1))
      taking.formUnion(applying)
    }
    return (.union(of: found.map { TrafficSet(unchecked: [$0]) }), taking)
  }
}
