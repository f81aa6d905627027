/// A set of small numbers, one bit each.
struct Bitset: Sendable, Hashable {
  private(set) var words: [UInt64]

  init(count: Int) { words = Array(repeating: 0, count: (count + 63) / 64) }

  init(count: Int, filled: Range<Int>) {
    self.init(count: count)
    insert(filled)
  }

  var isEmpty: Bool { words.allSatisfy { $0 == 0 } }
  var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  func contains(_ index: Int) -> Bool { words[index >> 6] & (1 << UInt64(index & 63)) != 0 }
  mutating func insert(_ index: Int) { words[index >> 6] |= 1 << UInt64(index & 63) }

  mutating func insert(_ range: Range<Int>) {
    var index = range.lowerBound
    while index < range.upperBound {
      if index & 63 == 0 && range.upperBound - index >= 64 {
        words[index >> 6] = .max
        index += 64
      } else {
        insert(index)
        index += 1
      }
    }
  }

  mutating func formUnion(_ other: Bitset) { for index in words.indices { words[index] |= other.words[index] } }
  mutating func formIntersection(_ other: Bitset) { for index in words.indices { words[index] &= other.words[index] } }
  mutating func subtract(_ other: Bitset) { for index in words.indices { words[index] &= ~other.words[index] } }

  func intersection(_ other: Bitset) -> Bitset {
    var result = self
    result.formIntersection(other)
    return result
  }

  func subtracting(_ other: Bitset) -> Bitset {
    var result = self
    result.subtract(other)
    return result
  }

  func isDisjoint(with other: Bitset) -> Bool {
    for index in words.indices where words[index] & other.words[index] != 0 { return false }
    return true
  }

  func isSuperset(of other: Bitset) -> Bool {
    for index in words.indices where other.words[index] & ~words[index] != 0 { return false }
    return true
  }

  func forEach(_ body: (Int) -> Void) {
    for index in words.indices {
      var word = words[index]
      while word != 0 {
        body(index << 6 + word.trailingZeroBitCount)
        word &= word - 1
      }
    }
  }

  /// The members that lie in a range.
  func forEach(in range: Range<Int>, _ body: (Int) -> Void) {
    guard !range.isEmpty else { return }
    for index in (range.lowerBound >> 6)...((range.upperBound - 1) >> 6) {
      var word = words[index]
      if index == range.lowerBound >> 6 { word &= .max << UInt64(range.lowerBound & 63) }
      if index == (range.upperBound - 1) >> 6 && range.upperBound & 63 != 0 {
        word &= ~(UInt64.max << UInt64(range.upperBound & 63))
      }
      while word != 0 {
        body(index << 6 + word.trailingZeroBitCount)
        word &= word - 1
      }
    }
  }
}
