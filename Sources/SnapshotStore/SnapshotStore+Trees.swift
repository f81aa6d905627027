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
    try collect(tree, prefix: "", into: &files)
    return files
  }

  private func collect(_ tree: ObjectName, prefix: String, into files: inout [TreeFile]) throws(StoreError) {
    for entry in try TreeObject(bytes: read(tree)).entries {
      if entry.isFolder {
        try collect(entry.object, prefix: "\(prefix)\(entry.name)/", into: &files)
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
      guard let entry = try TreeObject(bytes: read(tree)).entries.first(where: { $0.name == component })
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
    try TreeObject(bytes: read(tree)).entries.first { $0.name == name && $0.isFolder }?.object
  }

  /// The files in which two trees differ, sorted by path. Folders that are the same are not read.
  package func changes(from old: ObjectName?, to new: ObjectName?) throws(StoreError) -> [PathChange] {
    var changes: [PathChange] = []
    try compare(old, new, prefix: "", into: &changes)
    changes.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    return changes
  }

  private func compare(
    _ old: ObjectName?, _ new: ObjectName?, prefix: String, into changes: inout [PathChange]
  ) throws(StoreError) {
    guard old != new else { return }
    let left = try entries(of: old)
    let right = try entries(of: new)
    var i = 0
    var j = 0
    while i < left.count || j < right.count {
      // Most entries are the same on both sides.
      if i < left.count, j < right.count, left[i].object == right[j].object, left[i].name == right[j].name,
        left[i].isFolder == right[j].isFolder
      {
        i += 1
        j += 1
        continue
      }
      // The lists are in git's order, in which a file and a folder of one name are different entries.
      let takesLeft = i < left.count && (j == right.count || !TreeObject.isBefore(right[j], left[i]))
      let takesRight = j < right.count && (i == left.count || !TreeObject.isBefore(left[i], right[j]))
      let before = takesLeft ? left[i] : nil
      let after = takesRight ? right[j] : nil
      if takesLeft { i += 1 }
      if takesRight { j += 1 }
      guard let entry = before ?? after else { continue }
      if entry.isFolder {
        try compare(before?.object, after?.object, prefix: "\(prefix)\(entry.name)/", into: &changes)
      } else {
        changes.append(PathChange(path: prefix + entry.name, old: before?.object, new: after?.object))
      }
    }
  }

  private func entries(of tree: ObjectName?) throws(StoreError) -> [TreeObject.Entry] {
    guard let tree else { return [] }
    return try TreeObject(bytes: read(tree)).entries
  }
}
