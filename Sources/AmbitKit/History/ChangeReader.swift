internal import HistoryIndex
internal import KubeModel
internal import SnapshotStore

/// Reads the files that snapshots change, and describes what that did to objects.
///
/// A history names the same objects again and again, so what was read last is kept: the present version of one is
/// the previous one of the next, and each is read once where snapshots come in the order of the history.
final class ChangeReader {
  private let store: SnapshotStore
  private var objects: [ObjectName: StoredObject] = [:]
  private var rules: [ObjectName: PolicyRules] = [:]

  init(_ store: SnapshotStore) { self.store = store }

  private struct Version {
    let path: String
    let blob: ObjectName
    let object: StoredObject
  }

  /// The changes of a snapshot; a file that moved within the layout is no change.
  func changes(of snapshot: CommitReader.Snapshot) throws -> [IndexedChange] {
    let commit = snapshot.row.commit
    var old: [ObjectID: Version] = [:]
    var new: [ObjectID: Version] = [:]
    for change in snapshot.files {
      if let blob = change.old, let object = try object(blob, at: change.path, commit) {
        old[object.id] = Version(path: change.path, blob: blob, object: object)
      }
      if let blob = change.new, let object = try object(blob, at: change.path, commit) {
        if let other = new[object.id] {
          throw StoreError.damaged(
            "snapshot \(commit) has '\(object.id.title)' twice, at '\(other.path)' and '\(change.path)'",
            inspect: "git ls-tree -r \(commit)")
        }
        new[object.id] = Version(path: change.path, blob: blob, object: object)
      }
    }
    // Only what is in force is read again.
    for gone in old.values { objects[gone.blob] = nil }
    for present in new.values { objects[present.blob] = present.object }
    var changes: [IndexedChange] = []
    for id in Set(old.keys).union(new.keys) {
      if let change = try change(id, old[id], new[id], snapshot.evidence) { changes.append(change) }
    }
    for gone in old.values where objects[gone.blob] == nil { rules[gone.blob] = nil }
    return changes.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  private func change(
    _ id: ObjectID, _ old: Version?, _ new: Version?, _ evidence: CommitReader.Evidence
  ) throws -> IndexedChange? {
    guard let present = new ?? old else { return nil }
    let (before, after) = (old?.object.object, new?.object.object)
    let isRecreated = before?.uid != nil && after?.uid != nil && before?.uid != after?.uid
    let step: IndexedChange.Step =
      new == nil ? .deleted : old == nil ? .added : isRecreated ? .recreated : .modified
    let actor = try evidence.author ?? new.flatMap { new in
      try evidence.actors[id] ?? evidence.folder.flatMap { folder in
        try store.blob(at: new.path, in: folder)
          .flatMap { CanonicalYAML.value(of: try store.read($0))?["managedFields"] }.map(ChangeStory.actor)
      }
    }
    return IndexedChange(
      id: id, kind: present.object.type.kind, path: present.path, step: step, blob: new?.blob.description,
      previousBlob: old?.blob.description,
      uid: present.object.object.uid, actor: actor ?? .unknown,
      cause: ChangeStory.cause(before, after) ?? evidence.cause, summary: ChangeStory.summary(step, before, after),
      rules: present.object.type.role == .policy ? ruleChange(old, new) : .none)
  }

  private func ruleChange(_ old: Version?, _ new: Version?) -> RuleChange {
    let before = old.map { rules[$0.blob] ?? PolicyRules($0.object.object) }
    let after = new.map { PolicyRules($0.object.object, before: before) }
    if let new { rules[new.blob] = after }
    return PolicyRules.change(from: before, to: after)
  }

  /// How many objects are kept before all are forgotten: some hundred megabytes.
  private static let keptObjects = 20_000

  /// The object of a file; nil where a file stands outside the layout of a state, and so is none.
  private func object(_ blob: ObjectName, at path: String, _ commit: String) throws -> StoredObject? {
    if let known = objects[blob] { return known }
    guard StoreLayout.holds(path) else { return nil }
    if objects.count > ChangeReader.keptObjects { (objects, rules) = ([:], [:]) }
    let bytes: [UInt8]
    do {
      bytes = try store.read(blob)
    } catch {
      throw error.met(at: "'\(path)' in snapshot \(commit)")
    }
    // What does not read must not look as if it were not there.
    guard let object = StoredObject(bytes) else {
      throw ClusterHistory.unreadable(blob.description, at: path, in: commit)
    }
    return object
  }
}
