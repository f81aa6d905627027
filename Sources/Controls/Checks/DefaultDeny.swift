import KubeModel
import Reachability

extension Check {
  /// Judged on every workload and on a new pod without labels: isolated, and not open to all.
  static let defaultDenyIngress = defaultDeny(
    "NP-COV-02", .ingress, "Each namespace denies ingress by default, in effect")

  /// Judged on every workload and on a new pod without labels: isolated, and not open to all.
  static let defaultDenyEgress = defaultDeny(
    "NP-COV-03", .egress, "Each namespace denies egress by default, in effect")

  private static func defaultDeny(_ id: String, _ direction: Direction, _ title: String) -> Check {
    Check(
      id: id, title: title,
      reason: "Only a policy that selects every pod, and that no rule undoes, keeps the next pod from being open.",
      remedy: "Add a policy with an empty podSelector for \(direction.rawValue), and remove rules that allow everyone.",
      population: "namespaces", restsOnEnforcement: true,
      .namespaces { context in
        var answer = CheckAnswer()
        let judged = judge(direction, context)
        if judged.status == .fail {
          answer.findings.append(
            .init(
              subject: context.subject, message: judged.reason, storePath: judged.storePath ?? context.path,
              yamlPath: judged.yamlPath,
              remedy: judged.yamlPath == nil
                ? "Deny \(direction.rawValue) by default in namespace '\(context.name)'." : "Limit the rule, or remove it.",
              remedyYAML: judged.yamlPath == nil
                ? Remedies.defaultDeny(context.name, [direction == .ingress ? "Ingress" : "Egress"]) : nil))
        }
        answer.add(context.subject, judged.status, judged.reason)
        return answer
      })
  }

  private struct Judgement {
    let status: ControlStatus
    var reason = ""
    var storePath: String?
    var yamlPath: String?
  }

  private static func judge(_ direction: Direction, _ context: NamespaceContext) -> Judgement {
    let namespace = context.name
    if let reason = context.isolation.unknownReason(namespace) {
      return Judgement(status: .notEvaluated, reason: reason)
    }
    let workloads = context.workloads.flatMap { workload in
      workload.variants.filter { !$0.hostNetwork }.map { (workload.title, $0.labels) }
    }
    for (title, labels) in workloads + [("a new pod without labels", [:])] {
      switch context.isolation.verdict(labels, in: namespace, direction) {
      case .closed: continue
      case .notIsolated:
        return Judgement(
          status: .fail, reason: "\(title) is not isolated for \(direction.rawValue)")
      case .open(let policy, let rule, let everyone):
        return Judgement(
          status: .fail,
          reason: "NetworkPolicy \(policy) allows \(direction.rawValue) \(direction == .ingress ? "from" : "to") \(everyone) on \(title)",
          storePath: context.isolation.policies[namespace]?.first { $0.policy.name == policy }?.path,
          yamlPath: rule)
      case .unknown(let reason): return Judgement(status: .notEvaluated, reason: reason)
      }
    }
    // Where a policy closes every pod, those that were not seen are closed too.
    if !context.isolation.closesEveryPod(in: namespace, direction),
      let reason = context.unreadWorkloads
    {
      return Judgement(status: .notEvaluated, reason: reason)
    }
    return Judgement(status: .pass)
  }
}
