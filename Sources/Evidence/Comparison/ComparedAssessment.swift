package import Controls
internal import KubeModel

/// What a comparison needs of an assessment: of one that was just made, or of one that a report has kept.
package struct ComparedAssessment: Sendable, Hashable {
  package struct Control: Sendable, Hashable {
    package let id: String
    package let title: String
    package let status: ControlStatus
  }

  /// A finding that was open at the end.
  package struct Finding: Sendable, Hashable {
    package let check: String
    package let fingerprint: String
    package let subject: CheckResult.Subject
    package let message: String
    package let storePath: String?
    /// The waiver that covered it, by its id.
    package let waiver: String?

    /// The same finding in another assessment has the same key.
    package var key: String { ComparedAssessment.key(check, fingerprint) }
  }

  package let cluster: String
  package let uid: String?
  package let scope: String
  package let framework: String
  package let frameworkVersion: String
  package let frameworkDigest: String
  /// In milliseconds since 1970; empty for a moment.
  package let period: Range<Int64>
  /// The snapshot in force at the end.
  package let commit: String
  package let isComplete: Bool
  package let knowsEnforcement: Bool
  /// Kinds that the last reading did not read, with the namespace where one was told.
  package let unread: Set<String>
  /// Milliseconds of the period in which nobody looked.
  package let unobserved: Int64
  package let controls: [Control]
  package let findings: [Finding]
  /// What came of each subject at the end, by check.
  package let outcomes: [String: [CheckResult.Subject: ControlStatus]]
}

extension ComparedAssessment {
  package init(_ assessment: Assessment) {
    cluster = assessment.subject.cluster
    uid = assessment.subject.uid
    scope = assessment.subject.scope
    framework = assessment.framework.id
    frameworkVersion = assessment.framework.version
    frameworkDigest = assessment.framework.digest
    period = assessment.period
    commit = assessment.subject.commit
    isComplete = assessment.isComplete
    knowsEnforcement = assessment.enforcement.isKnown
    unread = Set(
      assessment.coverage.filter { $0.unreadReason != nil }
        .map { ComparedAssessment.place(kind: $0.qualifiedName, namespace: $0.namespace) })
    unobserved = assessment.observed.gaps.reduce(0) { $0 + ($1.range.upperBound - $1.range.lowerBound) }
    controls = assessment.controls.map { Control(id: $0.control.id, title: $0.control.title, status: $0.status) }
    findings = assessment.checks.flatMap { assessed in
      assessed.findings.filter(\.isOpen).map {
        Finding(
          check: assessed.check.id, fingerprint: $0.fingerprint, subject: $0.finding.subject, message: $0.finding.message,
          storePath: $0.finding.storePath, waiver: $0.waiver)
      }
    }
    outcomes = Dictionary(
      assessment.checks.map { assessed in
        (assessed.check.id, ComparedAssessment.heaviest(assessed.result.outcomes.map { ($0.subject, $0.status) }))
      }, uniquingKeysWith: { first, _ in first })
  }

  static func key(_ check: String, _ fingerprint: String) -> String { "\(check) \(fingerprint)" }

  static func place(kind: String, namespace: String?) -> String { namespace.map { "\(kind) in \($0)" } ?? kind }

  /// The heaviest status of each subject, of which a check may say several things.
  static func heaviest(_ outcomes: [(CheckResult.Subject, ControlStatus)]) -> [CheckResult.Subject: ControlStatus] {
    Dictionary(outcomes) { StatusTally([$0, $1]).rollUp ?? $0 }
  }

  /// Whether the check could not be answered where the subject stands, so that the lack of a finding says nothing.
  func isUnanswered(_ check: String, _ subject: CheckResult.Subject) -> Bool {
    guard let outcomes = outcomes[check] else { return true }
    if let own = outcomes[subject] { return [.notEvaluated, .error].contains(own) }
    return outcomes.contains { other, status in
      [.notEvaluated, .error].contains(status) && (other.scope == nil || other.scope == subject.scope)
    }
  }
}
