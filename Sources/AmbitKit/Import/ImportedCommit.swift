internal import ClusterReader
internal import KubeModel
internal import SnapshotStore

/// A commit of a repository as the store records it.
struct ImportedCommit {
  static let commitTrailer = "Ambit-Repository-Commit"
  static let pathTrailer = "Ambit-Repository-Path"
  /// The source of such readings, as observations tell it.
  static let source = "repository"

  private let commit: SourceCommit
  /// Those whose work it is, the first of them its author.
  private let authors: [Signature]
  private let trailers: [(key: String, value: String)]
  private let captured: Moment
  private let now: Moment

  /// - Parameter last: when the state before was captured, in milliseconds; moved on to when this one was.
  init(
    _ step: SourceHistory.Step, _ commits: [ObjectName: [UInt8]], repository: String, path: String, now: Moment,
    after last: inout Int64
  ) {
    let commit = SourceCommit(step.commit, commits[step.commit] ?? [])
    self.commit = commit
    self.now = now
    var authors: [Signature] = []
    for author in step.merged.compactMap({ name in commits[name].map { SourceCommit(name, $0).author } })
    where !authors.contains(where: { $0.name == author.name && $0.email == author.email }) {
      authors.append(author)
    }
    self.authors = authors.isEmpty ? [commit.author] : authors
    // Clocks of those who commit run ahead and behind; the branch took its steps in this order nevertheless.
    last = min(max(last, commit.committer.time * 1000), now.milliseconds)
    captured = Moment(milliseconds: last)
    var trailers = [("Ambit-Repository", repository), (ImportedCommit.pathTrailer, path.isEmpty ? "/" : path)]
    trailers += [(ImportedCommit.commitTrailer, step.commit.description)]
    trailers.append(("Ambit-Repository-Time", Moment(milliseconds: commit.committer.time * 1000).text))
    if commit.isMerge { trailers.append(("Ambit-Merged-By", "\(commit.author.name) <\(commit.author.email)>")) }
    trailers += self.authors.dropFirst().map { ("Co-authored-by", "\($0.name) <\($0.email)>") }
    self.trailers = trailers
  }

  func recording(
    _ changes: ImportedState.Changes, coverage: [KindCoverage], _ remainders: [ManifestTree.Remainder],
    _ layout: StoreLayout, cluster: String
  ) -> Recording {
    let unread = remainders.filter { $0.kind == .unread }
    let record = ObservationRecord(
      capturedFrom: captured, capturedTo: captured, result: "unchanged", reason: nil,
      isComplete: coverage.allSatisfy { $0.unreadReason == nil } && unread.isEmpty, isOneInstant: true, isTimeGiven: true, scope: nil,
      source: ImportedCommit.source, coverage: coverage, diagnostics: ImportedCommit.lines(unread),
      notes: ImportedCommit.notes(remainders.filter { $0.kind != .unread }))
    return record.recording(
      changes.edits, seen: changes.seen, layout,
      snapshot: { told in
        var text = self.text(commit.subject, trailers: told + trailers, cluster)
        text.body = commit.body
        return text
      }, observation: { self.text($0, trailers: $1 + trailers, cluster) })
  }

  private func text(_ subject: String, trailers: [(key: String, value: String)], _ cluster: String) -> CommitText {
    CommitText(
      author: Signature(name: authors[0].name, email: authors[0].email, time: commit.author.time),
      committer: Signature(name: "Ambit", email: "ambit@\(cluster)", time: now.seconds), subject: subject,
      trailers: trailers)
  }

  private static func lines(_ remainders: [ManifestTree.Remainder]) -> [String] {
    let most = RepositoryImporter.mostNamed
    let lines = remainders.prefix(most).map { "\($0.path): \($0.reason)" }
    return remainders.count > most ? lines + ["and \(remainders.count - most) more"] : lines
  }

  private static func notes(_ remainders: [ManifestTree.Remainder]) -> [String] {
    guard !remainders.isEmpty else { return [] }
    return ["files that are no plain manifests: \(remainders.count)"] + lines(remainders)
  }
}
