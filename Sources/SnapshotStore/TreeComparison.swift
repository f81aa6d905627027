internal import KubeModel

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Compares trees, each with the one that follows it in a history.
///
/// Most entries of two trees are the same, so the bytes of both are gone through side by side and a text is made only
/// of what differs. A tree that is the newer one now is the older one next time, and is kept until then.
package final class TreeComparison {
  private let store: SnapshotStore
  private var kept: [ObjectName: [UInt8]] = [:]
  private var keptSize = 0

  /// The size up to which trees are kept, in bytes.
  private static let largestSize = 64 << 20

  package init(_ store: SnapshotStore) { self.store = store }

  /// The files in which two trees differ, sorted by path. Folders that are the same are not read.
  package func changes(from old: ObjectName?, to new: ObjectName?) throws(StoreError) -> [PathChange] {
    var changes: [PathChange] = []
    try compare(old, new, prefix: "", depth: 0, into: &changes)
    changes.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    return changes
  }

  private struct Difference {
    let name: String
    let isFolder: Bool
    let old: ObjectName?
    let new: ObjectName?
  }

  private func compare(
    _ old: ObjectName?, _ new: ObjectName?, prefix: String, depth: Int, into changes: inout [PathChange]
  ) throws(StoreError) {
    guard old != new, let tree = new ?? old else { return }
    try SnapshotStore.check(depth: depth, count: changes.count, at: prefix, of: tree)
    let left = try take(old)
    let right = try keep(new)
    let differences = left.withUnsafeBytes { left in
      right.withUnsafeBytes { right in TreeComparison.differences(left, right) }
    }
    guard let differences else {
      // The slow reading says what is wrong with which of them.
      for tree in [old, new] { if let tree { _ = try store.tree(tree) } }
      throw StoreError.damaged("the tree \(tree) does not read", inspect: "git ls-tree \(tree)")
    }
    for difference in differences {
      let path = prefix + difference.name
      if difference.isFolder {
        try compare(difference.old, difference.new, prefix: "\(path)/", depth: depth + 1, into: &changes)
      } else {
        changes.append(PathChange(path: path, old: difference.old, new: difference.new))
      }
    }
  }

  // MARK: Bytes

  /// The bytes of a tree that is not needed after this.
  private func take(_ tree: ObjectName?) throws(StoreError) -> [UInt8] {
    guard let tree else { return [] }
    if let bytes = kept.removeValue(forKey: tree) {
      keptSize -= bytes.count
      return bytes
    }
    return try store.treeBytes(tree)
  }

  /// The bytes of a tree that the next comparison begins with.
  private func keep(_ tree: ObjectName?) throws(StoreError) -> [UInt8] {
    guard let tree else { return [] }
    if let bytes = kept[tree] { return bytes }
    let bytes = try store.treeBytes(tree)
    if keptSize + bytes.count > TreeComparison.largestSize {
      kept = [:]
      keptSize = 0
    }
    kept[tree] = bytes
    keptSize += bytes.count
    return bytes
  }

  /// An entry of a tree, as the ranges of its bytes.
  private struct Entry {
    let isFolder: Bool
    let isFile: Bool
    let name: UnsafeRawBufferPointer
    let object: ObjectName
    let end: Int

    /// Reads the entry that begins at a position; nil where the tree is damaged.
    init?(_ tree: UnsafeRawBufferPointer, at start: Int) {
      guard let (space, zero) = Entry.marks(tree, start) else { return nil }
      let mode = UnsafeRawBufferPointer(rebasing: tree[start..<space])
      isFolder = mode.elementsEqual("40000".utf8)
      isFile = mode.elementsEqual("100644".utf8)
      name = UnsafeRawBufferPointer(rebasing: tree[(space + 1)..<zero])
      end = zero + ObjectName.length + 1
      object = ObjectName(UnsafeRawBufferPointer(rebasing: tree[(zero + 1)..<end]))
    }

    /// Where the entry that begins at a position ends; nil where the tree is damaged.
    static func end(_ tree: UnsafeRawBufferPointer, _ start: Int) -> Int? {
      marks(tree, start).map { $0.zero + ObjectName.length + 1 }
    }

    /// Where an entry's mode ends, and where its name does.
    private static func marks(_ tree: UnsafeRawBufferPointer, _ start: Int) -> (space: Int, zero: Int)? {
      guard let base = tree.baseAddress, let space = memchr(base + start, 0x20, tree.count - start),
        let zero = memchr(space, 0, base + tree.count - UnsafeRawPointer(space)),
        UnsafeRawPointer(zero) - base + ObjectName.length < tree.count
      else { return nil }
      return (UnsafeRawPointer(space) - base, UnsafeRawPointer(zero) - base)
    }

    /// git's order, in which a folder's name is compared as if it ended in a slash.
    static func isBefore(_ left: Entry, _ right: Entry) -> Bool {
      let count = min(left.name.count, right.name.count)
      for index in 0..<count where left.name[index] != right.name[index] { return left.name[index] < right.name[index] }
      func next(_ entry: Entry) -> UInt8 {
        entry.name.count > count ? entry.name[count] : entry.isFolder ? UInt8(ascii: "/") : 0
      }
      return next(left) < next(right)
    }
  }

  /// How many bytes from two positions on are the same.
  private static func sharedCount(
    _ left: UnsafeRawBufferPointer, _ i: Int, _ right: UnsafeRawBufferPointer, _ j: Int
  ) -> Int {
    let most = min(left.count - i, right.count - j)
    var count = 0
    while count + 8 <= most {
      let difference = left.loadUnaligned(fromByteOffset: i + count, as: UInt64.self)
        ^ right.loadUnaligned(fromByteOffset: j + count, as: UInt64.self)
      guard difference == 0 else { return count + UInt64(littleEndian: difference).trailingZeroBitCount / 8 }
      count += 8
    }
    while count < most, left[i + count] == right[j + count] { count += 1 }
    return count
  }

  /// Nil where one of the trees is damaged.
  ///
  /// What is the same on both sides was looked at when it came; only what differs, and what stands behind it, is.
  private static func differences(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> [Difference]? {
    var differences: [Difference] = []
    var (i, j) = (0, 0)
    var (leftPlace, rightPlace) = (Place(), Place())
    while i < left.count || j < right.count {
      // Bytes that are the same are the same entries. The first of them stands behind what differs, and the last before.
      let shared = sharedCount(left, i, right, j)
      if shared > 0, let end = Entry.end(left, i), end <= i + shared {
        var (last, next) = (i, end)
        while let end = Entry.end(left, next), end <= i + shared { (last, next) = (next, end) }
        for start in last == i ? [i] : [i, last] {
          guard let before = Entry(left, at: start), let after = Entry(right, at: start - i + j),
            leftPlace.passes(before, isNew: false), rightPlace.passes(after, isNew: false)
          else { return nil }
        }
        (i, j) = (next, next - i + j)
        continue
      }
      var (before, after): (Entry?, Entry?)
      if i < left.count {
        guard let entry = Entry(left, at: i) else { return nil }
        before = entry
      }
      if j < right.count {
        guard let entry = Entry(right, at: j) else { return nil }
        after = entry
      }
      if let left = before, let right = after {
        // In git's order, a file and a folder of one name are different entries.
        if Entry.isBefore(left, right) { after = nil } else if Entry.isBefore(right, left) { before = nil }
      }
      if let before {
        guard leftPlace.passes(before, isNew: true) else { return nil }
        i = before.end
      }
      if let after {
        guard rightPlace.passes(after, isNew: true) else { return nil }
        j = after.end
      }
      guard let entry = before ?? after, before?.object != after?.object else { continue }
      differences.append(
        Difference(
          name: String(decoding: entry.name, as: UTF8.self), isFolder: entry.isFolder, old: before?.object,
          new: after?.object))
    }
    return differences
  }

  /// How far one of the trees was gone through.
  private struct Place {
    private var last: Entry?
    private var isLastNew = false

    /// Whether an entry can stand here: a file or a folder with a safe name, behind the one before.
    mutating func passes(_ entry: Entry, isNew: Bool) -> Bool {
      defer { (last, isLastNew) = (entry, isNew) }
      guard isNew || isLastNew else { return true }
      if let last, !Entry.isBefore(last, entry) { return false }
      guard isNew else { return true }
      let name = String(decoding: entry.name, as: UTF8.self)
      return (entry.isFolder || entry.isFile) && name.utf8.elementsEqual(entry.name) && TreePath.isSafe(name)
        && !name.unicodeScalars.contains(where: HiddenText.isHidden)
    }
  }
}
