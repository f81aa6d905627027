internal import ClusterReader
package import KubeModel
internal import Registers
internal import Reviews
internal import SnapshotStore

/// Takes approvals over from where they were given: trailers of commits, and exports of GitHub and GitLab.
///
/// What a request changed is not in an export: it is read from the commit that brought it to the branch.
package struct ReviewImporter {
  package struct Outcome: Sendable {
    package internal(set) var proposals = 0
    package internal(set) var approvals = 0
    /// Approvals that were recorded before.
    package internal(set) var known = 0
    /// Requests whose commit is not a step of the branch that touches the folder, by name.
    package internal(set) var unmatched: [String] = []
    /// Values of the exports that are none of what is read.
    package internal(set) var others = 0
  }

  /// What one step of the branch is approved by.
  private struct Claim {
    let title: String
    let origin: String
    let authors: [Account]
    let approvals: [(approver: Account, time: Int64, source: Identities.Source, objection: String?)]
  }

  private let ambit: Ambit
  private let repository: SourceRepository
  private let path: String
  private let branch: String?

  package init(_ ambit: Ambit, from repository: SourceRepository, under path: String, branch: String?) {
    self.ambit = ambit
    self.repository = repository
    self.path = RepositoryImporter.folder(path)
    self.branch = branch
  }

  /// - Parameters:
  ///   - exports: JSON values; where there are none, the trailers of commits are read.
  ///   - now: the time of recording.
  package func run(_ exports: [Value]?, by who: Journal.Operator, at now: Moment) async throws -> Outcome {
    var outcome = Outcome()
    let read = exports.map { MergeRequest.requests(in: $0) }
    outcome.others = read?.others ?? 0
    let requests = Dictionary(grouping: read?.requests ?? []) { $0.mergeCommit }
    var matched: Set<String> = []
    let head = try await repository.head(of: branch)
    let steps = try await SourceHistory(repository, to: head, after: nil, under: path).steps
    let book = ReviewBook(ambit)
    var recorded = try book.reviews()
    var folder = SourceFolder(repository, path: path)
    var digests: [ObjectID: String] = [:]
    for start in stride(from: 0, to: steps.count, by: RepositoryImporter.chunk) {
      let chunk = steps[start..<min(start + RepositoryImporter.chunk, steps.count)]
      let changes = try await repository.changes(of: chunk.map(\.commit), under: path)
      let contents = try await folder.contents(of: changes.values)
      let commits = try await repository.commits(chunk.flatMap { [$0.commit] + $0.merged })
      let parents = commits.compactMapValues { try? CommitRecord(name: head, bytes: $0).parents }
      for step in chunk {
        folder.take(changes[step.commit] ?? [], contents)
        let transitions = ReviewImporter.transitions(folder.settle(), &digests)
        let commit = SourceCommit(step.commit, commits[step.commit] ?? [])
        let authors = step.merged.compactMap { commits[$0].map { SourceCommit(head, $0).author } }
        let own = requests[step.commit.description] ?? []
        matched.formUnion(own.map(\.name))
        var claims = own.map { claim($0, step, parents[step.commit] ?? [], authors) }
        if exports == nil { claims = [claim(commit, step, authors)].compactMap(\.self) }
        for claim in claims where !claim.approvals.isEmpty && !transitions.isEmpty {
          try record(claim, transitions, book, &recorded, &outcome, by: who, at: now)
        }
      }
    }
    outcome.unmatched = (read?.requests ?? []).map(\.name).filter { !matched.contains($0) }
    return outcome
  }

  private static func transitions(
    _ objects: [ObjectID: Reading.Object?], _ digests: inout [ObjectID: String]
  ) -> [Transition] {
    objects.map { id, object in
      let before = digests[id]
      digests[id] = object?.intendedDigest
      return Transition(id, from: before, to: digests[id])
    }.filter { !$0.isNothing }
  }

  private func record(
    _ claim: Claim, _ transitions: [Transition], _ book: ReviewBook, _ recorded: inout [String: ReviewBook.Review],
    _ outcome: inout Outcome, by who: Journal.Operator, at now: Moment
  ) throws {
    let proposal = Proposal(transitions, title: claim.title, authors: claim.authors, origin: claim.origin, time: now.seconds)
    if recorded[proposal.id] == nil {
      try book.add(proposal, by: who)
      recorded[proposal.id] = ReviewBook.Review(proposal: proposal)
      outcome.proposals += 1
    }
    for given in claim.approvals {
      let approval = Approval(
        of: proposal.id, by: given.approver, at: given.time, source: given.source, transitions: proposal.transitions,
        authors: claim.authors, objection: given.objection)
      let isKnown = recorded[proposal.id]?.approvals.contains { other in
        var other = other
        other.key = nil
        return other == approval
      } ?? false
      if isKnown {
        outcome.known += 1
        continue
      }
      try book.approve(approval, by: who, at: now)
      recorded[proposal.id]?.approvals.append(approval)
      outcome.approvals += 1
    }
  }

  // MARK: Trailers

  /// In lower case, as git compares them.
  private static let approvingTrailers: Set<String> = ["reviewed-by", "approved-by", "signed-off-by", "acked-by"]

  /// What the trailers of a commit claim; nil where they claim nothing.
  private func claim(_ commit: SourceCommit, _ step: SourceHistory.Step, _ merged: [Signature]) -> Claim? {
    func people(_ isWanted: (String) -> Bool) -> [Account] {
      commit.trailers.filter { isWanted($0.key.lowercased()) && $0.value.hasSuffix(">") && $0.value.contains(" <") }
        .map { .author($0.value) }
    }
    let approvers = people(ReviewImporter.approvingTrailers.contains)
    guard !approvers.isEmpty else { return nil }
    // Who merged may be who reviewed; the work is that of the commits that were merged.
    let authors = (merged.isEmpty ? [commit.author] : merged).map { Account.author($0) } + people { $0 == "co-authored-by" }
    return Claim(
      title: commit.subject, origin: origin(step), authors: ReviewImporter.unique(authors),
      approvals: ReviewImporter.unique(approvers).map { ($0, commit.committer.time, .trailers, nil) })
  }

  private func origin(_ step: SourceHistory.Step) -> String { "commit \(step.commit) of \(repository.name)" }

  // MARK: Exports

  private func claim(
    _ request: MergeRequest, _ step: SourceHistory.Step, _ parents: [ObjectName], _ merged: [Signature]
  ) -> Claim {
    // What a merge brought is its second parent; a squash has none, and the export's word is all there is.
    let brought = parents.count > 1 ? parents[1].description : nil
    let mismatch = brought.flatMap { $0 == request.head ? nil : "the commit brought \($0.prefix(10)), and not the head of the request" }
    let own = request.author.map { request.isByBot ? [] : [$0] } ?? []
    return Claim(
      title: request.title.isEmpty ? request.name : request.title, origin: "\(request.name), \(origin(step))",
      authors: ReviewImporter.unique(own + request.authors + merged.map { .author($0) }),
      approvals: request.reviews.map { ($0.reviewer, $0.time, request.source, request.objection(to: $0) ?? mismatch) })
  }

  private static func unique(_ accounts: [Account]) -> [Account] {
    accounts.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}
