/// What one reading adds to the store.
package struct Recording {
  /// Where the refs stood when the reading was compared with them.
  package var expectedHead: ObjectName?
  package var expectedObservation: ObjectName?
  package var cluster: String
  /// Files of the state to write, or to remove (nil).
  package var edits: [String: [UInt8]?]
  /// The text of the snapshot commit; called only where the state changed, with the state's digest.
  package var snapshot: (_ stateDigest: String) -> CommitText
  /// Folders of the last observation that this one begins with.
  package var observationKeeps: Set<String>
  /// The observation: files and text, given the commit of the state that was seen.
  package var observation: (_ state: ObjectName?, _ isChanged: Bool) -> (files: [String: [UInt8]?], text: CommitText)

  package init(
    cluster: String, expectedHead: ObjectName?, expectedObservation: ObjectName?,
    edits: [String: [UInt8]?], observationKeeps: Set<String> = [], snapshot: @escaping (String) -> CommitText,
    observation: @escaping (ObjectName?, Bool) -> (files: [String: [UInt8]?], text: CommitText)
  ) {
    self.cluster = cluster
    self.expectedHead = expectedHead
    self.expectedObservation = expectedObservation
    self.edits = edits
    self.observationKeeps = observationKeeps
    self.snapshot = snapshot
    self.observation = observation
  }
}

/// What came of a recording.
package struct Recorded: Sendable {
  /// The commit of the state; nil where nothing was ever recorded.
  package let state: ObjectName?
  package let observation: ObjectName
  package let isChanged: Bool
}

extension SnapshotStore {
  /// Writes a reading: all of it is on disk, in one pack, before a ref moves.
  ///
  /// - Parameter known: see `stateDigest(of:known:)`.
  /// - Throws: `.moved` where another writer was faster; nothing is lost then and the caller reads again.
  package func record(_ recording: Recording, known: inout [ObjectName: String]) throws(StoreError) -> Recorded {
    discard()
    let cluster = try ClusterName.validated(recording.cluster)
    let oldTree = try recording.expectedHead.map { name throws(StoreError) in try commit(name).tree }
    var head = recording.expectedHead
    var isChanged = false
    if !recording.edits.isEmpty {
      let tree = try edit(oldTree, recording.edits)
      if tree != oldTree {
        let text = recording.snapshot(try stateDigest(of: tree, known: &known))
        head = try makeObject(
          .commit, text.bytes(tree: tree, parents: recording.expectedHead.map { [$0] } ?? []))
        isChanged = true
      }
    }
    let (files, text) = recording.observation(head, isChanged)
    let base = try recording.expectedObservation.map { name throws(StoreError) in try commit(name).tree }
    let observationTree = try edit(base, files, keeping: recording.observationKeeps)
    let observation = try makeObject(
      .commit,
      text.bytes(
        tree: observationTree, parents: recording.expectedObservation.map { [$0] } ?? []))
    try flush()
    if isChanged, let head {
      try move(
        SnapshotStore.branch(cluster), from: recording.expectedHead, to: head, why: "snapshot")
      try pointHeadIfUnborn(at: cluster)
    }
    try move(
      SnapshotStore.observations(cluster), from: recording.expectedObservation, to: observation,
      why: "observation")
    return Recorded(state: head, observation: observation, isChanged: isChanged)
  }
}
