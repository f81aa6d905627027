import KubeModel
import Reachability

extension Check {
  /// Templates without running pods count as selected: they can run tomorrow. A policy for every pod of its namespace is
  /// meant for pods to come. One that stands in no namespace is looked for in all of them.
  static let danglingPolicy = Check(
    id: "NP-RULE-09", title: "Each policy selects at least one workload",
    reason: "A policy that selects nothing looks like protection in a list and is none.",
    remedy: "Correct the selector, or remove the policy.", population: "policies", whenNone: "there are no policies",
    .both(
      { dangling($0.policies, unread: $0.unreadWorkloads) },
      .init { type, namespace in NamespaceParts.isShared(type, namespace) || type == ResourceCatalog.workloads }
    ) { context in
      guard context.state.entries.contains(where: { $0.type.isPolicy && $0.object.namespace == nil }) else {
        return dangling(context.clusterPolicies, unread: nil)
      }
      let part = context.state.part(
        context.state.entries.filter {
          NamespaceParts.isShared($0.type, $0.object.namespace) || $0.type == ResourceCatalog.workloads
        })
      let unread = ResourceCatalog.all.lazy.filter { $0.role == .folded }
        .compactMap { type in part.unreadReason(type).map { "\(type.qualifiedName) unread: \($0)" } }.first
      return dangling(PolicyScope(nil, part, context.rulings), unread: unread)
    })

  private static func dangling(_ scope: PolicyScope, unread: String?) -> CheckAnswer {
    scope.answer { standing, _, answer in
      let subject = scope.subject(standing.identity)
      if standing.isSelecting { return answer.add(subject, .pass) }
      if let unread { return answer.add(subject, .notEvaluated, unread) }
      answer.findings.append(
        .init(
          subject: subject, message: "selects no workload", storePath: standing.identity.path, yamlPath: standing.subjectPath,
          remedy: "Correct the selector, or remove the policy."))
      answer.add(subject, .fail, "selects no workload")
    }
  }
}
