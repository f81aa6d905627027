import KubeModel
import Reachability

extension Check {
  /// Workloads on the host's network are outside of policy; NP-COV-06 lists them.
  static let workloadIsolatedIngress = workloadIsolated(
    "NP-COV-04", .ingress, "Each workload is isolated for ingress")

  /// Workloads on the host's network are outside of policy; NP-COV-06 lists them.
  static let workloadIsolatedEgress = workloadIsolated(
    "NP-COV-05", .egress, "Each workload is isolated for egress")

  private static func workloadIsolated(_ id: String, _ direction: Direction, _ title: String) -> Check {
    Check(
      id: id, title: title,
      reason: "A pod that no policy selects in a direction is open to everyone in it.",
      remedy: "Add a policy that selects the workload, or one that selects every pod of its namespace.",
      restsOnEnforcement: true
    ) { context, check in
      var findings: [CheckResult.Finding] = []
      var outcomes = context.workloads.map { workload -> CheckResult.Outcome in
        let subject = CheckContext.subject(workload)
        let variants = workload.variants.filter { !$0.hostNetwork }
        guard !variants.isEmpty else {
          return .init(subject: subject, status: .notApplicable, reason: "runs on the host's network")
        }
        for variant in variants {
          switch context.isolation.verdict(variant.labels, in: workload.namespace, direction) {
          case .closed, .open: continue
          case .unknown(let reason):
            return .init(subject: subject, status: .notEvaluated, reason: reason)
          case .notIsolated:
            let reason = "no policy isolates it for \(direction.rawValue)"
            findings.append(
              .init(
                subject: subject, message: reason, storePath: context.path(of: workload), yamlPath: nil,
                remedy: "Add a policy that selects it, or deny by default in '\(workload.namespace)'.",
                remedyYAML: Remedies.defaultDeny(
                  workload.namespace, [direction == .ingress ? "Ingress" : "Egress"])))
            return .init(subject: subject, status: .fail, reason: reason)
          }
        }
        return .init(subject: subject, status: .pass, reason: "")
      }
      outcomes += unseenWorkloads(context) { !context.isolation.closesEveryPod(in: $0, direction) }
      return CheckResult(
        check, population: "workloads", outcomes: outcomes, findings: findings,
        empty: context.namespaces.isEmpty
          ? CheckContext.nothingRead : (.notApplicable, "there are no workloads"))
    }
  }

  /// One outcome for each namespace whose workloads were not all read.
  static func unseenWorkloads(
    _ context: CheckContext, where matters: (String) -> Bool = { _ in true }
  ) -> [CheckResult.Outcome] {
    var outcomes = context.namespaces.filter(matters).compactMap { namespace in
      context.unreadWorkloads(namespace).map {
        CheckResult.Outcome(
          subject: CheckContext.subject(namespace), status: .notEvaluated, reason: $0)
      }
    }
    if let unseen = context.unseenNamespaces { outcomes.append(unseen) }
    return outcomes
  }
}
