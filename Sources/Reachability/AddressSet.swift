/// A set of IP addresses, for asking how much of the world it covers.
///
/// An exception of IPv6 smaller than a network of 64 bits takes nothing away; nothing smaller matters to that
/// question.
package struct AddressSet: Sendable {
  private var ranges: [IPRange] = []

  package init() {}

  package var isEmpty: Bool { ranges.isEmpty }

  package mutating func formUnion(_ other: AddressSet) { ranges += other.ranges }

  /// Adds a block without its exceptions; false where a CIDR is malformed.
  package mutating func insert(cidr: String, except: [String]) -> Bool {
    guard let block = AddressSet.block(cidr) else { return false }
    var holes: [IPRange] = []
    for text in except {
      guard let hole = AddressSet.block(text), hole.family == block.family else { return false }
      if hole.family == .v4 || hole.high - hole.low >= UInt128(UInt64.max) { holes.append(hole) }
    }
    ranges += block.subtracting(holes)
    return true
  }

  private static func block(_ text: String) -> IPRange? { text.contains("/") ? IPRange(text) : nil }

  /// Whether the set holds at least half of all IPv4 addresses, or of the IPv6 addresses in use.
  ///
  /// Halving the world over two rules, or leaving single addresses out, does not make a rule narrow.
  package var coversMostOfTheInternet: Bool {
    let global = IPRange(.v6, 0x2000 << 112, (0x4000 << 112) - 1)
    return [IPRange.all4, global].contains { world in
      let missing = world.subtracting(IPRange.union(ranges)).reduce(UInt128(0)) { $0 + ($1.high - $1.low) + 1 }
      // One network of 64 bits more or less is no difference in IPv6.
      let tolerance: UInt128 = world.family == .v6 ? 1 << 64 : 0
      return missing <= (world.high - world.low) / 2 + 1 + tolerance
    }
  }
}
