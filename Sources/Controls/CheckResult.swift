internal import Integrity

/// The answer of a check.
package struct CheckResult: Sendable {
  /// What the answer is about, one by one: a namespace, a workload, a policy, a kind.
  package struct Outcome: Sendable, Hashable {
    package let subject: Subject
    package let status: ControlStatus
    /// Why; empty for a plain pass.
    package let reason: String

    package init(subject: Subject, status: ControlStatus, reason: String) {
      self.subject = subject
      self.status = status
      self.reason = reason
    }
  }

  /// A thing in the cluster that is named in a result.
  package struct Subject: Sendable, Hashable {
    package let kind: String
    package let namespace: String?
    package let name: String

    package var title: String { "\(kind) \(namespace.map { "\($0)/" } ?? "")\(name)" }

    /// The namespace that it is or stands in; nil for what belongs to the cluster.
    package var scope: String? { kind == "Namespace" ? name : namespace }

    package init(kind: String, namespace: String?, name: String) {
      self.kind = kind
      self.namespace = namespace
      self.name = name
    }

    package static func cluster(_ name: String) -> Subject { Subject(kind: "Cluster", namespace: nil, name: name) }
  }

  /// Something that is not as it should be, and what to do about it.
  package struct Finding: Sendable, Hashable {
    package let subject: Subject
    package let message: String
    /// The subject's file in the store, where it has one.
    package let storePath: String?
    /// The part of that file, such as `spec.ingress[0]`.
    package let yamlPath: String?
    package let remedy: String
    /// YAML to add, where there is one.
    package let remedyYAML: String?

    package init(
      subject: Subject, message: String, storePath: String? = nil, yamlPath: String? = nil, remedy: String,
      remedyYAML: String? = nil
    ) {
      self.subject = subject
      self.message = message
      self.storePath = storePath
      self.yamlPath = yamlPath
      self.remedy = remedy
      self.remedyYAML = remedyYAML
    }

    /// What a waiver names: the same finding has the same one in every state, wherever in its file it stands; what is
    /// said of it is part of it, so that a rule that opens more is another finding.
    package func fingerprint(of check: String) -> String {
      SHA256Digest.hex([check, subject.kind, subject.namespace ?? "", subject.name, message].flatMap { Array($0.utf8) + [0] })
    }
  }

  package let check: Check
  package let status: ControlStatus
  package let outcomes: [Outcome]
  package let findings: [Finding]
  /// Why, in a sentence.
  package let explanation: String

  /// What the outcomes are counted in: `namespaces`, `workloads`, …
  package var population: String { check.population }
  package var passed: Int { outcomes.count { $0.status == .pass } }
  /// Outcomes that count: what does not apply is not in the denominator.
  package var counted: Int { outcomes.count { $0.status != .notApplicable } }
  package var notEvaluated: [Outcome] { outcomes.filter { $0.status == .notEvaluated } }

  /// Adds outcomes up, as `ControlStatus.rollUp` does. Nothing to judge is never a pass.
  ///
  /// - Parameter isAnythingThere: whether the state shows a cluster at all.
  package init(_ check: Check, _ answer: CheckAnswer, isAnythingThere: Bool) {
    self.init(
      check, answer,
      empty: isAnythingThere
        ? (.notApplicable, check.whenNone)
        : (.notEvaluated, "the state holds no namespaces, so there is nothing to judge"))
  }

  init(_ check: Check, _ answer: CheckAnswer, empty: (status: ControlStatus, reason: String)) {
    self.check = check
    outcomes = answer.outcomes
    findings = answer.findings
    let tally = StatusTally(outcomes.map(\.status))
    guard let status = tally.rollUp else {
      self.status = empty.status
      explanation = empty.reason
      return
    }
    self.status = status
    let unknown = answer.outcomes.first { $0.status == .notEvaluated || $0.status == .error }
    explanation = tally.text(of: check.population) + (unknown.map { ": \($0.reason)" } ?? "")
  }

  /// The result for one namespace: what is said of it, of what stands in it, and of the cluster as a whole,
  /// whose gaps are its own.
  package func narrowed(to namespace: String) -> CheckResult {
    func isIn(_ subject: Subject) -> Bool { subject.scope.map { $0 == namespace } ?? true }
    return CheckResult(
      check, CheckAnswer(outcomes.filter { isIn($0.subject) }, findings: findings.filter { isIn($0.subject) }),
      empty: (.notApplicable, "nothing in namespace '\(namespace)' that it applies to"))
  }
}
