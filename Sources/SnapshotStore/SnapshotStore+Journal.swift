/// What Ambit itself did, in a line of commits of its own.
///
/// Stores that are synchronised each have a journal, named after its first entry, and hold those of the others too.
extension SnapshotStore {
  /// What the names of journals begin with.
  package static let journals = "refs/ambit/journal/"

  private static let journalSetting = "ambit.journal"

  /// The name of this store's own journal; nil where it has none yet.
  package var journal: String? {
    guard let own = setting(SnapshotStore.journalSetting),
      own.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }), !own.isEmpty
    else { return nil }
    return SnapshotStore.journals + own
  }

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
    let own = journal
    let old = try own.map { name throws(StoreError) in try target(of: name) } ?? nil
    let staging = try Staging()
    self.staging = staging
    defer { self.staging = nil }
    let edits = files.mapValues { Optional($0) }
    let tree = try TreeEditor(store: self, staging: staging, digests: nil, keepsOthers: false).edit(nil, edits)
    let new = try make(text, tree, onto: old, staging)
    let reference = own ?? SnapshotStore.journals + new.short
    try publish(staging, SnapshotStore.journalWriter, [.init(reference: reference, old: old, new: new)]) {
      () throws(StoreError) in try self.target(of: reference) == old
    }
    if own == nil {
      do {
        try repository.set(SnapshotStore.journalSetting, to: new.short)
      } catch {
        throw StoreError.writing("the settings of '\(path)'", in: path, error)
      }
    }
    return new
  }
}
