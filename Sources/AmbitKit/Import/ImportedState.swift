internal import ClusterReader
internal import HistoryIndex
internal import KubeModel
internal import SnapshotStore

/// The state of a cluster's line while an import goes on: which objects it has, and in which files.
struct ImportedState {
  private struct Entry {
    var path: String
    var blob: ObjectName
  }

  /// What a step changes of the state.
  struct Changes {
    fileprivate(set) var edits: [String: [UInt8]?] = [:]
    fileprivate(set) var seen: [SeenObjects.Part] = []
  }

  private(set) var layout: StoreLayout
  private var entries: [ObjectID: Entry] = [:]
  private var facts: ObjectName?

  /// The state that is recorded; the index must be up to date.
  init(_ recorded: RecordedState) {
    layout = recorded.layout
    facts = recorded.clusterEntry.flatMap { ObjectName(hex: $0.blob) }
    for object in recorded.objects {
      guard let blob = ObjectName(hex: object.entry.blob) else { continue }
      entries[object.entry.id] = Entry(path: object.entry.path, blob: blob)
    }
  }

  /// Everything that is recorded and that a tree does not have.
  func missing(in tree: ManifestTree) -> [ObjectID] { entries.keys.filter { tree.object($0) == nil } }

  /// Takes objects that changed, and those that are gone (nil).
  mutating func take(
    _ objects: [ObjectID: Reading.Object?], of tree: ManifestTree, cluster: String, _ clusterFacts: ClusterFacts
  ) -> Changes {
    var changes = Changes()
    if objects.contains(where: { $0.value != nil && entries[$0.key] == nil }) {
      var wider = layout
      let present = Set(entries.keys).union(objects.keys).filter { objects[$0].map { $0 != nil } ?? true }
      wider.fit(present)
      if wider != layout {
        layout = wider
        move(&changes, tree)
      }
    }
    for (id, object) in objects {
      let old = entries[id]
      guard let object else {
        entries[id] = nil
        if let old { changes.edits[old.path] = .some(nil) }
        continue
      }
      let new = Entry(path: layout.path(of: id), blob: SnapshotStore.blobName(of: object.bytes))
      guard old?.path != new.path || old?.blob != new.blob else { continue }
      entries[id] = new
      changes.edits[new.path] = .some(object.bytes)
      if let old, old.path != new.path { changes.edits[old.path] = .some(nil) }
      changes.seen.append(SeenObjects.Part(id: id, version: nil, evidence: object.evidence))
    }
    let bytes = CanonicalYAML.bytes(of: clusterFacts.object(cluster: cluster, layout: layout).value)
    let name = SnapshotStore.blobName(of: bytes)
    if name != facts {
      facts = name
      changes.edits[StoreLayout.clusterFile] = .some(bytes)
    }
    return changes
  }

  /// Moves every file to where the layout now has it.
  private mutating func move(_ changes: inout Changes, _ tree: ManifestTree) {
    for (id, entry) in entries {
      let path = layout.path(of: id)
      guard path != entry.path, let object = tree.object(id) else { continue }
      changes.edits[entry.path] = .some(nil)
      changes.edits[path] = .some(object.bytes)
      entries[id] = Entry(path: path, blob: SnapshotStore.blobName(of: object.bytes))
    }
  }
}
