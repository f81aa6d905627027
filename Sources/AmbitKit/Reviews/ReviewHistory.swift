package import HistoryIndex
internal import Integrity
internal import KubeModel
internal import Registers
package import Reviews
internal import SnapshotStore

/// What is known of the approval of each change of a cluster.
package final class ReviewHistory {
  private let history: ClusterHistory
  private let approvals: [Approval]
  private let identities: RegisterTimeline<Identities>
  /// Digests of intended forms by blob, since a history names the same ones again and again.
  private var digests: [String: String] = [:]
  /// Those of them that the index does not keep yet.
  private var found: [String: String] = [:]
  /// When the last complete reading before a snapshot began, by the snapshot's commit.
  private var earlier: [String: Int64]?
  private var coauthors: [String: [Account]] = [:]

  package init(_ history: ClusterHistory) throws {
    self.history = history
    approvals = try ReviewBook(history.ambit).reviews().values.flatMap(\.approvals)
    identities = try RegisterBook(history.ambit).identities()
  }

  /// The verdict on each of these changes, in their order.
  ///
  /// Costs a look at both versions of each change, and at all changes of objects that an approval names.
  package func verdicts(on entries: [HistoryEntry]) throws -> [ReviewVerdict] {
    try recall(entries)
    defer { keepFound() }
    let approved = Set(approvals.flatMap(\.transitions).map(\.object))
    var known: [String: ReviewVerdict] = [:]
    for id in Set(entries.map(\.change.id)).intersection(approved) {
      let all = try history.ambit.index.read { [cluster = history.cluster] view in
        try view.indexedHead(cluster).map { try view.versions(of: id, in: cluster, upTo: $0) } ?? []
      }
      let own = approvals.filter { $0.transitions.contains { $0.object == id } }
      let verdicts = ReviewLedger(identities: { [identities] in identities.content(at: $0) }).verdicts(
        on: try all.map(applied), own)
      for (entry, verdict) in zip(all, verdicts) { known[ReviewHistory.key(entry)] = verdict }
    }
    return try entries.map { entry in
      if let reason = try reasonForNone(entry) { return .notNeeded(reason) }
      if let verdict = known[ReviewHistory.key(entry)] { return verdict }
      let ledger = ReviewLedger(identities: { [identities] in identities.content(at: $0) })
      return ledger.verdicts(on: [try applied(entry)], []).first ?? ReviewVerdict(.unreviewed, reasons: [])
    }
  }

  private static func key(_ entry: HistoryEntry) -> String { "\(entry.snapshot.commit) \(entry.change.path)" }

  /// Why a change is none that anyone could have reviewed.
  private func reasonForNone(_ entry: HistoryEntry) throws -> String? {
    if entry.change.id.resource == StoredObject.clusterType.resource, entry.change.id.group.isEmpty { return "a fact of the cluster" }
    guard entry.snapshot.parent == nil, !ChangeActor(entry.change).isCommit else { return nil }
    return "it was there when the record began"
  }

  // MARK: What was made, and when

  private func applied(_ entry: HistoryEntry) throws -> AppliedChange {
    let change = entry.change
    let transition = Transition(
      change.id, from: try change.previousBlob.map { try digest($0, entry) },
      to: try change.blob.map { try digest($0, entry) })
    let actor = ChangeActor(change)
    let (after, until) = try moments(entry, actor)
    return AppliedChange(
      transition, actor: actor.accounts, as: actor.impersonated, authors: try actor.isCommit ? coauthors(entry) : [],
      after: after, until: until)
  }

  /// The question of the index's memo whose answer is the digest of a version.
  private static func question(_ blob: String) -> SHA256Value {
    SHA256Value(of: ProgramIdentity.digest.bytes + Array("intended \(blob)".utf8))
  }

  /// Takes what is known of these changes' versions out of the index: a long history has many, each to be read and parsed.
  private func recall(_ entries: [HistoryEntry]) throws {
    let wanted = Set(entries.flatMap { [$0.change.blob, $0.change.previousBlob].compactMap(\.self) }).filter { digests[$0] == nil }
    let known = try history.ambit.index.read { view in
      try wanted.reduce(into: [String: String]()) { known, blob in
        guard let row = try view.answers(to: ReviewHistory.question(blob))?.first, let bytes = try view.answer(row) else { return }
        known[blob] = String(decoding: bytes, as: UTF8.self)
      }
    }
    digests.merge(known) { first, _ in first }
  }

  /// Keeps what was found out; a store that cannot be written to is asked again next time.
  private func keepFound() {
    guard !found.isEmpty else { return }
    try? history.ambit.index.write { [found] writer in
      for (blob, digest) in found { try writer.keep([Array(digest.utf8)], to: ReviewHistory.question(blob)) }
    }
    found = [:]
  }

  private func digest(_ blob: String, _ entry: HistoryEntry) throws -> String {
    if let known = digests[blob] { return known }
    let bytes = try history.text(of: blob, at: entry.change.path, in: entry.snapshot.commit)
    guard let stored = StoredObject(bytes) else {
      throw ClusterHistory.unreadable(blob, at: entry.change.path, in: entry.snapshot.commit)
    }
    let digest = IntendedForm.digest(of: stored.object, type: stored.type)
    digests[blob] = digest
    found[blob] = digest
    return digest
  }

  /// After which moment a change was made, and until which, in milliseconds.
  private func moments(_ entry: HistoryEntry, _ actor: ChangeActor) throws -> (after: Int64, until: Int64) {
    let until = entry.snapshot.capturedTo
    // A commit is on its branch from the moment at which it is recorded.
    if actor.isCommit { return (until, until) }
    if earlier == nil { earlier = try history.ambit.index.read { [cluster = history.cluster] in try $0.earlierReadings(cluster) } }
    let before = earlier?[entry.snapshot.commit] ?? .min
    guard let told = actor.time, told.milliseconds + told.precision > before, told.milliseconds <= until else { return (before, until) }
    return (told.milliseconds, told.milliseconds + told.precision)
  }

  /// Others whose work an imported commit is.
  private func coauthors(_ entry: HistoryEntry) throws -> [Account] {
    let commit = entry.snapshot.commit
    if let known = coauthors[commit] { return known }
    let trailers = try ObjectName(hex: commit).map { try history.ambit.store.commit($0).trailers } ?? []
    let accounts = trailers.filter { $0.key == "Co-authored-by" }.map { Account.author($0.value) }
    coauthors[commit] = accounts
    return accounts
  }
}
