internal import KubeModel

/// A git tree: its entries in git's order.
struct TreeObject {
  struct Entry {
    let name: String
    let isFolder: Bool
    let object: ObjectName
  }

  var entries: [Entry]

  /// Why bytes are no tree that Ambit could have written.
  struct Fault: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
  }

  /// Reads the bytes of a tree object: files and folders only, in git's order, with names that are safe anywhere.
  init(bytes: [UInt8]) throws(Fault) {
    var entries: [Entry] = []
    var position = 0
    while position < bytes.count {
      guard let space = bytes[position...].firstIndex(of: 0x20), let end = bytes[space...].firstIndex(of: 0),
        end + ObjectName.length < bytes.count
      else { throw Fault("is cut short") }
      let name = String(decoding: bytes[(space + 1)..<end], as: UTF8.self)
      guard TreePath.isSafe(name), name.utf8.elementsEqual(bytes[(space + 1)..<end]),
        !name.unicodeScalars.contains(where: HiddenText.isHidden)
      else { throw Fault("has the name \(TreeObject.shown(name)), which cannot stand in a state") }
      let mode = bytes[position..<space]
      let isFolder = mode.elementsEqual("40000".utf8)
      guard isFolder || mode.elementsEqual("100644".utf8) else {
        let mode = String(decoding: mode.prefix(10), as: UTF8.self)
        throw Fault("has \(TreeObject.shown(name)) with mode \(HiddenText.escaped(mode)), neither a file nor a folder of Ambit")
      }
      let object = bytes.withUnsafeBytes {
        ObjectName(UnsafeRawBufferPointer(rebasing: $0[(end + 1)...(end + ObjectName.length)]))
      }
      let entry = Entry(name: name, isFolder: isFolder, object: object)
      if let last = entries.last, !TreeObject.isBefore(last, entry) {
        throw Fault("is out of order, or names twice, at \(TreeObject.shown(name))")
      }
      entries.append(entry)
      if isFolder, TreeObject.hasFile(named: name, in: entries) {
        throw Fault("has \(TreeObject.shown(name)) twice, as a file and as a folder")
      }
      position = end + ObjectName.length + 1
    }
    self.entries = entries
  }

  /// Whether a file of the last entry's name stands before it: only names that begin with it can stand between.
  private static func hasFile(named name: String, in entries: [Entry]) -> Bool {
    entries.dropLast().reversed().prefix { $0.name.utf8.starts(with: name.utf8) }
      .contains { $0.name.utf8.count == name.utf8.count }
  }

  private static func shown(_ name: String) -> String { "'\(HiddenText.escaped(String(name.prefix(100))))'" }

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
