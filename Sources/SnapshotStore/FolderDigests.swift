package import Integrity

/// SHA-256 of the files and folders of trees, by the tree's name.
///
/// They are a cache: what is not in it is read and hashed again. Only what is in force is worth keeping, so a
/// folder that was replaced is told to whoever keeps the cache.
package final class FolderDigests {
  /// A folder's own digest, and those of its entries in the order of the tree: 32 bytes each.
  package struct Folder: Sendable, Hashable {
    package let digest: SHA256Value
    package let entries: [SHA256Value]

    package init(digest: SHA256Value, entries: [SHA256Value]) {
      self.digest = digest
      self.entries = entries
    }
  }

  private let load: (ObjectName) -> Folder?
  private var folders: [ObjectName: Folder] = [:]
  /// Folders that were added, and those that they replaced.
  package private(set) var added: Set<ObjectName> = []
  package private(set) var replaced: Set<ObjectName> = []

  /// - Parameter load: finds a folder that was kept earlier.
  package init(load: @escaping (ObjectName) -> Folder? = { _ in nil }) { self.load = load }

  package subscript(_ tree: ObjectName) -> Folder? {
    if let folder = folders[tree] { return folder }
    guard let folder = load(tree) else { return nil }
    folders[tree] = folder
    return folder
  }

  func add(_ folder: Folder, of tree: ObjectName, replacing old: ObjectName?) {
    folders[tree] = folder
    added.insert(tree)
    replaced.remove(tree)
    guard let old, old != tree else { return }
    // What was added since the last time and is replaced already need not be kept at all.
    folders[old] = nil
    if added.remove(old) == nil { replaced.insert(old) }
  }

  /// Forgets what was added and replaced, which the caller has kept.
  package func settle() {
    added = []
    replaced = []
  }
}

extension FolderDigests.Folder {
  /// The digest of a folder with these entries.
  ///
  /// It is the SHA-256 of a line for each entry, `<sha256>  <name>` for a file and `<digest>  <name>/` for a
  /// folder, each ended by a newline, sorted by their bytes: what `sha256sum * | sort | sha256sum` prints.
  init(_ tree: TreeObject, entries: [SHA256Value]) {
    let order = zip(entries, tree.entries).sorted { left, right in
      if left.0 != right.0 { return left.0 < right.0 }
      return left.1.line.utf8.lexicographicallyPrecedes(right.1.line.utf8)
    }
    var lines: [UInt8] = []
    lines.reserveCapacity(order.count * 100)
    for (digest, entry) in order {
      digest.appendHex(to: &lines)
      lines += "  \(entry.line)".utf8
    }
    self.init(digest: SHA256Value(of: lines), entries: entries)
  }
}

extension TreeObject.Entry {
  /// What follows the digest in the entry's line.
  fileprivate var line: String { isFolder ? "\(name)/\n" : "\(name)\n" }
}
