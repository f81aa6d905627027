package import HistoryIndex
internal import KubeModel
package import SnapshotStore

/// Brings the index up to the store's refs.
package struct Indexer {
  private let store: SnapshotStore
  private let index: HistoryIndex

  package init(store: SnapshotStore, index: HistoryIndex) {
    self.store = store
    self.index = index
  }

  /// Indexes what came since the last time; cheap where nothing did.
  ///
  /// - Returns: what the operator should know: a branch that is no longer the one that was indexed.
  @discardableResult
  package func catchUp(_ cluster: String) throws -> String? {
    do {
      try extend(cluster)
      return nil
    } catch let error as IndexError where error.code == .diverged {
      try index.write { try $0.reset(cluster) }
      try extend(cluster)
      return "the history of '\(cluster)' is not the one that was indexed; the index is made again"
    }
  }

  /// Forgets everything and indexes the whole store.
  package func rebuild() throws {
    for cluster in try store.clusters() {
      try index.write { try $0.reset(cluster) }
      try extend(cluster)
    }
  }

  private func extend(_ cluster: String) throws {
    let (head, observationHead) = (
      try store.head(of: cluster), try store.observationHead(of: cluster)
    )
    let (indexed, indexedObservation) = try index.read {
      (try $0.indexedHead(cluster), try $0.indexedObservation(cluster))
    }
    guard head?.description != indexed || observationHead?.description != indexedObservation else { return }
    let observations = try store.history(
      from: observationHead, after: indexedObservation.flatMap { ObjectName(hex: $0) })
    let commits = try store.history(from: head, after: indexed.flatMap { ObjectName(hex: $0) })
    // The evidence about a commit's changes stands in the observation that brought it.
    var evidenceTrees: [String: ObjectName] = [:]
    for observation in observations {
      if let state = observation.trailer("Ambit-State"), evidenceTrees[state] == nil {
        evidenceTrees[state] = observation.tree
      }
    }
    var rows: [(IndexedSnapshot, [IndexedChange])] = []
    for commit in commits {
      rows.append(
        (snapshot(commit), try changes(of: commit, evidence: evidenceTrees[commit.name.description])))
    }
    let observationRows = try observations.map(observation)
    let versions = try versions(from: indexedObservation.flatMap { ObjectName(hex: $0) }, to: observationHead)
    let snapshotRows = rows
    try index.write { writer in
      for (snapshot, changes) in snapshotRows { try writer.append(snapshot, changes: changes, to: cluster) }
      for observation in observationRows { try writer.append(observation, to: cluster) }
      try writer.keep(versions: versions, of: cluster)
    }
  }

  /// How the versions of objects differ between two observations; nil for those that are no longer told.
  private func versions(
    from old: ObjectName?, to new: ObjectName?
  ) throws -> [ObjectID: IndexedVersion?] {
    func folder(_ observation: ObjectName?) throws -> ObjectName? {
      try observation.flatMap { try store.folder(ObjectVersions.folder, in: store.commit($0).tree) }
    }
    var versions: [ObjectID: IndexedVersion?] = [:]
    for change in try store.changes(from: folder(old), to: folder(new)) {
      let before = try change.old.map { ObjectVersions.versions(try store.read($0)) } ?? [:]
      let after = try change.new.map { ObjectVersions.versions(try store.read($0)) } ?? [:]
      for (id, version) in after where before[id] != version { versions[id] = .some(version) }
      for id in before.keys where after[id] == nil && versions[id] == nil { versions[id] = .some(nil) }
    }
    return versions
  }

  // MARK: Rows

  private func moment(_ commit: CommitRecord, _ trailer: String) -> Int64 {
    let fallback = commit.author.time * 1000
    return commit.trailer(trailer).flatMap {
      Moment($0, now: Moment(milliseconds: 0), day: .start)?.milliseconds
    } ?? fallback
  }

  private func snapshot(_ commit: CommitRecord) -> IndexedSnapshot {
    IndexedSnapshot(
      commit: commit.name.description, parent: commit.parents.first?.description,
      capturedFrom: moment(commit, "Ambit-Captured-From"), capturedTo: moment(commit, "Ambit-Captured-To"),
      recorded: commit.committer.time, isComplete: commit.trailer("Ambit-Complete") == "true",
      source: commit.trailer("Ambit-Source") ?? "", stateDigest: commit.trailer("Ambit-State-SHA256") ?? "")
  }

  private func observation(_ commit: CommitRecord) throws -> IndexedObservation {
    let record = try store.blob(at: ObservationRecord.file, in: commit.tree).flatMap {
      ObservationRecord(try store.read($0))
    }
    return IndexedObservation(
      commit: commit.name.description, parent: commit.parents.first?.description,
      capturedFrom: record?.capturedFrom.milliseconds ?? moment(commit, "Ambit-Captured-From"),
      capturedTo: record?.capturedTo.milliseconds ?? moment(commit, "Ambit-Captured-To"),
      recorded: commit.committer.time, result: record?.result ?? "failed",
      reason: record == nil ? "the observation does not read" : record?.reason, state: record?.state,
      isComplete: record?.isComplete ?? false, source: record?.source ?? "",
      isTimeGiven: record?.isTimeGiven ?? false, isOneInstant: record?.isOneInstant ?? false,
      notes: record?.notes ?? [], coverage: record?.coverage ?? [])
  }

  /// The changes of a commit; a file that moved within the layout is no change.
  private func changes(of commit: CommitRecord, evidence: ObjectName?) throws -> [IndexedChange] {
    let parentTree = try commit.parents.first.map { try store.commit($0).tree }
    var old: [ObjectID: (path: String, blob: ObjectName, object: StoredObject)] = [:]
    var new: [ObjectID: (path: String, blob: ObjectName, object: StoredObject)] = [:]
    for change in try store.changes(from: parentTree, to: commit.tree) {
      if let blob = change.old, let object = StoredObject(try store.read(blob)) {
        old[object.id] = (change.path, blob, object)
      }
      if let blob = change.new, let object = StoredObject(try store.read(blob)) {
        new[object.id] = (change.path, blob, object)
      }
    }
    var result: [IndexedChange] = []
    for id in Set(old.keys).union(new.keys) {
      let before = old[id]
      let after = new[id]
      guard let object = (after ?? before)?.object, let path = (after ?? before)?.path else { continue }
      let isRecreated =
        before != nil && after != nil && before?.object.object.uid != nil
        && after?.object.object.uid != nil && before?.object.object.uid != after?.object.object.uid
      let step: IndexedChange.Step =
        after == nil ? .deleted : before == nil ? .added : isRecreated ? .recreated : .modified
      let evidenceFile = try evidence.flatMap {
        try store.blob(at: ObservationRecord.evidenceFile(path), in: $0)
      }
      let managed = try evidenceFile.flatMap {
        CanonicalYAML.value(of: try store.read($0))?["managedFields"]
      }
      result.append(
        IndexedChange(
          id: id, kind: object.type.kind, path: path, step: step,
          blob: after?.blob.description, previousBlob: before?.blob.description,
          semanticDigest: after.map { SemanticForm.digest(of: $0.object.object, type: $0.object.type) },
          uid: object.object.uid, actor: after == nil ? .unknown : Indexer.actor(managed),
          cause: Indexer.cause(before?.object.object, after?.object.object),
          summary: Indexer.summary(step, before?.object.object, after?.object.object)))
    }
    return result.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  /// The tool that wrote last, as the object's field managers tell. No person: managers name themselves,
  /// and a manager that only removes fields leaves no trace.
  private static func actor(_ managedFields: Value?) -> IndexedChange.Actor {
    let entries = (managedFields?.list ?? []).filter { $0["subresource"] == nil }
      .map { (manager: $0["manager"]?.string ?? "", time: $0["time"]?.string ?? "") }
      .filter { !$0.manager.isEmpty }
    guard let last = entries.max(by: { ($0.time, $0.manager) < ($1.time, $1.manager) }) else {
      return .unknown
    }
    let time = Moment(last.time, now: Moment(milliseconds: 0), day: .start)?.seconds
    return IndexedChange.Actor(name: last.manager, source: .managedFields, time: time)
  }

  /// The change-cause, only where this very change set it.
  private static func cause(_ before: KubeObject?, _ after: KubeObject?) -> String? {
    guard let cause = after?.annotations[causeKey], cause != before?.annotations[causeKey] else { return nil }
    return cause
  }

  private static let causeKey = "kubernetes.io/change-cause"

  private static func summary(
    _ step: IndexedChange.Step, _ before: KubeObject?, _ after: KubeObject?
  ) -> String {
    switch step {
    case .added: "created"
    case .deleted: "deleted"
    case .recreated: "deleted and created again"
    case .modified:
      // The cause is told by itself; it is the change only where nothing else changed.
      FieldDiff(before?.value, after?.value)
        .summary(leavingOut: "metadata.annotations[\"\(causeKey)\"]")
    }
  }
}
