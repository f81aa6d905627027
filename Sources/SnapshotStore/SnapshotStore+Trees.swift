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
      let leftKey = i < left.count ? TreeObject.key(left[i]) : nil
      let rightKey = j < right.count ? TreeObject.key(right[j]) : nil
      // The lists are in git's order, in which a file and a folder of one name are different entries.
      let takesLeft = SnapshotStore.isFirst(leftKey, rightKey)
      let takesRight = SnapshotStore.isFirst(rightKey, leftKey)
      let before = takesLeft ? left[i] : nil
      let after = takesRight ? right[j] : nil
      if takesLeft { i += 1 }
      if takesRight { j += 1 }
      guard let name = before?.name ?? after?.name, before?.object != after?.object else { continue }
      if before?.isFolder ?? after?.isFolder ?? false {
        try compare(before?.object, after?.object, prefix: "\(prefix)\(name)/", into: &changes)
      } else {
        changes.append(PathChange(path: prefix + name, old: before?.object, new: after?.object))
      }
    }
  }

  private func entries(of tree: ObjectName?) throws(StoreError) -> [TreeObject.Entry] {
    guard let tree else { return [] }
    return try TreeObject(bytes: read(tree)).entries
  }

  /// Whether a key comes before another, or is the same; an absent one comes last.
  private static func isFirst(_ key: [UInt8]?, _ other: [UInt8]?) -> Bool {
    guard let key else { return false }
    return other.map { !$0.lexicographicallyPrecedes(key) } ?? true
  }

  // MARK: Editing

  /// Files to write (bytes) or remove (nil), by folder.
  private final class Edits {
    var files: [String: [UInt8]?] = [:]
    var folders: [String: Edits] = [:]
  }

  /// Makes the tree that results from edits; only folders that an edit touches are read and made.
  ///
  /// - Parameter kept: entries of the tree that stay; nil keeps all of them.
  func edit(
    _ tree: ObjectName?, _ edits: [String: [UInt8]?], keeping kept: Set<String>? = nil
  ) throws(StoreError) -> ObjectName {
    let root = Edits()
    for (path, content) in edits {
      let components = try TreePath.components(path)
      var folder = root
      for component in components.dropLast() {
        if let next = folder.folders[component] {
          folder = next
        } else {
          let next = Edits()
          folder.folders[component] = next
          folder = next
        }
      }
      if let name = components.last { folder.files[name] = .some(content) }
    }
    if let edited = try apply(root, to: tree, keeping: kept) { return edited }
    return try makeObject(.tree, [])
  }

  /// Nil where nothing is left of the folder: git knows no empty ones.
  private func apply(
    _ edits: Edits, to tree: ObjectName?, keeping kept: Set<String>? = nil
  ) throws(StoreError) -> ObjectName? {
    var entries: [String: TreeObject.Entry] = [:]
    if let tree {
      for entry in try TreeObject(bytes: read(tree)).entries where kept?.contains(entry.name) ?? true {
        entries[entry.name] = entry
      }
    }
    for (name, content) in edits.files.sorted(by: { $0.key < $1.key }) {
      if let content {
        entries[name] = TreeObject.Entry(
          name: name, isFolder: false, object: try makeObject(.blob, content))
      } else if entries[name]?.isFolder == false {
        entries[name] = nil
      }
    }
    for (name, folder) in edits.folders.sorted(by: { $0.key < $1.key }) {
      if let file = edits.files[name], file != nil {
        throw StoreError(.badPath, "'\(name)' is a file and a folder at once")
      }
      let old = entries[name].flatMap { $0.isFolder ? $0.object : nil }
      if let object = try apply(folder, to: old) {
        entries[name] = TreeObject.Entry(name: name, isFolder: true, object: object)
      } else if entries[name]?.isFolder == true {
        entries[name] = nil
      }
    }
    guard !entries.isEmpty else { return nil }
    return try makeObject(.tree, TreeObject(entries: Array(entries.values)).bytes)
  }
}
