import KubeModel

extension Check {
  /// Workloads in `default` sit outside of any boundary that someone drew.
  static let defaultNamespace = Check(
    id: "NP-COV-07", title: "No workload runs in the namespace `default`",
    reason: "Namespaces are the boundary that policies are written for; `default` belongs to no one.",
    remedy: "Move the workload to a namespace of its own.", restsOnEnforcement: false
  ) { context, check in
    guard !context.namespaces.isEmpty else {
      return CheckResult(
        check, population: "namespaces", outcomes: [], findings: [], empty: CheckContext.nothingRead)
    }
    let subject = CheckContext.subject("default")
    let workloads = context.workloadsByNamespace["default"] ?? []
    let findings = workloads.map { workload in
      CheckResult.Finding(
        subject: CheckContext.subject(workload), message: "runs in the namespace default",
        storePath: context.path(of: workload), yamlPath: "metadata.namespace",
        remedy: "Move it to a namespace of its own.", remedyYAML: nil)
    }
    let outcome: CheckResult.Outcome
    if !workloads.isEmpty {
      outcome = .init(subject: subject, status: .fail, reason: "\(workloads.count) workloads run in it")
    } else if let reason = context.unreadWorkloads("default") {
      outcome = .init(subject: subject, status: .notEvaluated, reason: reason)
    } else {
      outcome = .init(subject: subject, status: .pass, reason: "")
    }
    return CheckResult(
      check, population: "namespaces", outcomes: [outcome], findings: findings,
      empty: CheckContext.nothingRead)
  }
}
