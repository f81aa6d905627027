internal import ClusterReader
internal import HistoryIndex
internal import KubeModel
internal import SnapshotStore

/// What a reading changes of the state that is recorded: files to write and to remove, and the objects that they
/// are of.
struct StateChanges {
  private(set) var edits: [String: [UInt8]?] = [:]
  private(set) var added: [ObjectID] = []
  private(set) var modified: [ObjectID] = []
  private(set) var deleted: [ObjectID] = []
  /// What the observation tells of objects.
  private(set) var seen: [SeenObjects.Part] = []

  private let state: RecordedState
  private let layout: StoreLayout
  /// Where the layout is as it was, files of objects that did not change are where they were.
  private let isLayoutSame: Bool
  private let store: SnapshotStore

  /// - Parameters:
  ///   - objects: what was looked at.
  ///   - gone: places of objects in the state that are no longer there; those that are neither stay as they are.
  init(
    _ objects: [Reading.Object], gone: [Int], of state: RecordedState, layout: StoreLayout, in store: SnapshotStore
  ) throws {
    self.state = state
    self.layout = layout
    self.store = store
    isLayoutSame = state.layout == layout
    if !isLayoutSame {
      for object in state.objects { try move(object.entry) }
    }
    for object in objects { take(object, state.places[object.id].map { state.objects[$0] }) }
    for place in gone {
      let entry = state.objects[place].entry
      edits[entry.path] = .some(nil)
      // Its file was moved on to where it would be now.
      if !isLayoutSame { edits[layout.path(of: entry.id)] = .some(nil) }
      deleted.append(entry.id)
    }
  }

  private mutating func take(_ object: Reading.Object, _ old: CurrentObject?) {
    let bytes = object.bytes
    let path = layout.path(of: object.id)
    let isSame = old.map { $0.entry.path == path && $0.entry.blob == SnapshotStore.blobName(of: bytes).description }
    let version = object.version
    if isSame == true {
      if old?.version?.version != version { seen.append(.init(id: object.id, version: version, evidence: nil)) }
      return
    }
    edits[path] = .some(bytes)
    if let old, old.entry.path != path { edits[old.entry.path] = .some(nil) }
    if old == nil { added.append(object.id) } else { modified.append(object.id) }
    seen.append(.init(id: object.id, version: version, evidence: object.evidence))
  }

  /// Moves an object's file to where the layout now has it.
  private mutating func move(_ entry: StateEntry) throws {
    let path = layout.path(of: entry.id)
    guard path != entry.path, let blob = ObjectName(hex: entry.blob) else { return }
    edits[entry.path] = .some(nil)
    edits[path] = .some(try store.read(blob))
  }

  /// Writes the cluster's own facts, where they are not as they were.
  mutating func write(_ facts: ClusterFacts, cluster: String) {
    let bytes = CanonicalYAML.bytes(of: facts.object(cluster: cluster, layout: layout).value)
    if state.clusterEntry?.blob != SnapshotStore.blobName(of: bytes).description {
      edits[StoreLayout.clusterFile] = .some(bytes)
    }
  }

  /// Makes sure that what was changed one by one ends as it was read, also where that is as it was before.
  mutating func settle(_ commits: ChangeCommits) throws {
    for change in commits.changes {
      let path = layout.path(of: change.object)
      guard edits[path] == nil else { continue }
      let entry = state.places[change.object].map { state.objects[$0].entry }
      edits[path] = .some(try entry.flatMap { ObjectName(hex: $0.blob) }.map { try store.read($0) })
    }
  }

  // MARK: Telling

  /// The first line of a snapshot's message.
  var subject: String {
    let counts = [(added.count, "added"), (modified.count, "changed"), (deleted.count, "deleted")]
      .filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    return "snapshot: " + (counts.isEmpty ? "facts of the cluster changed" : counts.joined(separator: ", "))
  }

  /// The changes by name, as far as a reader of `git log` will follow.
  var body: [String] {
    let lines =
      added.map { "+ \($0.title)" } + modified.map { "~ \($0.title)" } + deleted.map { "- \($0.title)" }
    guard lines.count > 50 else { return lines }
    return lines.prefix(50) + ["and \(lines.count - 50) more"]
  }
}
