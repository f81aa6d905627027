internal import HistoryIndex
internal import Integrity
internal import SnapshotStore

/// The digests of the folders that are in force, kept in the index from one recording to the next.
struct FolderDigestCache {
  let digests: FolderDigests
  private let index: HistoryIndex

  init(_ index: HistoryIndex) {
    self.index = index
    digests = FolderDigests { tree in
      // A cache that does not read is no cache: the folder is read and hashed again.
      guard let row = try? index.read({ try $0.folderDigest(tree.bytes) }) else { return nil }
      return FolderDigests.Folder(digest: row.digest, entries: row.entries)
    }
  }

  /// Writes down what was added, and forgets what was replaced. What cannot be written is computed again next time.
  func keep() {
    let added = digests.added.compactMap { tree in digests[tree].map { (tree, $0) } }
    let replaced = digests.replaced
    guard !added.isEmpty || !replaced.isEmpty else { return }
    try? index.write { writer in
      for (tree, folder) in added {
        try writer.keepFolder(tree.bytes, digest: folder.digest.bytes, entries: folder.entries.flatMap(\.bytes))
      }
      for tree in replaced { try writer.forgetFolder(tree.bytes) }
    }
    digests.settle()
  }
}

extension FolderDigests.Folder {
  /// The digests as the index keeps them; nil where they are not of the right length.
  fileprivate init?(digest: [UInt8], entries: [UInt8]) {
    guard let digest = SHA256Value(bytes: digest[...]) else { return nil }
    let values = stride(from: 0, to: entries.count, by: SHA256Value.length).compactMap {
      SHA256Value(bytes: entries[$0..<min($0 + SHA256Value.length, entries.count)])
    }
    guard values.count * SHA256Value.length == entries.count else { return nil }
    self.init(digest: digest, entries: values)
  }
}
