import KubeModel

extension Check {
  /// Existence only: the literal reading of CIS 5.3.2. Every namespace counts, those of the system too.
  static let namespaceHasPolicy = Check(
    id: "NP-COV-01", title: "Each namespace has at least one network policy",
    reason: "The CIS benchmark asks that policies exist. That one exists does not mean that it protects.",
    remedy: "Add a policy to the namespace.", restsOnEnforcement: false
  ) { context, check in
    var findings: [CheckResult.Finding] = []
    let covered = Set(
      context.state.entries.filter { $0.type.role == .policy }.compactMap(\.object.namespace))
    var outcomes = context.namespaces.map { namespace -> CheckResult.Outcome in
      let subject = CheckContext.subject(namespace)
      if covered.contains(namespace) { return .init(subject: subject, status: .pass, reason: "") }
      for type in ResourceCatalog.all where type.role == .policy && type.isNamespaced {
        guard let reason = context.state.unreadReason(type, namespace: namespace) else { continue }
        return .init(
          subject: subject, status: .notEvaluated, reason: "\(type.qualifiedName) unread: \(reason)")
      }
      findings.append(
        .init(
          subject: subject, message: "has no network policy", storePath: context.namespacePaths[namespace],
          yamlPath: nil,
          remedy: "Add a default-deny policy to namespace '\(namespace)', then allow what is needed.",
          remedyYAML: Remedies.defaultDeny(namespace, ["Ingress", "Egress"])))
      return .init(subject: subject, status: .fail, reason: "no network policy")
    }
    if let unseen = context.unseenNamespaces { outcomes.append(unseen) }
    return CheckResult(
      check, population: "namespaces", outcomes: outcomes, findings: findings,
      empty: CheckContext.nothingRead)
  }
}
