import Controls

@testable import Evidence

extension ComparedAssessment {
  /// The same with other findings and outcomes, in the quarter before.
  func before(findings: [Finding], outcomes: [String: [CheckResult.Subject: ControlStatus]]) -> ComparedAssessment {
    let length = period.upperBound - period.lowerBound
    return ComparedAssessment(
      cluster: cluster, uid: uid, scope: scope, framework: framework, frameworkVersion: frameworkVersion,
      frameworkDigest: frameworkDigest, period: period.lowerBound - length..<period.upperBound - length, commit: commit,
      isComplete: isComplete, knowsEnforcement: knowsEnforcement, unread: unread, unobserved: unobserved, controls: controls,
      findings: findings, outcomes: outcomes)
  }

  /// The quarter before: of each finding there was another, and one check had no answer.
  var predecessor: ComparedAssessment {
    let others = findings.map {
      Finding(
        check: $0.check, fingerprint: Sample.digest(9), subject: $0.subject, message: $0.message, storePath: $0.storePath,
        waiver: nil)
    }
    let unlooked = Finding(
      check: "NP-COV-03", fingerprint: Sample.digest(8), subject: .cluster(cluster), message: Sample.hostile, storePath: "/../a",
      waiver: nil)
    return before(findings: Array(findings.prefix(1)) + others + [unlooked], outcomes: outcomes)
  }
}
