internal import Integrity
package import KubeModel
internal import Registers
package import Reviews
internal import SnapshotStore

/// Proposals and approvals: `refs/ambit/reviews/`.
///
/// Each is a commit with one file. Every store has a line of its own; what all of them hold adds up, in any order.
package struct ReviewBook {
  /// A proposal with what was said of it.
  package struct Review: Sendable {
    package let proposal: Proposal
    /// The oldest first.
    package internal(set) var approvals: [Approval] = []
  }

  static let file = "record.yaml"
  private let ambit: Ambit

  package init(_ ambit: Ambit) { self.ambit = ambit }

  /// Whether anything was ever recorded.
  package var isEmpty: Bool { get throws { try ambit.store.heads(of: .reviews).isEmpty } }

  // MARK: Writing

  /// Records a proposal, unless the very same change is proposed already.
  ///
  /// - Returns: whether it is new.
  @discardableResult
  package func propose(_ proposal: Proposal, by who: Journal.Operator) throws -> Bool {
    guard try reviews()[proposal.id] == nil else { return false }
    try add(proposal, by: who)
    return true
  }

  /// Records a proposal that is known not to be recorded yet.
  func add(_ proposal: Proposal, by who: Journal.Operator) throws {
    let subject = "proposal \(proposal.id.prefix(12)): \(proposal.title)"
    try record(proposal.value, subject, [("Ambit-Review", proposal.id)], by: who, at: proposal.time)
  }

  /// Records an approval, signed where the store signs; durable when this returns.
  package func approve(_ approval: Approval, by who: Journal.Operator, at time: Moment) throws {
    let subject = "approval of \(approval.proposal.prefix(12)) by \(approval.approver.text)"
    let trailers = [("Ambit-Review", approval.proposal), ("Ambit-Approver", approval.approver.text), ("Ambit-Review-Source", approval.source.rawValue)]
    try record(approval.value, subject, trailers, by: who, at: time.seconds)
  }

  private func record(
    _ value: Value, _ subject: String, _ trailers: [(key: String, value: String)], by who: Journal.Operator, at time: Int64
  ) throws {
    var trailers = [("Ambit-Kind", StoreLine.reviews.kind)] + trailers + [("Ambit-Operator", who.text)]
    if let key = ambit.signingKey?.publicKey.fingerprint { trailers.append(("Ambit-Signing-Key", key)) }
    trailers.append(("Ambit-Version", Ambit.version))
    _ = try ambit.store.append(
      [ReviewBook.file: CanonicalYAML.bytes(of: value)],
      CommitText(
        author: Signature(name: who.user, email: who.text, time: time),
        committer: Signature(name: "Ambit", email: "ambit@localhost", time: time), subject: subject, trailers: trailers),
      to: .reviews)
  }

  // MARK: Reading

  /// Every review by the id of its proposal; what does not read is left out, and told by `ambit verify`.
  ///
  /// Costs a look at each record, and at each signature.
  package func reviews() throws -> [String: Review] {
    var reviews: [String: Review] = [:]
    var approvals: [Approval] = []
    let store = ambit.store
    for head in try store.heads(of: .reviews) {
      for name in try store.history(from: head) {
        let bytes = try store.commitBytes(name)
        let commit = try CommitRecord(name: name, bytes: bytes)
        guard let blob = try store.blob(at: ReviewBook.file, in: commit.tree),
          let value = CanonicalYAML.value(of: try store.read(blob))
        else { continue }
        if let proposal = Proposal(value, time: commit.committer.time) {
          // Of two stores that propose the same change, the first one is told.
          if let other = reviews[proposal.id]?.proposal, other.time <= proposal.time { continue }
          reviews[proposal.id] = Review(proposal: proposal)
        } else if var approval = Approval(value) {
          approval.key = ReviewBook.key(of: bytes, at: commit.committer.time)
          // What is not imported was given when it was recorded, whatever its text says.
          guard approval.source != .ambit || approval.time == commit.committer.time else { continue }
          approvals.append(approval)
        }
      }
    }
    for approval in approvals.sorted(by: { ($0.time, $0.approver.text) < ($1.time, $1.approver.text) }) {
      guard reviews[approval.proposal]?.approvals.contains(approval) == false else { continue }
      reviews[approval.proposal]?.approvals.append(approval)
    }
    return reviews
  }

  /// The fingerprint of the key that signed a commit; nil where it is not signed, or the signature is not good.
  private static func key(of commit: [UInt8], at time: Int64) -> String? {
    guard let parts = try? CommitSignature.split(commit) else { return nil }
    // Whether the key may, the register of identities says.
    let verdict = SignatureVerdict.of(
      armor: parts.armor, over: parts.payload, namespace: "git", at: time, allowed: AllowedSigners(text: ""))
    guard case .refused(let key, _) = verdict else { return nil }
    return key.fingerprint
  }

  /// The review that an id, or the beginning of one, names.
  package func review(_ id: String) throws -> Review {
    let reviews = try reviews()
    let matches = reviews.keys.filter { $0.hasPrefix(id.lowercased()) }.sorted()
    if let only = matches.first, matches.count == 1, id.utf8.count >= 4, let review = reviews[only] { return review }
    throw AmbitError(
      matches.count > 1 ? .usage : .notFound,
      matches.count > 1 ? "'\(id)' begins \(matches.count) ids: \(matches.prefix(5).map { String($0.prefix(20)) }.joined(separator: ", "))" : "there is no proposal '\(id)'",
      hint: "see them with `ambit review list`; at least 4 digits of an id name it")
  }
}
