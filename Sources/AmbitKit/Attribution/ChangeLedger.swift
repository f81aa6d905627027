package import Attribution
package import KubeModel
package import SnapshotStore

/// The change records of a cluster, as its store keeps them: one file for each, and what the logs covered.
///
/// The files are the same in whatever order and overlap the logs were read; only the commits tell the order.
package struct ChangeLedger {
  static let records = "records"
  private let store: SnapshotStore
  private let cluster: String

  package init(_ store: SnapshotStore, cluster: String) {
    self.store = store
    self.cluster = cluster
  }

  /// The last commit; nil where no log was ever read.
  package var head: ObjectName? { get throws { try store.head(of: .changes(of: cluster)) } }

  /// Where a record's file stands: spread over folders, so that none grows long.
  static func path(of id: String) -> String { "\(records)/\(id.prefix(2))/\(id.dropFirst(2)).yaml" }

  // MARK: Reading

  /// A record, and the blob of its file.
  package struct Kept: Sendable {
    package let record: ChangeRecord
    package let blob: ObjectName
  }

  /// All records, sorted by id.
  package func all(at head: ObjectName) throws -> [Kept] {
    guard let folder = try store.folder(ChangeLedger.records, in: store.commit(head).tree) else { return [] }
    return try store.files(in: folder).map { Kept(record: try record($0.blob), blob: $0.blob) }
  }

  /// The records whose files are these blobs, as the index names them.
  func kept(_ blobs: [String]) throws -> [Kept] {
    try blobs.compactMap { ObjectName(hex: $0) }.map { Kept(record: try record($0), blob: $0) }
  }

  /// The records that came, or are told more fully, from one commit to a later one.
  func added(from old: ObjectName, to new: ObjectName) throws -> [Kept] {
    try store.changes(from: store.commit(old).tree, to: store.commit(new).tree).compactMap { change in
      guard change.path.hasPrefix("\(ChangeLedger.records)/"), let blob = change.new else { return nil }
      return Kept(record: try record(blob), blob: blob)
    }
  }

  private func record(_ blob: ObjectName) throws -> ChangeRecord {
    guard let record = ChangeRecord(try store.read(blob)) else {
      throw StoreError.damaged(
        "the change record \(blob.short) of '\(cluster)' does not read", inspect: "git cat-file -p \(blob)")
    }
    return record
  }

  // MARK: Adding

  package struct Added: Sendable, Hashable {
    /// Requests that were not known.
    package var new = 0
    /// Requests of which the logs now tell more.
    package var fuller = 0
    package var commit: ObjectName?
  }

  /// Adds records; those that are there already stay, unless these tell more of the same request.
  ///
  /// - Parameter logs: what was read, for the commit's text.
  package func add(
    _ records: [ChangeRecord], coverage: LogCoverage, logs: [String], at time: Moment
  ) throws -> Added {
    var attempt = 1
    while true {
      do {
        return try addOnce(records, coverage, logs, time)
      } catch let error as StoreError where error.code == .moved && attempt < 5 {
        attempt += 1
      }
    }
  }

  private func addOnce(
    _ records: [ChangeRecord], _ coverage: LogCoverage, _ logs: [String], _ time: Moment
  ) throws -> Added {
    let old = try head
    let tree = try old.map { try store.commit($0).tree }
    let known = try tree.flatMap { try store.folder(ChangeLedger.records, in: $0) }
      .map { try store.files(in: $0) } ?? []
    let blobs = Dictionary(
      known.map { ("\(ChangeLedger.records)/\($0.path)", $0.blob) }, uniquingKeysWith: { first, _ in first })
    var added = Added()
    var edits: [String: [UInt8]] = [:]
    for record in records {
      let path = ChangeLedger.path(of: record.id)
      guard let blob = blobs[path] else {
        added.new += 1
        edits[path] = record.bytes
        continue
      }
      let bytes = record.bytes
      guard SnapshotStore.blobName(of: bytes) != blob, let present = ChangeRecord(try store.read(blob)) else { continue }
      let merged = present.merged(with: record)
      guard merged != present else { continue }
      added.fuller += 1
      edits[path] = merged.bytes
    }
    let before = try self.coverage(in: tree)
    let after = before.union(coverage)
    if after != before { edits[LogCoverage.file] = after.bytes }
    guard !edits.isEmpty else { return added }
    added.commit = try store.append(
      edits.mapValues { Optional($0) }, text(added, logs, time), to: .changes(of: ClusterName.validated(cluster)),
      keepsOthers: true, onto: { $0 == old })
    return added
  }

  private func text(_ added: Added, _ logs: [String], _ time: Moment) -> CommitText {
    let signature = Signature(name: "Ambit", email: "ambit@\(cluster)", time: time.seconds)
    let parts = [(added.new, "new"), (added.fuller, "fuller")].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    return CommitText(
      author: signature, committer: signature,
      subject: "changes: " + (parts.isEmpty ? "what the logs cover" : parts.joined(separator: ", ")),
      trailers: [("Ambit-Kind", "changes")] + logs.prefix(50).map { ("Ambit-Audit-Log", $0) }
        + [("Ambit-Version", Ambit.version)])
  }

  // MARK: Coverage

  /// What the logs that were read so far cover.
  package func coverage() throws -> LogCoverage {
    try coverage(in: head.map { try store.commit($0).tree })
  }

  private func coverage(in tree: ObjectName?) throws -> LogCoverage {
    guard let tree, let blob = try store.blob(at: LogCoverage.file, in: tree) else { return LogCoverage() }
    guard let coverage = LogCoverage(try store.read(blob)) else {
      throw StoreError.damaged(
        "'\(LogCoverage.file)' in the change records of '\(cluster)' does not read", inspect: "git cat-file -p \(blob)")
    }
    return coverage
  }
}
