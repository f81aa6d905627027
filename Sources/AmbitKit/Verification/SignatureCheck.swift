internal import Integrity
internal import KubeModel

/// Judges the signatures of one ref's commits, oldest first.
struct SignatureCheck {
  let allowed: AllowedSigners?
  let revoked: RevokedKeys
  let isRequired: Bool
  /// From the first signed commit on, one without a signature is no commit of the signer's.
  private var hasBegun = false

  init(allowed: AllowedSigners?, revoked: RevokedKeys, isRequired: Bool) {
    self.allowed = allowed
    self.revoked = revoked
    self.isRequired = isRequired
  }

  enum Verdict {
    case good
    /// As was every one before it.
    case unsigned
    case finding(StoreFinding.Code, String)
  }

  /// - Parameter time: the committer's, in seconds since 1970.
  mutating func judge(_ commit: [UInt8], at time: Int64) -> Verdict {
    let parts: CommitSignature.Parts?
    do {
      parts = try CommitSignature.split(commit)
    } catch {
      return .finding(.badSignature, error.message)
    }
    guard let parts else {
      if isRequired { return .finding(.unsigned, "the commit is not signed") }
      return hasBegun ? .finding(.unsigned, "the commit is not signed, and earlier ones are") : .unsigned
    }
    hasBegun = true
    let verdict = SignatureVerdict.of(
      armor: parts.armor, over: parts.payload, namespace: "git", at: time, allowed: allowed ?? AllowedSigners(text: ""),
      revoked: revoked)
    switch verdict {
    case .good: return .good
    case .unreadable(let error): return .finding(.badSignature, error.message)
    case .bad(let key):
      return .finding(.badSignature, "the commit is not what \(key.fingerprint) signed: it was changed afterwards")
    case .otherNamespace(let key, let namespace):
      return .finding(.badSignature, "\(key.fingerprint) signed it for '\(namespace.prefix(64))', and not as a commit")
    case .revoked(let key): return .finding(.untrustedSignature, "\(key.fingerprint), which signed it, was revoked")
    case .refused(let key, let refusal):
      guard allowed != nil else { return .good }
      return .finding(.untrustedSignature, "\(key.fingerprint), which signed it, \(SignatureCheck.words(refusal))")
    }
  }

  private static func words(_ refusal: AllowedSigners.Refusal) -> String {
    func text(_ seconds: Int64) -> String { Moment(milliseconds: seconds * 1000).text }
    return switch refusal {
    case .unknownKey: "is not among the allowed signers"
    case .otherNamespace(let line): "may not sign commits (line \(line) of the allowed signers)"
    case .notYetValid(let line, let from): "may sign from \(text(from)) on only (line \(line) of the allowed signers)"
    case .expired(let line, let last): "might sign until \(text(last)) only (line \(line) of the allowed signers)"
    }
  }
}
