/// String keys and their values, sorted by the bytes of the key's UTF-8.
///
/// Look-ups are binary searches; the mappings of Kubernetes objects are small.
public struct Mapping: Sendable {
  public private(set) var entries: [(key: String, value: Value)]

  public init() { entries = [] }

  /// Creates a mapping from pairs in any order; of equal keys the last one wins.
  ///
  /// Readers refuse duplicate keys before they come here.
  public init(_ pairs: [(String, Value)]) {
    entries = []
    entries.reserveCapacity(pairs.count)
    var isSorted = true
    for (key, value) in pairs {
      if let last = entries.last, !Mapping.precedes(last.key, key) { isSorted = false }
      entries.append((key, value))
    }
    guard !isSorted else { return }
    entries.sort { Mapping.precedes($0.key, $1.key) }
    if zip(entries, entries.dropFirst()).contains(where: { Mapping.isSame($0.key, $1.key) }) {
      entries = []
      for (key, value) in pairs { self[key] = value }
    }
  }

  /// Creates a mapping from entries in any order, which canonical text has sorted; nil where two have one key.
  init?(distinct entries: [(key: String, value: Value)]) {
    self.entries = entries
    guard !isSorted else { return }
    self.entries.sort { Mapping.precedes($0.key, $1.key) }
    guard isSorted else { return nil }
  }

  /// Whether each key stands before the next one.
  private var isSorted: Bool {
    entries.indices.dropFirst().allSatisfy { Mapping.precedes(entries[$0 - 1].key, entries[$0].key) }
  }

  public var isEmpty: Bool { entries.isEmpty }
  public var count: Int { entries.count }
  public var keys: [String] { entries.map(\.key) }

  public subscript(key: String) -> Value? {
    get {
      let index = lowerBound(key)
      guard index < entries.count, Mapping.isSame(entries[index].key, key) else { return nil }
      return entries[index].value
    }
    set {
      let index = lowerBound(key)
      let isPresent = index < entries.count && Mapping.isSame(entries[index].key, key)
      switch (newValue, isPresent) {
      case (let value?, true): entries[index].value = value
      case (let value?, false): entries.insert((key, value), at: index)
      case (nil, true): entries.remove(at: index)
      case (nil, false): break
      }
    }
  }

  /// Keeps the entries that satisfy `isIncluded`.
  public func filter(_ isIncluded: (String, Value) -> Bool) -> Mapping {
    var result = self
    result.entries.removeAll { !isIncluded($0.key, $0.value) }
    return result
  }

  /// The same keys with other values.
  public func mapValues(_ transform: (Value) -> Value) -> Mapping {
    var result = Mapping()
    result.entries = entries.map { ($0.key, transform($0.value)) }
    return result
  }

  private func lowerBound(_ key: String) -> Int {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if Mapping.precedes(entries[middle].key, key) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Byte equality. (`String.==` calls two spellings of one accented letter equal.)
  static func isSame(_ left: String, _ right: String) -> Bool {
    guard left.utf8.count == right.utf8.count else { return false }
    return Mapping.lend(left, right) { left, right in
      for index in 0..<left.count where left[index] != right[index] { return false }
      return true
    } ?? left.utf8.elementsEqual(right.utf8)
  }

  /// Byte order. (`String.<` compares normalised Unicode, which other tools do not.)
  static func precedes(_ left: String, _ right: String) -> Bool {
    Mapping.lend(left, right) { left, right in
      for index in 0..<min(left.count, right.count) where left[index] != right[index] {
        return left[index] < right[index]
      }
      return left.count < right.count
    } ?? left.utf8.lexicographicallyPrecedes(right.utf8)
  }

  /// Lends the bytes of two strings, which the standard library's own comparisons of views go through one by one.
  private static func lend(
    _ left: String, _ right: String,
    _ body: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>) -> Bool
  ) -> Bool? {
    left.utf8.withContiguousStorageIfAvailable { left in
      right.utf8.withContiguousStorageIfAvailable { right in body(left, right) }
    } ?? nil
  }
}

extension Mapping: Hashable {
  public static func == (left: Mapping, right: Mapping) -> Bool {
    left.entries.count == right.entries.count
      && zip(left.entries, right.entries).allSatisfy { isSame($0.key, $1.key) && $0.value == $1.value }
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(entries.count)
    for (key, value) in entries {
      hasher.combine(key)
      hasher.combine(value)
    }
  }
}
