/// A file that two trees do not share.
package struct PathChange: Sendable, Hashable {
  package let path: String
  package let old: ObjectName?
  package let new: ObjectName?
}

/// A file in a tree.
package struct TreeFile: Sendable, Hashable {
  package let path: String
  package let blob: ObjectName
}

extension SnapshotStore {
  /// Every file of a tree, sorted by the bytes of its path.
  package func files(in tree: ObjectName) throws(StoreError) -> [TreeFile] {
    var files: [TreeFile] = []
    try collect(tree, prefix: "", depth: 0, into: &files)
    return files
  }

  private func collect(
    _ tree: ObjectName, prefix: String, depth: Int, into files: inout [TreeFile]
  ) throws(StoreError) {
    try SnapshotStore.check(depth: depth, count: files.count, at: prefix, of: tree)
    for entry in try self.tree(tree).entries {
      if entry.isFolder {
        try collect(entry.object, prefix: "\(prefix)\(entry.name)/", depth: depth + 1, into: &files)
      } else {
        files.append(TreeFile(path: prefix + entry.name, blob: entry.object))
      }
    }
  }

  /// The blob at a path of a tree, or nil where there is none.
  package func blob(at path: String, in tree: ObjectName) throws(StoreError) -> ObjectName? {
    var tree = tree
    let components = path.split(separator: "/").map(String.init)
    for (index, component) in components.enumerated() {
      guard let entry = try self.tree(tree).entries.first(where: { $0.name == component })
      else { return nil }
      let isLast = index == components.count - 1
      guard entry.isFolder != isLast else { return nil }
      if isLast { return entry.object }
      tree = entry.object
    }
    return nil
  }

  /// The folder of this name at the top of a tree; nil where there is none.
  package func folder(_ name: String, in tree: ObjectName) throws(StoreError) -> ObjectName? {
    try self.tree(tree).entries.first { $0.name == name && $0.isFolder }?.object
  }

  /// The files in which two trees differ, sorted by path. Folders that are the same are not read.
  package func changes(from old: ObjectName?, to new: ObjectName?) throws(StoreError) -> [PathChange] {
    try TreeComparison(self).changes(from: old, to: new)
  }
}
