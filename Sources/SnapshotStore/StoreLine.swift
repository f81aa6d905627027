/// A line of commits beside the clusters' histories, in which a store keeps what is the whole store's.
package struct StoreLine: Sendable, Hashable {
  /// The name of the ref; where each store has a line of its own, what the names of all begin with.
  package let reference: String
  /// The word that its commits carry as `Ambit-Kind`.
  package let kind: String
  /// The setting that names the store's own line; nil where all stores share one.
  let setting: String?
  /// The name by which its lock and intents go.
  let writer: String

  /// - Parameter writer: by default a name that no cluster can have.
  private init(reference: String, kind: String, setting: String? = nil, writer: String? = nil) {
    self.reference = reference
    self.kind = kind
    self.setting = setting
    self.writer = writer ?? "-\(kind)"
  }

  /// What Ambit itself did.
  package static let journal = StoreLine(reference: "refs/ambit/journal/", kind: "journal", setting: "ambit.journal")
  /// Proposals and approvals. They add up, whoever recorded them: each store has a line of its own.
  package static let reviews = StoreLine(reference: "refs/ambit/reviews/", kind: "review", setting: "ambit.reviews")
  /// What the owner decided. There is one answer to what is in force, and so one line.
  package static let registers = StoreLine(reference: "refs/ambit/registers", kind: "register")

  /// A rendering for `git log --notes=ambit` of what is told elsewhere.
  package static let notes = StoreLine(reference: "refs/notes/ambit", kind: "notes")
  /// What audit logs tell of a cluster, whose writer keeps it.
  package static func changes(of cluster: String) -> StoreLine {
    StoreLine(reference: "refs/ambit/changes/\(cluster)", kind: "changes", writer: cluster)
  }

  /// The lines of the whole store.
  package static let all = [registers, reviews, journal]

  /// The line that a ref is, or is one store's part of; nil where it is none that others rely on.
  package static func line(of reference: String) -> StoreLine? {
    let prefix = StoreLine.changes(of: "").reference
    if reference.hasPrefix(prefix) { return .changes(of: String(reference.dropFirst(prefix.count))) }
    return all.first { $0.holds(reference) }
  }

  /// Whether a ref is this line, or one store's part of it.
  package func holds(_ reference: String) -> Bool {
    setting == nil ? reference == self.reference : reference.hasPrefix(self.reference)
  }
}

extension SnapshotStore {
  /// The name of this store's own ref of a line; nil where it has none yet.
  package func ownReference(of line: StoreLine) -> String? {
    guard let name = line.setting else { return line.reference }
    guard let own = setting(name), own.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }),
      !own.isEmpty
    else { return nil }
    return line.reference + own
  }

  /// Where this store's own ref of a line stands.
  package func head(of line: StoreLine) throws(StoreError) -> ObjectName? {
    try ownReference(of: line).map { name throws(StoreError) in try target(of: name) } ?? nil
  }

  /// Where a line stands, in this store and in those that it was synchronised with, sorted by name.
  package func heads(of line: StoreLine) throws(StoreError) -> [ObjectName] {
    let names = line.setting == nil ? [line.reference] : try references(under: line.reference)
    var heads: [ObjectName] = []
    for name in names { if let head = try target(of: name) { heads.append(head) } }
    return heads
  }

  /// Adds a commit to a line; durable when this returns.
  ///
  /// - Parameters:
  ///   - edits: files to write, or to remove (nil).
  ///   - keepsOthers: whether the files of the commit before stay.
  ///   - isRight: whether the line may stand there, where the edits depend on it.
  /// - Throws: `.moved` where the line is elsewhere, or was moved past the lock, by a push or a fetch; `.unsigned`.
  package func append(
    _ edits: [String: [UInt8]?], _ text: CommitText, to line: StoreLine, keepsOthers: Bool = false,
    onto isRight: (ObjectName?) -> Bool = { _ in true }
  ) throws(StoreError) -> ObjectName {
    let lock = try WriterLock(line.writer, in: path)
    defer { withExtendedLifetime(lock) {} }
    if let note = try recover(line.writer) { notes.append(note) }
    try upgradeFormat()
    let own = ownReference(of: line)
    let old = try own.map { name throws(StoreError) in try target(of: name) } ?? nil
    guard isRight(old) else { throw StoreError.moved(line.writer, nil) }
    let staging = try Staging()
    self.staging = staging
    defer { self.staging = nil }
    let before = keepsOthers ? try old.map { name throws(StoreError) in try commit(name).tree } : nil
    let tree = try TreeEditor(store: self, staging: staging, digests: nil, keepsOthers: keepsOthers).edit(before, edits)
    let new = try make(text, tree, onto: old, staging)
    let reference = own ?? line.reference + new.short
    try publish(staging, line.writer, [.init(reference: reference, old: old, new: new)]) {
      () throws(StoreError) in try self.target(of: reference) == old
    }
    if own == nil, let setting = line.setting {
      do {
        try repository.set(setting, to: new.short)
      } catch {
        throw StoreError.writing("the settings of '\(path)'", in: path, error)
      }
    }
    return new
  }
}
