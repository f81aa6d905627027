/// A git tree: its entries in git's order.
struct TreeObject {
  struct Entry {
    let name: String
    let isFolder: Bool
    let object: ObjectName
  }

  var entries: [Entry]

  /// Reads the bytes of a tree object.
  init(bytes: [UInt8]) throws(StoreError) {
    guard let entries = bytes.withUnsafeBytes(TreeObject.entries) else {
      throw StoreError(.damaged, "a tree object in the store is damaged")
    }
    self.entries = entries
  }

  private static func entries(_ bytes: UnsafeRawBufferPointer) -> [Entry]? {
    var entries: [Entry] = []
    var position = 0
    while position < bytes.count {
      guard let space = bytes[position...].firstIndex(of: 0x20), let end = bytes[space...].firstIndex(of: 0),
        end + ObjectName.length < bytes.count
      else { return nil }
      entries.append(
        Entry(
          name: String(decoding: bytes[(space + 1)..<end], as: UTF8.self),
          isFolder: bytes[position..<space].elementsEqual("40000".utf8),
          object: ObjectName(UnsafeRawBufferPointer(rebasing: bytes[(end + 1)...(end + ObjectName.length)]))))
      position = end + ObjectName.length + 1
    }
    return entries
  }

  init(entries: [Entry]) {
    // git compares a folder's name as if it ended in a slash.
    self.entries = entries.sorted(by: TreeObject.isBefore)
  }

  /// The names must be in git's order already.
  init(sorted entries: [Entry]) { self.entries = entries }

  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(entries.count * 48)
    for entry in entries {
      bytes += (entry.isFolder ? "40000 " : "100644 ").utf8
      bytes += entry.name.utf8
      bytes.append(0)
      entry.object.append(to: &bytes)
    }
    return bytes
  }

  /// git's order of entries: a folder's name is compared as if it ended in a slash.
  static func isBefore(_ left: Entry, _ right: Entry) -> Bool {
    var leftBytes = left.name.utf8.makeIterator()
    var rightBytes = right.name.utf8.makeIterator()
    var leftEnd: UInt8? = left.isFolder ? UInt8(ascii: "/") : nil
    var rightEnd: UInt8? = right.isFolder ? UInt8(ascii: "/") : nil
    while true {
      var a = leftBytes.next()
      var b = rightBytes.next()
      if a == nil { (a, leftEnd) = (leftEnd, nil) }
      if b == nil { (b, rightEnd) = (rightEnd, nil) }
      guard let b else { return false }
      guard let a else { return true }
      if a != b { return a < b }
    }
  }
}
