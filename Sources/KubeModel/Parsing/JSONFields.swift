/// Keys that are looked for together.
public struct JSONKeys: Sendable {
  /// The bytes of all keys, one after the other.
  private let bytes: [UInt8]
  /// Where each key begins in them, and where the last one ends.
  private let starts: [Int]
  /// By length of a key: the first of that length, or -1.
  private let first: [Int]
  /// By key: the next one of the same length, or -1.
  private let next: [Int]

  public init(_ keys: [String]) {
    var (bytes, starts): ([UInt8], [Int]) = ([], [0])
    var first = Array(repeating: -1, count: (keys.map(\.utf8.count).max() ?? 0) + 1)
    var next: [Int] = []
    for (index, key) in keys.enumerated() {
      bytes += key.utf8
      starts.append(bytes.count)
      next.append(first[key.utf8.count])
      first[key.utf8.count] = index
    }
    (self.bytes, self.starts, self.first, self.next) = (bytes, starts, first, next)
  }

  public var count: Int { next.count }

  /// Which of the keys these bytes are.
  fileprivate func index(of key: UnsafeBufferPointer<UInt8>) -> Int? {
    guard key.count < first.count else { return nil }
    var index = first[key.count]
    search: while index >= 0 {
      let start = starts[index]
      for place in key.indices where bytes[start + place] != key[place] {
        index = next[index]
        continue search
      }
      return index
    }
    return nil
  }
}

/// The values of some keys of a mapping, found in one pass over it; for use with one mapping after the other.
public struct JSONFields {
  private let keys: JSONKeys
  private var object: JSONPart?
  /// By key, where its value stands; 0 for none.
  private var positions: [Int]
  /// A key that the mapping has twice: readers differ on which value counts.
  public private(set) var duplicate: Int?

  public init(_ keys: JSONKeys) {
    self.keys = keys
    positions = Array(repeating: 0, count: keys.count)
  }

  /// Takes the values from another part, which has none where it is no mapping.
  public mutating func read(_ object: JSONPart) {
    for index in positions.indices { positions[index] = 0 }
    duplicate = nil
    self.object = object
    object.forEachEntry { key, position in
      guard let index = keys.index(of: key) else { return }
      if positions[index] != 0 { duplicate = index }
      positions[index] = position
    }
  }

  /// The value of a key, by the key's place among the keys; nil where it is absent or null.
  public subscript(index: Int) -> JSONPart? {
    guard positions[index] != 0, let part = object?.part(positions[index]), !part.isNull else { return nil }
    return part
  }
}
