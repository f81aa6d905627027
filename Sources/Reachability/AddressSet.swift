/// A set of IP addresses, for asking how much of the world it covers.
///
/// IPv6 is counted in networks of 64 bits; nothing smaller matters to that question.
package struct AddressSet: Sendable {
  private var ranges4: [ClosedRange<UInt64>] = []
  private var ranges6: [ClosedRange<UInt64>] = []

  package init() {}

  package var isEmpty: Bool { ranges4.isEmpty && ranges6.isEmpty }

  package mutating func formUnion(_ other: AddressSet) {
    ranges4 += other.ranges4
    ranges6 += other.ranges6
  }

  /// Adds a block without its exceptions; false where a CIDR is malformed.
  package mutating func insert(cidr: String, except: [String]) -> Bool {
    guard let block = AddressSet.parse(cidr) else { return false }
    var remaining = [block.range]
    for text in except {
      guard let hole = AddressSet.parse(text), hole.isIPv6 == block.isIPv6 else { return false }
      // A hole smaller than the unit of counting takes nothing away.
      if hole.isIPv6 && hole.isWithinUnit { continue }
      remaining = remaining.flatMap { AddressSet.subtract(hole.range, from: $0) }
    }
    if block.isIPv6 { ranges6 += remaining } else { ranges4 += remaining }
    return true
  }

  /// Whether the set holds at least half of all IPv4 addresses, or of the IPv6 addresses in use.
  ///
  /// Halving the world over two rules, or leaving single addresses out, does not make a rule narrow.
  package var coversMostOfTheInternet: Bool {
    let total4 = AddressSet.count(ranges4, within: 0...0xFFFF_FFFF)
    let global = UInt64(0x2000_0000_0000_0000)...UInt64(0x3FFF_FFFF_FFFF_FFFF)
    let total6 = AddressSet.count(ranges6, within: global)
    return total4 >= 0x8000_0000 || total6 >= (global.upperBound - global.lowerBound) / 2
  }

  private static func subtract(
    _ hole: ClosedRange<UInt64>, from range: ClosedRange<UInt64>
  ) -> [ClosedRange<UInt64>] {
    guard hole.overlaps(range) else { return [range] }
    var parts: [ClosedRange<UInt64>] = []
    if hole.lowerBound > range.lowerBound { parts.append(range.lowerBound...(hole.lowerBound - 1)) }
    if hole.upperBound < range.upperBound { parts.append((hole.upperBound + 1)...range.upperBound) }
    return parts
  }

  private static func count(_ ranges: [ClosedRange<UInt64>], within limit: ClosedRange<UInt64>) -> UInt64 {
    var total: UInt64 = 0
    var next = limit.lowerBound
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      let low = max(range.lowerBound, next)
      let high = min(range.upperBound, limit.upperBound)
      guard low <= high else { continue }
      total += high - low + 1
      guard high < limit.upperBound else { break }
      next = high + 1
    }
    return total
  }

  // MARK: Parsing

  private struct Block {
    let range: ClosedRange<UInt64>
    let isIPv6: Bool
    let isWithinUnit: Bool
  }

  private static func parse(_ cidr: String) -> Block? {
    let parts = cidr.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].isPlainNumber, let length = Int(parts[1]) else { return nil }
    if let address = ipv4(parts[0]) {
      guard length <= 32 else { return nil }
      let mask: UInt64 = length == 0 ? 0 : (0xFFFF_FFFF << UInt64(32 - length)) & 0xFFFF_FFFF
      return Block(
        range: (address & mask)...((address & mask) | (~mask & 0xFFFF_FFFF)), isIPv6: false,
        isWithinUnit: false)
    }
    guard let address = ipv6Network(parts[0]), length <= 128 else { return nil }
    let mask: UInt64 = length == 0 ? 0 : length >= 64 ? .max : UInt64.max << UInt64(64 - length)
    return Block(
      range: (address & mask)...((address & mask) | ~mask), isIPv6: true, isWithinUnit: length > 64)
  }

  private static func ipv4(_ text: Substring) -> UInt64? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var address: UInt64 = 0
    for part in parts {
      guard part.isPlainNumber, let byte = UInt8(part) else { return nil }
      address = address << 8 | UInt64(byte)
    }
    return address
  }

  /// The upper 64 bits of an IPv6 address.
  private static func ipv6Network(_ text: Substring) -> UInt64? {
    var text = String(text)
    // A dotted tail stands for the last two groups.
    if text.contains("."), let colon = text.lastIndex(of: ":") {
      guard ipv4(text[text.index(after: colon)...]) != nil else { return nil }
      text = text[...colon] + "0:0"
    }
    func groups(_ part: String) -> [UInt64]? {
      guard !part.isEmpty else { return [] }
      var result: [UInt64] = []
      for group in part.split(separator: ":", omittingEmptySubsequences: false) {
        guard (1...4).contains(group.count), group.allSatisfy(\.isHexDigit),
          let value = UInt64(group, radix: 16)
        else { return nil }
        result.append(value)
      }
      return result
    }
    let all: [UInt64]
    if let gap = doubleColon(in: text) {
      guard let left = groups(gap.left), let right = groups(gap.right), left.count + right.count < 8
      else { return nil }
      all = left + Array(repeating: 0, count: 8 - left.count - right.count) + right
    } else {
      guard let plain = groups(text), plain.count == 8 else { return nil }
      all = plain
    }
    return all.prefix(4).reduce(0) { $0 << 16 | $1 }
  }

  private static func doubleColon(in text: String) -> (left: String, right: String)? {
    var index = text.startIndex
    while index < text.endIndex {
      let next = text.index(after: index)
      if next < text.endIndex, text[index] == ":", text[next] == ":" {
        return (String(text[..<index]), String(text[text.index(after: next)...]))
      }
      index = next
    }
    return nil
  }
}

extension Substring {
  /// Digits and nothing else; `Int` takes signs too.
  fileprivate var isPlainNumber: Bool { !isEmpty && allSatisfy { ("0"..."9").contains($0) } }
}
