import KubeModel

extension Check {
  /// Pods on the host's network have the node's address; pod policy does not reach them.
  static let hostNetwork = Check(
    id: "NP-COV-06", title: "No workload runs on the host's network",
    reason: "Network policy does not apply to pods with hostNetwork: true.",
    remedy: "Set hostNetwork to false, or justify the workload (CNI agents and kube-proxy need it).",
    restsOnEnforcement: false
  ) { context, check in
    var findings: [CheckResult.Finding] = []
    let outcomes = context.workloads.map { workload -> CheckResult.Outcome in
      let subject = CheckContext.subject(workload)
      guard workload.variants.contains(where: \.hostNetwork) else {
        return .init(subject: subject, status: .pass, reason: "")
      }
      findings.append(
        .init(
          subject: subject, message: "runs on the host's network, outside of network policy",
          storePath: context.path(of: workload), yamlPath: "spec.pods",
          remedy: "Remove hostNetwork from its pod template, or justify it.", remedyYAML: nil))
      return .init(subject: subject, status: .fail, reason: "hostNetwork: true")
    }
    return CheckResult(
      check, population: "workloads", outcomes: outcomes + unseenWorkloads(context), findings: findings,
      empty: context.namespaces.isEmpty
        ? CheckContext.nothingRead : (.notApplicable, "there are no workloads"))
  }
}
