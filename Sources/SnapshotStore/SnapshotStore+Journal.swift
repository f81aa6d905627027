/// What Ambit itself did, in a line of commits of its own.
extension SnapshotStore {
  package static let journal = "refs/ambit/journal"

  /// The journal's lock and intents go by a name that no cluster can have.
  private static let journalWriter = "-journal"

  /// Adds a commit with these files, and no others, to the journal; durable when this returns.
  ///
  /// - Throws: `.moved` where the journal was moved past the lock, by a push or a fetch; `.unsigned`.
  package func appendToJournal(_ files: [String: [UInt8]], _ text: CommitText) throws(StoreError) -> ObjectName {
    let lock = try WriterLock(SnapshotStore.journalWriter, in: path)
    defer { withExtendedLifetime(lock) {} }
    if let note = try recover(SnapshotStore.journalWriter) { notes.append(note) }
    try upgradeFormat()
    let old = try target(of: SnapshotStore.journal)
    let staging = try Staging()
    self.staging = staging
    defer { self.staging = nil }
    let edits = files.mapValues { Optional($0) }
    let tree = try TreeEditor(store: self, staging: staging, digests: nil, keepsOthers: false).edit(nil, edits)
    let new = try make(text, tree, onto: old, staging)
    try publish(staging, SnapshotStore.journalWriter, [.init(reference: SnapshotStore.journal, old: old, new: new)]) {
      () throws(StoreError) in try self.target(of: SnapshotStore.journal) == old
    }
    return new
  }
}
