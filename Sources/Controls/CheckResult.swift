/// The answer of a check.
package struct CheckResult: Sendable {
  /// What the answer is about, one by one: a namespace, a workload, a policy, a kind.
  package struct Outcome: Sendable, Hashable {
    package let subject: Subject
    package let status: ControlStatus
    /// Why; empty for a plain pass.
    package let reason: String
  }

  /// A thing in the cluster that is named in a result.
  package struct Subject: Sendable, Hashable {
    package let kind: String
    package let namespace: String?
    package let name: String

    package var title: String { "\(kind) \(namespace.map { "\($0)/" } ?? "")\(name)" }
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
  }

  package let check: Check
  package let status: ControlStatus
  package let outcomes: [Outcome]
  package let findings: [Finding]
  /// What the outcomes are counted in: `namespaces`, `workloads`, …
  package let population: String
  /// Why, in a sentence.
  package let explanation: String

  /// The result for one namespace: what is said of it, of what stands in it, and of the cluster as a whole,
  /// whose gaps are its own.
  package func narrowed(to namespace: String) -> CheckResult {
    func isIn(_ subject: Subject) -> Bool {
      if subject.kind == "Namespace" { return subject.name == namespace }
      return subject.namespace.map { $0 == namespace } ?? true
    }
    return CheckResult(
      check, population: population, outcomes: outcomes.filter { isIn($0.subject) },
      findings: findings.filter { isIn($0.subject) },
      empty: (.notApplicable, "nothing in namespace '\(namespace)' that it applies to"))
  }

  package var passed: Int { outcomes.count { $0.status == .pass } }
  /// Outcomes that count: what does not apply is not in the denominator.
  package var counted: Int { outcomes.count { $0.status != .notApplicable } }
  package var notEvaluated: [Outcome] { outcomes.filter { $0.status == .notEvaluated } }

  /// Adds outcomes up: one failure fails, else one that is not known leaves it unknown.
  ///
  /// Nothing to judge is never a pass.
  init(
    _ check: Check, population: String, outcomes: [Outcome], findings: [Finding],
    empty: (status: ControlStatus, reason: String)
  ) {
    self.check = check
    self.population = population
    self.outcomes = outcomes
    self.findings = findings
    let counted = outcomes.filter { $0.status != .notApplicable }
    func count(_ status: ControlStatus) -> Int { counted.count { $0.status == status } }
    if counted.isEmpty {
      status = empty.status
      explanation = empty.reason
    } else if count(.fail) > 0 {
      status = .fail
      explanation = "\(count(.fail)) of \(counted.count) \(population) fail"
    } else if count(.notEvaluated) > 0 {
      status = .notEvaluated
      explanation =
        "\(count(.notEvaluated)) of \(counted.count) \(population) could not be judged: "
        + (counted.first { $0.status == .notEvaluated }?.reason ?? "")
    } else {
      status = .pass
      explanation = "\(counted.count) of \(counted.count) \(population) pass"
    }
  }
}
