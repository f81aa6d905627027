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
    entries = []
    var position = 0
    while position < bytes.count {
      guard let space = bytes[position...].firstIndex(of: 0x20),
        let end = bytes[space...].firstIndex(of: 0), end + 20 < bytes.count
      else { throw StoreError(.damaged, "a tree object in the store is damaged") }
      let mode = bytes[position..<space]
      entries.append(
        Entry(
          name: String(decoding: bytes[(space + 1)..<end], as: UTF8.self),
          isFolder: mode.elementsEqual("40000".utf8),
          object: ObjectName(bytes: Array(bytes[(end + 1)...(end + 20)]))))
      position = end + 21
    }
  }

  init(entries: [Entry]) {
    // git compares a folder's name as if it ended in a slash.
    self.entries = entries.sorted { TreeObject.key($0).lexicographicallyPrecedes(TreeObject.key($1)) }
  }

  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    for entry in entries {
      bytes += Array((entry.isFolder ? "40000 " : "100644 ").utf8) + Array(entry.name.utf8)
      bytes.append(0)
      bytes += entry.object.bytes
    }
    return bytes
  }

  static func key(_ entry: Entry) -> [UInt8] {
    Array(entry.name.utf8) + (entry.isFolder ? [UInt8(ascii: "/")] : [])
  }
}
