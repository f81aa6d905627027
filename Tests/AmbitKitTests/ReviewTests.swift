import AmbitKit
import ClusterReader
import Foundation
import HistoryIndex
import Integrity
import KubeModel
import Registers
import Reviews
import SnapshotStore
import Testing

/// Proposals and approvals in a store, and the verdicts on a cluster's changes that come of them.
@Suite struct ReviewTests {
  private static let who = Journal.Operator(user: "ann", host: "desk")
  private let fixture: StoreFixture
  private let source: SourceFixture
  private var book: ReviewBook { ReviewBook(fixture.ambit) }

  init() throws {
    fixture = try StoreFixture()
    source = try SourceFixture()
  }

  // MARK: Doing

  private func putIdentities(keys: String = "[]", at time: Int64 = 1_600_000_000) throws {
    let text = """
      apiVersion: ambit/v1
      kind: Identities
      spec:
        people:
          - {name: alice, emails: [alice@example.com], github: [alice], gitlab: [alice]}
          - {name: bob, emails: [bob@example.com], github: [bobby], gitlab: [bob], keys: \(keys)}
          - {name: carol, emails: [carol@example.com], github: [carol], gitlab: [carol]}
        acceptedSources: [signed, ambit, trailers, github, gitlab]
      """
    _ = try RegisterBook(fixture.ambit).put(
      [("ids", Array(text.utf8))], message: nil, by: ReviewTests.who, at: Moment(milliseconds: time * 1000))
  }

  private func propose(_ text: String, at time: Moment) throws -> Proposal {
    let history = try ClusterHistory(fixture.ambit, cluster: "c", now: time)
    let made = try ProposalMaker.made(of: InputFiles(name: "in", bytes: Array(text.utf8)), onto: history, at: nil)
    let proposal = Proposal(made.transitions, title: "t", authors: [.person("alice")], origin: "test", time: time.seconds)
    try book.propose(proposal, by: ReviewTests.who)
    return proposal
  }

  private func approve(_ proposal: Proposal, by person: String = "bob", at time: Moment) throws {
    try book.approve(
      Approval(
        of: proposal.id, by: .person(person), at: time.seconds, source: .ambit, transitions: proposal.transitions,
        authors: proposal.authors), by: ReviewTests.who, at: time)
  }

  /// `name step: verdict` of each change, the oldest first, without the cluster's own facts.
  private func verdicts(_ cluster: String = "c") throws -> [String] {
    let history = try ClusterHistory(fixture.ambit, cluster: cluster, now: Moment(milliseconds: 1_900_000_000_000))
    let entries = try history.ambit.index.read { try $0.changes(cluster, .init()) }.filter { $0.change.id.resource != "cluster" }
    return zip(entries, try ReviewHistory(history).verdicts(on: entries)).reversed().map { entry, verdict in
      "\(entry.change.id.name) \(entry.change.step): \(verdict.status.rawValue)\(verdict.approver.map { " by \($0)" } ?? "")"
    }
  }

  private func server(_ name: String, port: Int, type: String = "") -> String {
    // As a server gives it back: with a uid, defaults, and what it keeps for itself.
    """
    {"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicyList","metadata":{"resourceVersion":"1"},"items":[{"metadata":\
    {"name":"\(name)","namespace":"shop","uid":"u","resourceVersion":"9","labels":{"app.kubernetes.io/instance":"shop"},\
    "annotations":{"argocd.argoproj.io/tracking-id":"x"}},"spec":{"podSelector":{},"policyTypes":["Ingress"],"ingress":\
    [{"ports":[{"port":\(port),"protocol":"TCP"}]}]}}]}
    """
  }

  // MARK: Approvals in the store

  @Test func `what was approved as a manifest is reviewed as the object that the server made of it`() throws {
    try putIdentities()
    try fixture.record([server("a", port: 80)])
    let proposal = try propose(SourceFixture.policy("a", port: 443), at: fixture.nextTime())
    try approve(proposal, at: fixture.nextTime())
    try fixture.record([server("a", port: 443)], at: fixture.nextTime())
    // Between the reading before, which is complete, and this one the approval was given: which came first is not known.
    #expect(try verdicts() == ["a added: not-needed", "a modified: undetermined by bob"])
  }

  @Test func `an approval before the last reading that shows the old state came first`() throws {
    try putIdentities()
    try fixture.record([SourceFixture.policy("a")])
    let proposal = try propose(SourceFixture.policy("a", port: 443), at: fixture.nextTime())
    try approve(proposal, at: fixture.nextTime())
    try fixture.record([SourceFixture.policy("a")])
    try fixture.record([SourceFixture.policy("a", port: 443)])
    try fixture.record([SourceFixture.policy("a", port: 22)])
    #expect(try verdicts() == ["a added: not-needed", "a modified: reviewed by bob", "a modified: unreviewed"])
    try approve(propose(SourceFixture.policy("a", port: 22), at: fixture.nextTime()), at: fixture.nextTime())
  }

  @Test func `the same change has the same id, and is recorded once`() throws {
    try fixture.record([SourceFixture.policy("a")])
    let first = try propose(SourceFixture.policy("a", port: 443), at: fixture.nextTime())
    let second = try propose("# again\n" + SourceFixture.policy("a", port: 443), at: fixture.nextTime())
    #expect(first.id == second.id)
    #expect(try fixture.git("rev-list", "--count", "--glob=refs/ambit/reviews") == "1\n")
    #expect(try book.review(String(first.id.prefix(6))).proposal.time == first.time)
    #expect(throws: AmbitError.self) { try book.review("ffff") }
  }

  @Test func `an approval signed by a person's key is that person's, and verify follows it`() throws {
    let (key, allowed) = try SignerFixture.make()
    try putIdentities(keys: "[\"\(key.publicKey.fingerprint)\"]")
    try fixture.record([SourceFixture.policy("a")])
    let proposal = try propose(SourceFixture.policy("a", port: 443), at: fixture.nextTime())
    fixture.ambit.sign(with: key)
    try approve(proposal, by: "nobody", at: fixture.nextTime())
    #expect(try book.review(proposal.id).approvals.map(\.key) == [key.publicKey.fingerprint])
    var options = StoreVerifier.Options()
    options.allowedSigners = allowed
    let report = try StoreVerifier(Ambit(path: fixture.path), options).run()
    #expect(report.isGood && report.entries["review"] == 2, "\(report.findings)")
    // What was changed afterwards is signed by no one.
    let reference = try #require(fixture.ambit.store.ownReference(of: .reviews))
    try fixture.rewrite(reference, reference) { $0.replacing("Ambit-Approver: nobody", with: "Ambit-Approver: noone!") }
    #expect(try book.review(proposal.id).approvals.map(\.key) == [nil])
    #expect(try StoreVerifier(Ambit(path: fixture.path), options).run().findings.contains { $0.code == .badSignature })
  }

  @Test func `what two stores hold adds up`() async throws {
    let server = "\(fixture.path).server"
    defer { try? FileManager.default.removeItem(atPath: server) }
    _ = try fixture.git("init", "--quiet", "--bare", server)
    let other = try StoreFixture()
    try fixture.record([SourceFixture.policy("a")])
    let proposal = try propose(SourceFixture.policy("a", port: 443), at: fixture.nextTime())
    let theirs = ReviewBook(other.ambit)
    try theirs.propose(proposal, by: Journal.Operator(user: "ben", host: "lap"))
    try theirs.approve(
      Approval(of: proposal.id, by: .person("bob"), at: 1_795_000_000, source: .ambit, transitions: proposal.transitions, authors: []),
      by: ReviewTests.who, at: Moment(milliseconds: 1_795_000_000_000))
    for fixture in [other, fixture] {
      let outcome = try await Synchronizer(fixture.ambit, remote: server, .init(variables: ProcessInfo.processInfo.environment)).run()
      #expect(outcome.failure == nil)
    }
    #expect(try book.review(proposal.id).approvals.map(\.approver) == [.person("bob")])
    #expect(try fixture.ambit.store.heads(of: .reviews).count == 2)
  }

  // MARK: Approvals from elsewhere

  private func repository() async throws -> SourceRepository {
    try await SourceRepository(path: source.path, variables: ProcessInfo.processInfo.environment)
  }

  private func importHistory() async throws {
    _ = try await RepositoryImporter(
      fixture.ambit, from: repository(), .init(path: "k", branch: nil, cluster: "c", now: Moment(milliseconds: 1_790_000_000_000))).run()
  }

  @discardableResult
  private func importReviews(_ exports: String?...) async throws -> ReviewImporter.Outcome {
    let values = exports.compactMap(\.self).flatMap { DocumentReader.documents(Array($0.utf8)).documents.map(\.value) }
    return try await ReviewImporter(fixture.ambit, from: repository(), under: "k", branch: nil).run(
      values.isEmpty ? nil : values, by: ReviewTests.who, at: Moment(milliseconds: 1_790_000_000_000))
  }

  @Test func `trailers of commits are claims of those who are not the authors`() async throws {
    try putIdentities()
    try source.commit(["k/a.yaml": SourceFixture.policy("a")], "one\n\nReviewed-by: Bob <bob@example.com>")
    try source.commit(["k/a.yaml": SourceFixture.policy("a", port: 2)], "two\n\nSigned-off-by: Alice <alice@example.com>")
    try source.commit(["k/a.yaml": SourceFixture.policy("a", port: 3)], "three")
    try source.commit(["k/a.yaml": SourceFixture.policy("a", port: 4)], "four\n\nApproved-by: Eve <eve@example.com>")
    try source.git("checkout", "--quiet", "-b", "feature")
    try source.commit(["k/b.yaml": SourceFixture.policy("b")], "b", as: "carol")
    try source.git("checkout", "--quiet", "main")
    // Bob merges what he reviewed: the work is carol's.
    try source.merge("feature", "Merge b\n\nReviewed-by: Bob <bob@example.com>", as: "bob")
    try await importHistory()
    #expect(try await importReviews().approvals == 4)
    #expect(try verdicts() == [
      "a added: reviewed by bob", "a modified: self-approved by alice", "a modified: unreviewed", "a modified: unreviewed",
      "b added: reviewed by bob",
    ])
    let again = try await importReviews()
    #expect(again.approvals == 0 && again.proposals == 0 && again.known == 4)
  }

  /// A pull request of carol's that brings policy b, merged by erin; gives its head and its merge.
  private func pullRequest() throws -> (head: String, merge: String) {
    try source.commit(["k/a.yaml": SourceFixture.policy("a")])
    try source.git("checkout", "--quiet", "-b", "feature")
    let head = try source.commit(["k/b.yaml": SourceFixture.policy("b")], "b", as: "carol")
    try source.git("checkout", "--quiet", "main")
    return (head, try source.merge("feature", "Merge pull request #7", as: "bob"))
  }

  private func view(_ head: String, _ merge: String, reviews: String) -> String {
    """
    [{"number":7,"url":"https://github.com/acme/deploy/pull/7","title":"Add b","author":{"login":"carol","is_bot":false},
      "mergedAt":"2023-11-15T00:13:20Z","mergeCommit":{"oid":"\(merge)"},"headRefOid":"\(head)",
      "commits":[{"oid":"\(head)","authors":[{"name":"carol","email":"carol@example.com","login":"carol"}]}],"reviews":[\(reviews)]}]
    """
  }

  private func review(_ login: String, _ state: String, _ head: String, minute: Int = 1, isBot: Bool = false) -> String {
    #"{"author":{"login":"\#(login)","is_bot":\#(isBot)},"state":"\#(state)","submittedAt":"2023-11-15T00:0\#(minute):00Z","commit":{"oid":"\#(head)"}}"#
  }

  @Test(arguments: [
    (["bobby APPROVED HEAD 1"], "reviewed by bob"), (["carol APPROVED HEAD 1"], "self-approved by carol"),
    (["bobby APPROVED OLD 1"], "unreviewed"), (["bobby APPROVED HEAD 1", "bobby COMMENTED HEAD 2"], "reviewed by bob"),
    (["bobby APPROVED HEAD 1", "bobby CHANGES_REQUESTED HEAD 2"], "unreviewed"), (["bobby DISMISSED HEAD 1"], "unreviewed"),
    (["stranger APPROVED HEAD 1"], "unreviewed"), (["robot APPROVED HEAD 1 bot"], "unreviewed"),
    (["carol APPROVED HEAD 1", "alice APPROVED HEAD 2"], "reviewed by alice"),
  ])
  func `a review on GitHub counts for the head that was merged, if it stands and is someone else's`(
    _ given: (reviews: [String], verdict: String)
  ) async throws {
    try putIdentities()
    let (head, merge) = try pullRequest()
    let old = try source.head("main~1")
    let reviews = given.reviews.map { text in
      let words = text.split(separator: " ").map(String.init)
      return review(words[0], words[1], words[2] == "HEAD" ? head : old, minute: Int(words[3]) ?? 1, isBot: words.count > 4)
    }
    try await importHistory()
    try await importReviews(view(head, merge, reviews: reviews.joined(separator: ",")))
    #expect(try verdicts().last == "b added: \(given.verdict)")
  }

  @Test func `pulls and reviews of GitHub's API say the same, and a forged head is found in the repository`() async throws {
    try putIdentities()
    let (head, merge) = try pullRequest()
    func pull(_ head: String) -> String {
      """
      {"url":"https://api.github.com/repos/acme/deploy/pulls/7","html_url":"https://github.com/acme/deploy/pull/7","number":7,
       "title":"Add b","user":{"login":"carol","type":"User"},"merged_at":"2023-11-15T00:13:20Z","merge_commit_sha":"\(merge)",
       "head":{"sha":"\(head)"}}
      [{"id":1,"user":{"login":"bobby","type":"User"},"state":"APPROVED","submitted_at":"2023-11-15T00:01:00Z","commit_id":"\(head)",
        "pull_request_url":"https://api.github.com/repos/acme/deploy/pulls/7"}]
      {"something": "else"}
      """
    }
    try await importHistory()
    let other = try source.head("main~1")
    #expect(try await importReviews(pull(other)).others == 1)
    #expect(try verdicts().last == "b added: unreviewed")
    try await importReviews(pull(head))
    #expect(try verdicts().last == "b added: reviewed by bob")
    let unknown = try await importReviews(pull(head).replacing(merge, with: String(repeating: "1", count: 40)))
    #expect(unknown.unmatched == ["github.com/acme/deploy#7"])
  }

  @Test func `an approval on GitLab is of the version that was there when it was given`() async throws {
    try putIdentities()
    let (head, merge) = try pullRequest()
    func export(approvedAt time: String) -> String {
      """
      {"id":70,"iid":7,"project_id":1,"title":"Add b","author":{"username":"carol"},"merged_at":"2023-11-15T00:13:20Z","sha":"\(head)",
       "merge_commit_sha":"\(merge)","references":{"full":"acme/deploy!7"}}
      {"id":70,"iid":7,"project_id":1,"approved_by":[{"user":{"username":"bob"},"approved_at":"\(time)"}]}
      [{"id":1,"head_commit_sha":"\(String(repeating: "0", count: 40))","merge_request_id":70,"created_at":"2023-11-15T00:00:00Z"},
       {"id":2,"head_commit_sha":"\(head)","merge_request_id":70,"created_at":"2023-11-15T00:05:00Z"}]
      """
    }
    try await importHistory()
    try await importReviews(export(approvedAt: "2023-11-15T00:02:00Z"))
    #expect(try verdicts().last == "b added: unreviewed")
    try await importReviews(export(approvedAt: "2023-11-15T00:06:00Z"))
    #expect(try verdicts().last == "b added: reviewed by bob")
  }

  @Test func `a range of commits is proposed with its deletions and its authors`() async throws {
    let base = try source.commit(["k/a.yaml": SourceFixture.policy("a"), "k/b.yaml": SourceFixture.policy("b")])
    try source.commit(["k/a.yaml": nil], "drop a", as: "bob")
    try source.commit(["k/b.yaml": "# a comment\n" + SourceFixture.policy("b")], "say more", as: "carol")
    let made = try await ProposalMaker.made(repository(), range: "\(base)..main", under: "k/")
    #expect(made.transitions.map(\.object.name) == ["a"] && made.transitions[0].to == nil && made.transitions[0].from != nil)
    #expect(made.authors == [.author("bob <bob@example.com>"), .author("carol <carol@example.com>")])
    #expect(made.title == "say more")
  }
}
