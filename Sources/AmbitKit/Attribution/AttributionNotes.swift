internal import Attribution
internal import HistoryIndex
package import KubeModel
package import SnapshotStore

/// Who made the changes of each snapshot, as git notes: `git log --notes=ambit` shows them.
///
/// A rendering of the change records for stock git, written anew where it differs; nothing reads it back.
package struct AttributionNotes {
  private let ambit: Ambit
  private let cluster: String

  package init(_ ambit: Ambit, cluster: String) {
    self.ambit = ambit
    self.cluster = cluster
  }

  /// Writes the notes that are not as they should be. The index must be up to date.
  ///
  /// - Returns: the commit of the notes; nil where nothing was to be written.
  @discardableResult
  package func write(at time: Moment) throws -> ObjectName? {
    let store = ambit.store
    let entries = try ambit.index.read { [cluster] in try $0.changes(cluster, .init()) }
    let head = try store.head(of: .notes)
    let present = try head.map { try store.files(in: store.commit($0).tree) } ?? []
    // Stock git may have spread its notes over folders.
    let blobs = Dictionary(
      present.map { ($0.path.replacing("/", with: ""), (path: $0.path, blob: $0.blob)) }, uniquingKeysWith: { first, _ in first })
    var edits: [String: [UInt8]?] = [:]
    for (commit, changes) in Dictionary(grouping: entries, by: \.snapshot.commit) {
      let lines = changes.reversed().compactMap(AttributionNotes.line)
      guard !lines.isEmpty else { continue }
      let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
      if let known = blobs[commit], known.blob == SnapshotStore.blobName(of: bytes) { continue }
      edits[blobs[commit]?.path ?? commit] = .some(bytes)
    }
    guard !edits.isEmpty else { return nil }
    let signature = Signature(name: "Ambit", email: "ambit@\(cluster)", time: time.seconds)
    return try store.append(
      edits,
      CommitText(
        author: signature, committer: signature, subject: "notes: who changed '\(cluster)'",
        trailers: [("Ambit-Kind", StoreLine.notes.kind), ("Ambit-Version", Ambit.version)]),
      to: .notes, keepsOthers: true, onto: { $0 == head })
  }

  /// One change in one line; nil where the log says nothing of it. Hidden characters of a cluster's texts are escaped.
  private static func line(_ entry: HistoryEntry) -> String? {
    guard let attribution = entry.change.attribution, let last = attribution.steps.last else { return nil }
    var details = ["audit log, \(attribution.certainty.rawValue)"]
    if let cause = entry.change.cause { details.append(cause) }
    if attribution.isCertain {
      if let agent = last.userAgent { details.append(agent) }
      if let address = last.sourceIPs.last { details.append("from \(address)") }
      if let id = last.auditID { details.append("audit ID \(id)") }
    }
    let who =
      attribution.isCertain
      ? last.actor ?? "unknown" : "unknown (\(Set(attribution.steps.compactMap(\.actor)).sorted().joined(separator: ", ")))"
    let time = Moment(milliseconds: last.time / 1000).text
    return HiddenText.escaped(
      "\(entry.change.step.rawValue) \(entry.change.id.title) by \(who) at \(time) (\(details.joined(separator: "; ")))")
  }
}
