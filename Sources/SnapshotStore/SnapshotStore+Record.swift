internal import KubeModel

/// What one reading adds to the store.
package struct Recording {
  /// A commit of its own, before the snapshot.
  package struct Change {
    package let edits: [String: [UInt8]?]
    package let text: (_ stateDigest: String) -> CommitText

    package init(edits: [String: [UInt8]?], text: @escaping (String) -> CommitText) {
      self.edits = edits
      self.text = text
    }
  }

  /// Changes that are known one by one; a snapshot follows them also where it adds nothing.
  package var changes: [Change]
  /// Files of the state to write, or to remove (nil); also those that `changes` changed and that are as before.
  package var edits: [String: [UInt8]?]
  /// The text of the snapshot commit; called only where the state changed, with the state's digest.
  package var snapshot: (_ stateDigest: String) -> CommitText
  /// The observation: all its files, and its text, given the commit of the state that was seen.
  package var observation: (_ state: ObjectName?, _ isChanged: Bool) -> (files: [String: [UInt8]], text: CommitText)

  package init(
    changes: [Change] = [], edits: [String: [UInt8]?], snapshot: @escaping (String) -> CommitText,
    observation: @escaping (ObjectName?, Bool) -> (files: [String: [UInt8]], text: CommitText)
  ) {
    self.changes = changes
    self.edits = edits
    self.snapshot = snapshot
    self.observation = observation
  }
}

/// Where the history of a cluster stands: what a recording is compared with, and what comes of it.
package struct HistoryHeads: Sendable, Hashable {
  /// The commit of the state; nil where nothing was ever recorded.
  package var state: ObjectName?
  package var observation: ObjectName?

  package init(state: ObjectName? = nil, observation: ObjectName? = nil) {
    self.state = state
    self.observation = observation
  }
}

extension SnapshotStore {
  /// Writes a reading: all of it is on disk, in one pack, before a ref moves.
  ///
  /// - Parameters:
  ///   - heads: where the history stood when the reading was compared with it.
  ///   - digests: read and added to.
  /// - Returns: where the history stands now.
  /// - Throws: `.moved` where another writer was faster; nothing is lost then and the caller reads again.
  package func record(
    _ recording: Recording, in cluster: String, onto heads: HistoryHeads, digests: FolderDigests
  ) throws(StoreError) -> HistoryHeads {
    try record(in: cluster, onto: heads, digests: digests) { [recording].makeIterator() }
  }

  /// Writes many readings, as an import does; durable when this returns.
  ///
  /// They go into the history a pack at a time, so that an interruption leaves a shorter history that is whole.
  package func record<Recordings: IteratorProtocol>(
    in cluster: String, onto heads: HistoryHeads, digests: FolderDigests, _ recordings: () -> Recordings
  ) throws(StoreError) -> HistoryHeads where Recordings.Element == Recording {
    let cluster = try ClusterName.validated(cluster)
    let lock = try WriterLock(cluster, in: path)
    defer { withExtendedLifetime(lock) {} }
    if let note = try recover(cluster) { notes.append(note) }
    try checkIsRecorded(cluster)
    try upgradeFormat()
    // Told before the work is done, and again by the refs themselves.
    guard try self.heads(of: cluster) == heads else { throw StoreError.moved(cluster, nil) }
    let staging = try Staging()
    self.staging = staging
    defer { self.staging = nil }
    var published = heads
    var next = heads
    var recordings = recordings()
    while let recording = recordings.next() {
      next = try stage(recording, in: cluster, onto: next, staging, digests)
      guard staging.size > SnapshotStore.packLimit else { continue }
      try publish(staging, cluster, from: published, to: next)
      published = next
    }
    if next != published { try publish(staging, cluster, from: published, to: next) }
    return next
  }

  /// A pack of an import holds some hundred commits, or what one snapshot needs.
  private static let packLimit = 16 << 20

  private func stage(
    _ recording: Recording, in cluster: String, onto heads: HistoryHeads, _ staging: Staging,
    _ digests: FolderDigests
  ) throws(StoreError) -> HistoryHeads {
    var heads = heads
    var isChanged = false
    /// The state's tree before and after edits.
    func trees(_ edits: [String: [UInt8]?]) throws(StoreError) -> (old: ObjectName?, new: ObjectName) {
      let old = try heads.state.map { name throws(StoreError) in try commit(name).tree }
      return (
        old, try TreeEditor(store: self, staging: staging, digests: digests, keepsOthers: true).edit(old, edits)
      )
    }
    for change in recording.changes {
      let (old, tree) = try trees(change.edits)
      guard tree != old else { continue }
      heads.state = try make(change.text(try stateDigest(of: tree, known: digests)), tree, onto: heads.state, staging)
      isChanged = true
    }
    if !recording.edits.isEmpty {
      let (old, tree) = try trees(recording.edits)
      if tree != old || isChanged {
        let text = recording.snapshot(try stateDigest(of: tree, known: digests))
        heads.state = try make(text, tree, onto: heads.state, staging)
        isChanged = true
      }
    }
    let (files, text) = recording.observation(heads.state, isChanged)
    let old = try heads.observation.map { name throws(StoreError) in try commit(name).tree }
    let tree = try TreeEditor(store: self, staging: staging, digests: nil, keepsOthers: false).edit(old, files)
    heads.observation = try make(text, tree, onto: heads.observation, staging)
    return heads
  }

  func make(
    _ text: CommitText, _ tree: ObjectName, onto parent: ObjectName?, _ staging: Staging
  ) throws(StoreError) -> ObjectName {
    try make(text.bytes(tree: tree, parents: parent.map { [$0] } ?? []), staging)
  }

  /// Makes a commit, signed where commits are.
  func make(_ commit: [UInt8], _ staging: Staging) throws(StoreError) -> ObjectName {
    var bytes = commit
    if let sign {
      do {
        bytes = try sign(bytes)
      } catch {
        throw StoreError(
          .unsigned, "the commit cannot be signed, so nothing was recorded",
          hint: (error as? any DescribedError)?.hint ?? "check the signing key", cause: error)
      }
    }
    return try staging.make(.commit, bytes)
  }

  func publish(
    _ staging: Staging, _ cluster: String, from old: HistoryHeads, to new: HistoryHeads
  ) throws(StoreError) {
    var moves: [RecordingIntent.Move] = []
    // The observation first: a reader that sees it and not yet the branch knows the state that it names.
    if let observation = new.observation, observation != old.observation {
      moves.append(.init(reference: SnapshotStore.observations(cluster), old: old.observation, new: observation))
    }
    if let state = new.state, state != old.state {
      moves.append(.init(reference: SnapshotStore.branch(cluster), old: old.state, new: state))
    }
    try publish(
      staging, cluster, moves, isCurrent: { () throws(StoreError) in try self.heads(of: cluster) == old },
      finish: { () throws(StoreError) in if new.state != nil { try pointHeadIfUnborn(at: cluster) } })
  }

  /// Brings what was staged into the history: all of it is on disk before the first ref moves.
  ///
  /// - Parameters:
  ///   - writer: whose lock is held; what an interruption leaves goes by this name.
  ///   - isCurrent: whether the refs stand where the work began. A ref that was moved past the lock, by a push or a
  ///     fetch, is found before any ref moves.
  ///   - finish: what belongs to the work and follows the moves; one who dies in it has left the work unfinished.
  func publish(
    _ staging: Staging, _ writer: String, _ moves: [RecordingIntent.Move], isCurrent: () throws(StoreError) -> Bool,
    finish: () throws(StoreError) -> Void = {}
  ) throws(StoreError) {
    guard let pack = staging.finish() else { return }
    do {
      try folder.add(pack, RecordingIntent(cluster: writer, moves: moves))
      try repository.refresh()
    } catch {
      _ = folder.removeIncoming(writer)
      folder.abandon(pack.name)
      throw StoreError.writing("the store '\(path)'", in: path, error)
    }
    do throws(StoreError) {
      guard try isCurrent() else { throw StoreError.moved(writer, nil) }
      if let first = moves.first { try move(first.reference, from: first.old, to: first.new, why: "first of a recording") }
    } catch {
      // A move may fail when it is made already, where what it did cannot be synced.
      if !moves.contains(where: hasMoved) { folder.abandon(pack.name) }
      throw error
    }
    // From here on the recording is in the history: what fails now is finished by the next one.
    for move in moves.dropFirst() { try self.move(move.reference, from: move.old, to: move.new, why: "rest of a recording") }
    try finish()
    folder.release(pack.name)
  }

  /// Whether a ref is elsewhere than where it was, or may be.
  private func hasMoved(_ move: RecordingIntent.Move) -> Bool {
    do throws(StoreError) { return try target(of: move.reference) != move.old } catch { return true }
  }

  /// Finishes or undoes what an earlier writer of a cluster had begun when it died; see `notes`.
  package func recoverInterrupted(_ cluster: String) throws(StoreError) {
    let cluster = try ClusterName.validated(cluster)
    let lock = try WriterLock(cluster, in: path)
    defer { withExtendedLifetime(lock) {} }
    if let note = try recover(cluster) { notes.append(note) }
  }
}
