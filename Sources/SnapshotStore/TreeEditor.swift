internal import Integrity

/// Makes trees that result from edits; only folders that an edit touches are read and made.
struct TreeEditor {
  let store: SnapshotStore
  let staging: Staging
  /// Digests of the trees that are edited and made; nil where none are wanted.
  let digests: FolderDigests?
  /// Whether files that no edit names stay; else the edits are all that there will be.
  let keepsOthers: Bool

  /// Files to write (bytes) or remove (nil), by folder.
  private final class Edits {
    var files: [String: [UInt8]?] = [:]
    var folders: [String: Edits] = [:]
  }

  /// An entry of a folder that is being made.
  private struct Slot {
    let entry: TreeObject.Entry
    let digest: SHA256Value?
  }

  /// Makes the tree that results from edits of another one.
  func edit(_ tree: ObjectName?, _ edits: [String: [UInt8]?]) throws(StoreError) -> ObjectName {
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
    if let edited = try apply(root, to: tree) { return edited.object }
    return try staging.make(.tree, [], unless: tree)
  }

  /// Nil where nothing is left of the folder: git knows no empty ones.
  private func apply(
    _ edits: Edits, to tree: ObjectName?
  ) throws(StoreError) -> (object: ObjectName, digest: SHA256Value?)? {
    let old = try tree.map { name throws(StoreError) in try store.tree(name).entries } ?? []
    let oldDigests = try digestsOfEntries(of: tree)
    let places = Dictionary(old.indices.map { (old[$0].name, $0) }, uniquingKeysWith: { first, _ in first })
    var slots: [Slot?] = keepsOthers ? old.indices.map { Slot(entry: old[$0], digest: oldDigests?[$0]) } : []
    var isInOrder = keepsOthers
    func put(_ slot: Slot?, _ name: String) {
      // A file that becomes a folder moves in git's order, as a new entry does.
      if keepsOthers, let place = places[name] {
        isInOrder = isInOrder && slot.map { $0.entry.isFolder == old[place].isFolder } ?? true
        slots[place] = slot
      } else if let slot {
        isInOrder = false
        slots.append(slot)
      }
    }
    for (name, content) in edits.files.sorted(by: { $0.key < $1.key }) {
      let before = places[name].map { old[$0] }
      if let content {
        if edits.folders[name] != nil { throw StoreError(.badPath, "'\(name)' is a file and a folder at once") }
        guard digests == nil || content.count <= SnapshotStore.largestFile else {
          throw StoreError(
            .badPath, "'\(name)' has \(content.count >> 20) MiB, and a state's files have at most \(SnapshotStore.largestFile >> 20)",
            hint: "leave the object out of the input")
        }
        let object = try staging.make(.blob, content, unless: before?.object)
        let entry = TreeObject.Entry(name: name, isFolder: false, object: object)
        put(Slot(entry: entry, digest: digests.map { _ in SHA256Value(of: content) }), name)
      } else if before?.isFolder == false {
        put(nil, name)
      }
    }
    for (name, folder) in edits.folders.sorted(by: { $0.key < $1.key }) {
      let before = places[name].map { old[$0] }
      let made = try apply(folder, to: before?.isFolder == true ? before?.object : nil)
      if let made {
        put(Slot(entry: TreeObject.Entry(name: name, isFolder: true, object: made.object), digest: made.digest), name)
      } else if before?.isFolder == true {
        put(nil, name)
      }
    }
    var left = slots.compactMap(\.self)
    guard !left.isEmpty else { return nil }
    if !isInOrder { left.sort { TreeObject.isBefore($0.entry, $1.entry) } }
    let new = TreeObject(sorted: left.map(\.entry))
    let object = try staging.make(.tree, new.bytes, unless: tree)
    guard let digests else { return (object, nil) }
    if let known = digests[object] { return (object, known.digest) }
    let made = FolderDigests.Folder(new, entries: left.compactMap(\.digest))
    digests.add(made, of: object, replacing: tree)
    return (object, made.digest)
  }
}

extension TreeEditor {
  private func digestsOfEntries(of tree: ObjectName?) throws(StoreError) -> [SHA256Value]? {
    guard let tree, let digests else { return nil }
    return try store.digest(of: tree, digests).entries
  }
}

extension SnapshotStore {
  /// The SHA-256 of everything in a tree, so that integrity does not rest on git's SHA-1; see `FolderDigests`.
  ///
  /// - Parameter known: digests of folders, read and added to; whole folders that are known are not read again.
  package func stateDigest(of tree: ObjectName, known: FolderDigests) throws(StoreError) -> String {
    if let folder = known[tree] { return folder.digest.hex }
    return try digest(of: tree, known).digest.hex
  }

  func digest(
    of tree: ObjectName, _ known: FolderDigests, depth: Int = 0
  ) throws(StoreError) -> FolderDigests.Folder {
    try SnapshotStore.check(depth: depth, count: 0, at: "", of: tree)
    let object = try self.tree(tree)
    // What was kept elsewhere may not be of this tree.
    if let folder = known[tree], folder.entries.count == object.entries.count { return folder }
    var digests: [SHA256Value] = []
    for entry in object.entries {
      digests.append(
        try entry.isFolder ? digest(of: entry.object, known, depth: depth + 1).digest : SHA256Value(of: read(entry.object)))
    }
    let folder = FolderDigests.Folder(object, entries: digests)
    known.add(folder, of: tree, replacing: nil)
    return folder
  }
}
