import KubeModel

extension Check {
  /// What was not read cannot be judged; a 403 is a gap, not a pass.
  static let kindsRead = Check(
    id: "NP-POP-01", title: "Each kind was read",
    reason: "A conclusion holds only for what was looked at.",
    remedy: "Grant what deploy/rbac.yaml lists, or add the missing lists to the dump.",
    restsOnEnforcement: false
  ) { context, check in
    var findings: [CheckResult.Finding] = []
    let outcomes = context.state.coverage.map { kind -> CheckResult.Outcome in
      let subject = CheckResult.Subject(
        kind: "Kind", namespace: kind.namespace, name: kind.qualifiedName)
      guard let reason = kind.unreadReason else {
        return .init(subject: subject, status: .pass, reason: "")
      }
      findings.append(
        .init(
          subject: subject, message: "unread: \(reason)", storePath: nil, yamlPath: nil,
          remedy: "Make '\(kind.qualifiedName)' readable and take a snapshot.", remedyYAML: nil))
      return .init(subject: subject, status: .notEvaluated, reason: reason)
    }
    return CheckResult(
      check, population: "kinds", outcomes: outcomes, findings: findings,
      empty: (.notEvaluated, "no reading tells what was looked at"))
  }
}
