import KubeModel
import Reachability

extension Check {
  /// Isolated by policies of any kind: what no rule allows is denied. What rules allow is not looked at. Workloads on the
  /// host's network are outside of policy; NP-COV-06 lists them.
  static let workloadIsolatedIngress = workloadIsolated(
    "NP-COV-04", .ingress, "Each workload is isolated for ingress")

  /// Isolated by policies of any kind: what no rule allows is denied. What rules allow is not looked at. Workloads on the
  /// host's network are outside of policy; NP-COV-06 lists them.
  static let workloadIsolatedEgress = workloadIsolated(
    "NP-COV-05", .egress, "Each workload is isolated for egress")

  private static func workloadIsolated(_ id: String, _ direction: Direction, _ title: String) -> Check {
    Check(
      id: id, title: title, reason: "A pod that no policy closes in a direction is open to everyone in it.",
      remedy: "Add a policy that selects the workload, or one that selects every pod of its namespace.",
      population: "workloads", whenNone: "there are no workloads", restsOnEnforcement: true,
      .namespaces { context in
        var answer = CheckAnswer()
        for workload in context.workloads { judge(workload, direction, context, &answer) }
        if let unseen = context.unseenWorkloads, !context.isolation.closesEveryPod(direction) {
          answer.outcomes.append(unseen)
        }
        return answer
      })
  }

  private static func judge(
    _ workload: Workload, _ direction: Direction, _ context: NamespaceContext, _ answer: inout CheckAnswer
  ) {
    let subject = context.subject(workload)
    guard workload.variants.contains(where: { !$0.hostNetwork }) else {
      return answer.add(subject, .notApplicable, "runs on the host's network")
    }
    for verdict in context.isolation.verdicts(.workload(workload.title), direction) {
      switch verdict {
      case .closed, .open: continue
      case .unknown(let reason): return answer.add(subject, .notEvaluated, reason)
      case .notIsolated:
        let reason = "no policy isolates it for \(direction.rawValue)"
        answer.findings.append(
          .init(
            subject: subject, message: reason, storePath: context.path(of: workload),
            remedy: "Add a policy that selects it, or deny by default in '\(context.name)'.",
            remedyYAML: Remedies.defaultDeny(context.name, [direction])))
        return answer.add(subject, .fail, reason)
      }
    }
    answer.add(subject, .pass)
  }
}
