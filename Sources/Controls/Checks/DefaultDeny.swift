import KubeModel
import Reachability

extension Check {
  /// Judged by all kinds of policy together on every workload, running or not, and on a new pod without labels: isolated,
  /// and not open to all. What is allowed under conditions counts as open.
  static let defaultDenyIngress = defaultDeny(
    "NP-COV-02", .ingress, "Each namespace denies ingress by default, in effect")

  /// Judged by all kinds of policy together on every workload, running or not, and on a new pod without labels: isolated,
  /// and not open to all. What is allowed under conditions counts as open.
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
              remedyYAML: judged.yamlPath == nil ? Remedies.defaultDeny(context.name, [direction]) : nil))
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
    let isolation = context.isolation
    if let reason = isolation.unknownReason { return Judgement(status: .notEvaluated, reason: reason) }
    let subjects = context.workloads.map { ($0.title, Isolation.Subject.workload($0.title)) }
    for (title, subject) in subjects + [("a new pod without labels", .newcomer)] {
      for verdict in isolation.verdicts(subject, direction) {
        switch verdict {
        case .closed: continue
        case .notIsolated: return Judgement(status: .fail, reason: "\(title) is not isolated for \(direction.rawValue)")
        case .open(let opening):
          let who = opening.policy.map { "\($0.kind) \($0.name) allows" } ?? "policies allow"
          return Judgement(
            status: .fail, reason: "\(who) \(direction.rawValue) \(direction.preposition) \(opening.everyone) on \(title)",
            storePath: opening.policy?.path, yamlPath: opening.path)
        case .unknown(let reason): return Judgement(status: .notEvaluated, reason: reason)
        }
      }
    }
    // Where policy closes every pod, those that were not seen are closed too.
    if let reason = context.unreadWorkloads, !isolation.closesEveryPod(direction) {
      return Judgement(status: .notEvaluated, reason: reason)
    }
    return Judgement(status: .pass)
  }
}

extension Direction {
  /// `from` and `to`.
  var preposition: String { self == .ingress ? "from" : "to" }
}
