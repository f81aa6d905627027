import KubeModel
import Reachability

extension Check {
  /// Templates without running pods count as selected: they can run tomorrow.
  static let danglingPolicy = Check(
    id: "NP-RULE-09", title: "Each policy selects at least one workload",
    reason: "A policy that selects nothing looks like protection in a list and is none.",
    remedy: "Correct the selector, or remove the policy.", restsOnEnforcement: false
  ) { context, check in
    var findings: [CheckResult.Finding] = []
    var outcomes: [CheckResult.Outcome] = []
    for namespace in context.namespaces {
      let variants = (context.workloadsByNamespace[namespace] ?? []).flatMap(\.variants)
      for (policy, path) in context.isolation.policies[namespace] ?? [] {
        let subject = CheckResult.Subject(
          kind: "NetworkPolicy", namespace: namespace, name: policy.name)
        // A policy for every pod is meant for pods to come.
        let selects =
          policy.podSelector.isEmpty || variants.contains { policy.podSelector.matches($0.labels) }
        if let defect = policy.defect {
          outcomes.append(.init(subject: subject, status: .notEvaluated, reason: defect))
        } else if selects {
          outcomes.append(.init(subject: subject, status: .pass, reason: ""))
        } else if let reason = context.unreadWorkloads(namespace) {
          outcomes.append(.init(subject: subject, status: .notEvaluated, reason: reason))
        } else {
          findings.append(
            .init(
              subject: subject, message: "selects no workload", storePath: path,
              yamlPath: "spec.podSelector", remedy: "Correct the selector, or remove the policy.",
              remedyYAML: nil))
          outcomes.append(.init(subject: subject, status: .fail, reason: "selects no workload"))
        }
      }
    }
    return CheckResult(
      check, population: "policies", outcomes: outcomes + context.unjudgedPolicies, findings: findings,
      empty: context.namespaces.isEmpty
        ? CheckContext.nothingRead : (.notApplicable, "there are no NetworkPolicies"))
  }
}
