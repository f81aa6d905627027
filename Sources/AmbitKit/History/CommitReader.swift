internal import HistoryIndex
internal import KubeModel
internal import SnapshotStore

/// Reads commits of a store as rows of the index.
///
/// A history names the same objects again and again, so what was read last is kept: the present version of one is
/// the previous one of the next.
final class CommitReader {
  /// What is to become a row of the index.
  enum Step: Sendable {
    case snapshot(ObjectName, Evidence)
    case observation(Observation)
  }

  enum Row: Sendable {
    case snapshot(Snapshot)
    case observation(Observation)
  }

  struct Snapshot: Sendable {
    let row: IndexedSnapshot
    let changes: [IndexedChange]
  }

  struct Observation: Sendable {
    let row: IndexedObservation
    /// The commit of the state that was seen.
    let state: ObjectName?
    /// Versions that it tells anew.
    let versions: [ObjectID: IndexedVersion?]
    let evidence: Evidence
  }

  /// What an observation tells of objects that changed.
  struct Evidence: Sendable {
    var managedFields: [ObjectID: Value] = [:]
    /// The folder in which format 1 of the store kept a file for each, by its path in the state.
    var folder: ObjectName?

    static let none = Evidence()
  }

  private let store: SnapshotStore
  private let trees: TreeComparison
  private var objects: [ObjectName: StoredObject] = [:]
  /// The snapshot that was read last, which is the parent of the next.
  private var last: (name: ObjectName, tree: ObjectName)?
  private var testimony: (name: ObjectName?, ObservationRecord.Testimony) = (nil, ObservationRecord.Testimony(nil))

  init(_ store: SnapshotStore) {
    self.store = store
    trees = TreeComparison(store)
  }

  func row(_ step: Step) throws -> Row {
    switch step {
    case .snapshot(let name, let evidence): .snapshot(try snapshot(name, evidence))
    case .observation(let observation): .observation(observation)
    }
  }

  // MARK: Observations

  func observation(_ name: ObjectName) throws -> Observation {
    let commit = try store.commit(name)
    let file = try store.blob(at: ObservationRecord.file, in: commit.tree)
    if file != testimony.name { testimony = (file, ObservationRecord.Testimony(try file.map { try store.read($0) })) }
    let row = ObservationRecord.indexed(commit, testimony.1, file)
    var versions: [ObjectID: IndexedVersion?] = [:]
    var evidence = Evidence(folder: try store.folder("changed", in: commit.tree))
    if let folder = try store.folder(SeenObjects.folder, in: commit.tree) {
      for file in try store.files(in: folder) {
        for seen in SeenObjects.seen(try store.read(file.blob, limit: SnapshotStore.largestEvidence)) {
          if !seen.id.isWorkload { versions[seen.id] = .some(seen.version) }
          evidence.managedFields[seen.id] = seen.managedFields
        }
      }
    }
    return Observation(
      row: row, state: row.state.flatMap { ObjectName(hex: $0) }, versions: versions, evidence: evidence)
  }

  // MARK: Snapshots

  func snapshot(_ name: ObjectName, _ evidence: Evidence) throws -> Snapshot {
    let commit = try store.commit(name)
    func moment(_ trailer: String) -> Int64 {
      commit.trailer(trailer).flatMap { Moment(rfc3339: $0)?.milliseconds } ?? commit.author.time * 1000
    }
    return Snapshot(
      row: IndexedSnapshot(
        commit: name.description, parent: commit.parents.first?.description,
        capturedFrom: moment("Ambit-Captured-From"), capturedTo: moment("Ambit-Captured-To"),
        recorded: commit.committer.time, isComplete: commit.trailer("Ambit-Complete") == "true",
        source: commit.trailer("Ambit-Source") ?? "", stateDigest: commit.trailer("Ambit-State-SHA256") ?? ""),
      changes: try changes(of: commit, evidence))
  }

  private struct Version {
    let path: String
    let blob: ObjectName
    let object: StoredObject
  }

  /// The changes of a commit; a file that moved within the layout is no change.
  private func changes(of commit: CommitRecord, _ evidence: Evidence) throws -> [IndexedChange] {
    let parentTree = try commit.parents.first.map { parent in
      try parent == last?.name ? last?.tree : store.commit(parent).tree
    } ?? nil
    last = (commit.name, commit.tree)
    var old: [ObjectID: Version] = [:]
    var new: [ObjectID: Version] = [:]
    for change in try trees.changes(from: parentTree, to: commit.tree) {
      if let blob = change.old, let object = try object(blob, at: change.path, commit) {
        old[object.id] = Version(path: change.path, blob: blob, object: object)
      }
      if let blob = change.new, let object = try object(blob, at: change.path, commit) {
        if let other = new[object.id] {
          throw StoreError.damaged(
            "snapshot \(commit.name) has '\(object.id.title)' twice, at '\(other.path)' and '\(change.path)'",
            inspect: "git ls-tree -r \(commit.name)")
        }
        new[object.id] = Version(path: change.path, blob: blob, object: object)
      }
    }
    // Only what is in force is read again.
    for gone in old.values { objects[gone.blob] = nil }
    for present in new.values { objects[present.blob] = present.object }
    var changes: [IndexedChange] = []
    for id in Set(old.keys).union(new.keys) {
      if let change = try change(id, old[id], new[id], evidence) { changes.append(change) }
    }
    return changes.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  private func change(
    _ id: ObjectID, _ old: Version?, _ new: Version?, _ evidence: Evidence
  ) throws -> IndexedChange? {
    guard let present = new ?? old else { return nil }
    let (before, after) = (old?.object.object, new?.object.object)
    let isRecreated = before?.uid != nil && after?.uid != nil && before?.uid != after?.uid
    let step: IndexedChange.Step =
      new == nil ? .deleted : old == nil ? .added : isRecreated ? .recreated : .modified
    let managedFields = try new.flatMap { new in
      try evidence.managedFields[id] ?? evidence.folder.flatMap { folder in
        try store.blob(at: new.path, in: folder).flatMap { CanonicalYAML.value(of: try store.read($0))?["managedFields"] }
      }
    }
    return IndexedChange(
      id: id, kind: present.object.type.kind, path: present.path, step: step, blob: new?.blob.description,
      previousBlob: old?.blob.description,
      uid: present.object.object.uid, actor: ChangeStory.actor(managedFields),
      cause: ChangeStory.cause(before, after), summary: ChangeStory.summary(step, before, after))
  }

  /// How many objects are kept before all are forgotten: some hundred megabytes.
  private static let keptObjects = 20_000

  /// The object of a file; nil where a file stands outside the layout of a state, and so is none.
  private func object(_ blob: ObjectName, at path: String, _ commit: CommitRecord) throws -> StoredObject? {
    if let known = objects[blob] { return known }
    guard StoreLayout.holds(path) else { return nil }
    if objects.count > CommitReader.keptObjects { objects = [:] }
    let bytes: [UInt8]
    do {
      bytes = try store.read(blob)
    } catch {
      throw error.met(at: "'\(path)' in snapshot \(commit.name)")
    }
    // What does not read must not look as if it were not there.
    guard let object = StoredObject(bytes) else {
      throw ClusterHistory.unreadable(blob.description, at: path, in: commit.name.description)
    }
    return object
  }
}
