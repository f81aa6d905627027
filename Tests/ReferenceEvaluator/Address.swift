/// An IPv4 or IPv6 address.
package struct Address: Sendable, Hashable {
  package enum Family: Int, Sendable, Hashable {
    case v4 = 32
    case v6 = 128
    var width: Int { rawValue }
  }

  package let family: Family
  package let bits: UInt128

  init(family: Family, bits: UInt128) {
    self.family = family
    self.bits = bits
  }

  /// Reads an address. Leading zeros are decimal, and an IPv4 address in IPv6's clothes is an IPv4 one.
  package init?(_ text: String) {
    if text.contains(":") {
      guard let bits = Address.v6(text) else { return nil }
      if bits >> 32 == 0xFFFF {
        self.init(family: .v4, bits: bits & 0xFFFF_FFFF)
      } else {
        self.init(family: .v6, bits: bits)
      }
    } else {
      guard let bits = Address.v4(text) else { return nil }
      self.init(family: .v4, bits: bits)
    }
  }

  private static func v4(_ text: String) -> UInt128? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bits: UInt128 = 0
    for part in parts {
      guard part.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let byte = UInt8(part) else { return nil }
      bits = bits << 8 | UInt128(byte)
    }
    return bits
  }

  private static func v6(_ text: String) -> UInt128? {
    var text = text
    // The last 32 bits may be written the old way.
    if text.contains("."), let colon = text.lastIndex(of: ":") {
      guard let last = v4(String(text[text.index(after: colon)...])) else { return nil }
      text = text[...colon] + String(last >> 16, radix: 16) + ":" + String(last & 0xFFFF, radix: 16)
    }
    guard let gap = text.firstRange(of: "::") else {
      let groups = text.split(separator: ":", omittingEmptySubsequences: false)
      return groups.count == 8 ? bits(of: groups) : nil
    }
    let left = text[..<gap.lowerBound].split(separator: ":", omittingEmptySubsequences: false)
    let right = text[gap.upperBound...].split(separator: ":", omittingEmptySubsequences: false)
    let head = left == [""] ? [] : left
    let tail = right == [""] ? [] : right
    guard head.count + tail.count < 8 else { return nil }
    let zeros = Array(repeating: Substring("0"), count: 8 - head.count - tail.count)
    return bits(of: head + zeros + tail)
  }

  private static func bits(of groups: [Substring]) -> UInt128? {
    var bits: UInt128 = 0
    for group in groups {
      guard (1...4).contains(group.utf8.count), group.allSatisfy(\.isHexDigit),
        let value = UInt16(group, radix: 16)
      else { return nil }
      bits = bits << 16 | UInt128(value)
    }
    return bits
  }
}

/// A range of addresses in prefix notation.
struct Prefix: Sendable, Hashable {
  let family: Address.Family
  let bits: UInt128
  let length: Int

  init(family: Address.Family, bits: UInt128, length: Int) {
    self.family = family
    self.length = length
    self.bits = bits & Prefix.mask(length, family)
  }

  /// Reads `10.0.0.0/8`, and takes host bits for a slip. Where `needsLength` is not set, an address stands for itself.
  init?(_ text: String, needsLength: Bool = true) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let address = Address(String(parts[0])) else { return nil }
    guard parts.count == 2 else {
      guard !needsLength else { return nil }
      self.init(family: address.family, bits: address.bits, length: address.family.width)
      return
    }
    guard parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), var length = Int(parts[1]) else { return nil }
    if parts[0].contains(":") && address.family == .v4 { length -= 96 }
    guard (0...address.family.width).contains(length) else { return nil }
    self.init(family: address.family, bits: address.bits, length: length)
  }

  private static func mask(_ length: Int, _ family: Address.Family) -> UInt128 {
    let all: UInt128 = family == .v4 ? 0xFFFF_FFFF : .max
    return length == 0 ? 0 : all & (all << UInt128(family.width - length))
  }

  func contains(_ address: Address) -> Bool {
    address.family == family && address.bits & Prefix.mask(length, family) == bits
  }

  func contains(_ other: Prefix) -> Bool {
    other.family == family && other.length >= length && other.bits & Prefix.mask(length, family) == bits
  }

  var halves: [Prefix] {
    let bit: UInt128 = 1 << UInt128(family.width - length - 1)
    return [bits, bits | bit].map { Prefix(family: family, bits: $0, length: length + 1) }
  }

  /// Whether the others together hold all of this one.
  func isCovered(by others: [Prefix]) -> Bool {
    if others.contains(where: { $0.contains(self) }) { return true }
    guard others.contains(where: contains) else { return false }
    return halves.allSatisfy { $0.isCovered(by: others) }
  }
}

/// A prefix without some parts of it: an `ipBlock`, a `cidrSet`.
struct Block: Sendable, Hashable {
  let prefix: Prefix
  let exceptions: [Prefix]

  init(_ prefix: Prefix, except exceptions: [Prefix] = []) {
    self.prefix = prefix
    self.exceptions = exceptions
  }

  /// Of an address that is not known: everything holds it, nothing does not, and else it depends. An IPv4 and an
  /// IPv6 block are alike here, since the address may be of either family.
  func contains(_ address: Address?) -> Match {
    if let address {
      return Match(prefix.contains(address) && !exceptions.contains { $0.contains(address) })
    }
    if prefix.isCovered(by: exceptions) { return .no }
    let isEverything = prefix.length == 0 && !exceptions.contains { $0.family == prefix.family }
    return isEverything ? .yes : .maybe(.conditional)
  }

  /// Whether one of several blocks holds an address.
  static func isIn(_ blocks: [Block], _ address: Address?) -> Match {
    let wholes = [Prefix(family: .v4, bits: 0, length: 0), Prefix(family: .v6, bits: 0, length: 0)]
    if address == nil, blocks.count > 1, wholes.contains(where: { $0.isCovered(byOneOf: blocks) }) { return .yes }
    return Match.any(blocks) { $0.contains(address) }
  }
}

extension Prefix {
  /// Whether each address of it is in one of the blocks.
  fileprivate func isCovered(byOneOf blocks: [Block]) -> Bool {
    let near = blocks.filter { $0.prefix.contains(self) || contains($0.prefix) }
    if near.contains(where: { block in
      block.prefix.contains(self) && !block.exceptions.contains { $0.contains(self) || contains($0) }
    }) { return true }
    guard !near.isEmpty, length < family.width,
      near.contains(where: { block in !block.exceptions.contains { $0.contains(self) } })
    else { return false }
    return halves.allSatisfy { $0.isCovered(byOneOf: near) }
  }
}
