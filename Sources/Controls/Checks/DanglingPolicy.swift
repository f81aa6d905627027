import KubeModel
import Reachability

extension Check {
  /// Templates without running pods count as selected: they can run tomorrow.
  static let danglingPolicy = Check(
    id: "NP-RULE-09", title: "Each policy selects at least one workload",
    reason: "A policy that selects nothing looks like protection in a list and is none.",
    remedy: "Correct the selector, or remove the policy.", population: "policies", whenNone: "there are no NetworkPolicies",
    .namespaces { context in
      var answer = CheckAnswer()
      let variants = context.workloads.flatMap(\.variants)
      for (policy, path) in context.isolation.policies[context.name] ?? [] {
        let subject = CheckResult.Subject(kind: "NetworkPolicy", namespace: context.name, name: policy.name)
        // A policy for every pod is meant for pods to come.
        let selects = policy.podSelector.isEmpty || variants.contains { policy.podSelector.matches($0.labels) }
        if let defect = policy.defect {
          answer.add(subject, .notEvaluated, defect)
        } else if selects {
          answer.add(subject, .pass)
        } else if let reason = context.unreadWorkloads {
          answer.add(subject, .notEvaluated, reason)
        } else {
          answer.findings.append(
            .init(
              subject: subject, message: "selects no workload", storePath: path, yamlPath: "spec.podSelector",
              remedy: "Correct the selector, or remove the policy."))
          answer.add(subject, .fail, "selects no workload")
        }
      }
      answer.outcomes += context.unjudgedPolicies
      return answer
    })
}
