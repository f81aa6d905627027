/// An unbroken range of addresses of one family.
package struct IPRange: Sendable, Hashable {
  package enum Family: Sendable, Hashable, Comparable, CaseIterable { case v4, v6 }
  package let family: Family
  package let low: UInt128
  package let high: UInt128

  package init(_ family: Family, _ low: UInt128, _ high: UInt128) {
    self.family = family
    self.low = low
    self.high = high
  }

  package static let all4 = IPRange(.v4, 0, 0xFFFF_FFFF)
  package static let all6 = IPRange(.v6, 0, .max)

  /// Reads a CIDR block, or a single address. Bits behind the prefix are dropped, as servers do.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let (family, address) = IPRange.address(parts[0]) else { return nil }
    let width = family == .v4 ? 32 : 128
    var length = width
    if parts.count == 2 {
      guard parts[1].allSatisfy({ ("0"..."9").contains($0) }), let given = Int(parts[1]), given <= width
      else { return nil }
      length = given
    }
    let rest: UInt128 = length == width ? 0 : UInt128.max >> UInt128(128 - width + length)
    self.init(family, address & ~rest, address | rest)
  }

  package func contains(_ other: IPRange) -> Bool {
    family == other.family && low <= other.low && other.high <= high
  }

  package func overlaps(_ other: IPRange) -> Bool {
    family == other.family && low <= other.high && other.low <= high
  }

  /// What is left of this range without others, ascending.
  package func subtracting(_ holes: [IPRange]) -> [IPRange] {
    var rest = [self]
    for hole in holes {
      rest = rest.flatMap { range -> [IPRange] in
        guard range.overlaps(hole) else { return [range] }
        var parts: [IPRange] = []
        if range.low < hole.low { parts.append(IPRange(family, range.low, hole.low - 1)) }
        if range.high > hole.high { parts.append(IPRange(family, hole.high + 1, range.high)) }
        return parts
      }
    }
    return rest
  }

  /// Ranges that together hold what any of these holds; sorted, and none touches another.
  package static func union(_ ranges: [IPRange]) -> [IPRange] {
    var result: [IPRange] = []
    for range in ranges.sorted() {
      if let last = result.last, last.family == range.family, range.low <= last.high || range.low - 1 == last.high {
        result[result.count - 1] = IPRange(last.family, last.low, max(last.high, range.high))
      } else {
        result.append(range)
      }
    }
    return result
  }

  /// What of these lies in none of `holes`.
  package static func subtract(_ holes: [IPRange], from ranges: [IPRange]) -> [IPRange] {
    union(ranges).flatMap { $0.subtracting(holes) }
  }
}

extension IPRange: Comparable {
  package static func < (left: IPRange, right: IPRange) -> Bool {
    (left.family, left.low, left.high) < (right.family, right.low, right.high)
  }
}

extension IPRange: CustomStringConvertible {
  /// `10.0.0.0-10.0.0.255`
  package var description: String { "\(IPRange.text(low, family))-\(IPRange.text(high, family))" }

  /// The CIDR block that it is, or the range.
  package var shortText: String {
    let width = family == .v4 ? 32 : 128
    let size = high - low
    guard size & (size &+ 1) == 0, low & size == 0 else { return description }
    let length = width - (size == 0 ? 0 : 128 - size.leadingZeroBitCount)
    return length == width ? IPRange.text(low, family) : "\(IPRange.text(low, family))/\(length)"
  }
}

// MARK: Addresses as text

extension IPRange {
  private static func text(_ address: UInt128, _ family: Family) -> String {
    guard family == .v6 else {
      return [24, 16, 8, 0].map { String(address >> UInt128($0) & 0xFF) }.joined(separator: ".")
    }
    let groups = (0..<8).map { UInt16(truncatingIfNeeded: address >> UInt128(112 - 16 * $0)) }
    // RFC 5952: the longest run of zero groups, the first of equals, of two at least.
    var (best, bestLength) = (0, 0)
    var start = 0
    while start < 8 {
      let length = groups[start...].prefix { $0 == 0 }.count
      if length > bestLength { (best, bestLength) = (start, length) }
      start += max(length, 1)
    }
    func text(_ part: ArraySlice<UInt16>) -> String { part.map { String($0, radix: 16) }.joined(separator: ":") }
    guard bestLength > 1 else { return text(groups[...]) }
    return text(groups[..<best]) + "::" + text(groups[(best + bestLength)...])
  }

  private static func address(_ text: Substring) -> (Family, UInt128)? {
    if text.contains(":") { return ipv6(text).map { (.v6, $0) } }
    return ipv4(text).map { (.v4, UInt128($0)) }
  }

  private static func ipv4(_ text: Substring) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var address: UInt32 = 0
    for part in parts {
      guard !part.isEmpty, part.allSatisfy({ ("0"..."9").contains($0) }), let byte = UInt8(part) else { return nil }
      address = address << 8 | UInt32(byte)
    }
    return address
  }

  private static func ipv6(_ text: Substring) -> UInt128? {
    var text = text
    var tail: [UInt16] = []
    // A dotted tail stands for the last two groups.
    if text.contains("."), let colon = text.lastIndex(of: ":") {
      guard let address = ipv4(text[text.index(after: colon)...]) else { return nil }
      tail = [UInt16(address >> 16), UInt16(address & 0xFFFF)]
      text = text[...colon]
      // The colon before the tail belongs to it, unless it ends a `::`.
      if !text.hasSuffix("::") { text = text.dropLast() }
    }
    func groups(_ part: Substring) -> [UInt16]? {
      guard !part.isEmpty else { return [] }
      var result: [UInt16] = []
      for group in part.split(separator: ":", omittingEmptySubsequences: false) {
        guard (1...4).contains(group.count), group.allSatisfy(\.isHexDigit), let value = UInt16(group, radix: 16)
        else { return nil }
        result.append(value)
      }
      return result
    }
    let all: [UInt16]
    if let gap = text.firstRange(ofColons: 2) {
      guard let left = groups(text[..<gap.lowerBound]), let right = groups(text[gap.upperBound...]),
        left.count + right.count + tail.count < 8
      else { return nil }
      all = left + Array(repeating: 0, count: 8 - left.count - right.count - tail.count) + right + tail
    } else {
      guard let plain = groups(text), plain.count + tail.count == 8 else { return nil }
      all = plain + tail
    }
    return all.reduce(0) { $0 << 16 | UInt128($1) }
  }
}

extension Substring {
  fileprivate func firstRange(ofColons count: Int) -> Range<Index>? {
    var index = startIndex
    while index < endIndex {
      let rest = self[index...]
      if rest.prefix(count).count == count, rest.prefix(count).allSatisfy({ $0 == ":" }) {
        return index..<self.index(index, offsetBy: count)
      }
      index = self.index(after: index)
    }
    return nil
  }
}
