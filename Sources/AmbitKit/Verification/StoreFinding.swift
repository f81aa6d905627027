/// Something in a store that is not as Ambit wrote it, or that hides what Ambit wrote.
package struct StoreFinding: Sendable, Hashable {
  /// Stable names of the kinds of findings; `docs/verifying.md` explains each.
  package enum Code: String, Sendable, CaseIterable {
    // What git believes without a look at the commits.
    case replacement, graft, shallow, alternates
    case commitGraph = "commit-graph"
    // Objects.
    case damagedObject = "damaged-object"
    case oversizedObject = "oversized-object"
    case damagedFile = "damaged-file"
    case missingObject = "missing-object"
    case twoContents = "two-contents"
    case malformedTree = "malformed-tree"
    // Refs and commits.
    case brokenRef = "broken-ref"
    case malformedCommit = "malformed-commit"
    case stateDigest = "state-digest"
    case lostState = "lost-state"
    case unobservedState = "unobserved-state"
    case impossibleTime = "impossible-time"
    // Signatures.
    case unsigned
    case badSignature = "bad-signature"
    case untrustedSignature = "untrusted-signature"
    // What was seen earlier, and elsewhere.
    case index
    case rewritten
  }

  package let code: Code
  /// The ref, commit, object or file.
  package let place: String
  package let message: String
  /// A command that inspects or mends it.
  package let command: String?
}

/// What a verification found.
package struct StoreReport: Sendable {
  /// In the order of the work: what git believes, objects, then each cluster.
  package internal(set) var findings: [StoreFinding] = []
  /// Findings that are not listed, as there are many of their kind.
  package internal(set) var unlisted: [StoreFinding.Code: Int] = [:]
  /// What is no finding, and limits what was verified or should be known.
  package internal(set) var notes: [String] = []
  package internal(set) var objects = 0
  /// Commits of the lines that are the whole store's, by the line's kind: `journal`, `register`, `review`.
  package internal(set) var entries: [String: Int] = [:]
  /// Checkpoints that were compared, of the journal and of those that were given.
  package internal(set) var checkpoints = 0
  var timeStamps: [KeptTimeStamp] = []
  package internal(set) var clusters: [ClusterReport] = []
  /// Commits whose signatures are good, and are by a signer that was allowed where a list was given.
  package internal(set) var goodSignatures = 0
  package internal(set) var unsignedCommits = 0

  /// So that neither memory nor paper grows with the damage.
  private static let mostOfKind = 100

  mutating func add(_ code: StoreFinding.Code, _ place: String, _ message: String, _ command: String?) {
    guard findings.count(where: { $0.code == code }) < StoreReport.mostOfKind else {
      unlisted[code, default: 0] += 1
      return
    }
    findings.append(StoreFinding(code: code, place: place, message: message, command: command))
  }

  package var isGood: Bool { findings.isEmpty }
}

/// What was verified of one cluster.
package struct ClusterReport: Sendable, Hashable {
  package let name: String
  package internal(set) var snapshots = 0
  package internal(set) var observations = 0
}
