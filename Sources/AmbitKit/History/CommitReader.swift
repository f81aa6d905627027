internal import HistoryIndex
internal import KubeModel
internal import SnapshotStore

/// Reads commits of a store: what they say, and which files they change.
final class CommitReader {
  /// A commit as it is read; the changes of a snapshot are described by a `ChangeReader`.
  enum Commit: Sendable {
    case snapshot(Snapshot)
    case observation(Observation)
  }

  struct Snapshot: Sendable {
    let row: IndexedSnapshot
    let files: [PathChange]
    let evidence: Evidence
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
    var actors: [ObjectID: IndexedChange.Actor] = [:]
    /// The folder in which format 1 of the store kept a file for each, by its path in the state.
    var folder: ObjectName?
    /// Who wrote all of it and what for, where the snapshot was imported from a repository.
    var author: IndexedChange.Actor?
    var cause: String?

    static let none = Evidence()
  }

  private let store: SnapshotStore
  private let trees: TreeComparison
  /// The snapshot that was read last, which is the parent of the next.
  private var last: (name: ObjectName, tree: ObjectName)?
  private var testimony: (name: ObjectName?, ObservationRecord.Testimony) = (nil, ObservationRecord.Testimony(nil))

  init(_ store: SnapshotStore) {
    self.store = store
    trees = TreeComparison(store)
  }

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
          evidence.actors[seen.id] = seen.managedFields.map(ChangeStory.actor)
        }
      }
    }
    return Observation(
      row: row, state: row.state.flatMap { ObjectName(hex: $0) }, versions: versions, evidence: evidence)
  }

  func snapshot(_ name: ObjectName, _ evidence: Evidence) throws -> Snapshot {
    let commit = try store.commit(name)
    func moment(_ trailer: String) -> Int64 {
      commit.trailer(trailer).flatMap { Moment(rfc3339: $0)?.milliseconds } ?? commit.author.time * 1000
    }
    let parentTree = try commit.parents.first.map { parent in
      try parent == last?.name ? last?.tree : store.commit(parent).tree
    } ?? nil
    last = (commit.name, commit.tree)
    var evidence = evidence
    if commit.trailer(ImportedCommit.commitTrailer) != nil {
      evidence.author = IndexedChange.Actor(
        name: "\(commit.author.name) <\(commit.author.email)>", source: .commit, time: commit.author.time)
      evidence.cause = commit.subject
    }
    return Snapshot(
      row: IndexedSnapshot(
        commit: name.description, parent: commit.parents.first?.description,
        capturedFrom: moment("Ambit-Captured-From"), capturedTo: moment("Ambit-Captured-To"),
        recorded: commit.committer.time, isComplete: commit.trailer("Ambit-Complete") == "true",
        source: commit.trailer("Ambit-Source") ?? "", stateDigest: commit.trailer("Ambit-State-SHA256") ?? ""),
      files: try trees.changes(from: parentTree, to: commit.tree), evidence: evidence)
  }
}
