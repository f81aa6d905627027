import KubeModel
import Reachability
import Registers

extension Check {
  /// In effect, for each workload: whether its pods reach the addresses at which cloud providers hand out credentials.
  static let metadataEndpoint = Check(
    id: "NP-RULE-05", title: "Cloud metadata endpoints are not reachable",
    reason: "Whoever reaches the metadata endpoint from a pod can get the credentials of its node.",
    remedy: "Deny egress by default, and except the endpoint from blocks that are allowed.",
    population: "workloads", whenNone: "there are no workloads", restsOnEnforcement: true,
    .namespaces { context in
      let parameters = context.rulings.parameters
      return unreachable(
        context, "the metadata endpoint \(parameters.metadataAddresses.map(\.shortText).joined(separator: ", "))",
        remedy: "Except the endpoint from the blocks that egress allows."
      ) { subject in
        context.isolation.outcome(subject, to: parameters.metadataAddresses, parameters.metadataPorts)
      }
    })

  /// In effect, for each workload: whether its pods reach kubelets and API servers. Those that need the API server are
  /// taken out with the register of exclusions.
  static let nodePorts = Check(
    id: "NP-RULE-10", title: "Kubelet and API server ports are not reachable from pods",
    reason: "A kubelet or an API server that a pod reaches is a way from the pod to the cluster.",
    remedy: "Deny egress by default, and allow the API server to the workloads that need it only.",
    population: "workloads", whenNone: "there are no workloads", restsOnEnforcement: true,
    .namespaces { context in
      let parameters = context.rulings.parameters
      return unreachable(context, "nodes or API servers", remedy: "Leave nodes and API servers out of what egress allows.") { subject in
        let nodes = context.isolation.outcomeToNodes(subject, parameters.nodePorts)
        guard !parameters.apiServerAddresses.isEmpty else { return nodes }
        return nodes.union(context.isolation.outcome(subject, to: parameters.apiServerAddresses, parameters.apiServerPorts))
      }
    })

  private static func unreachable(
    _ context: NamespaceContext, _ place: String, remedy: String, _ outcome: (Isolation.Subject) -> Connections.Outcome
  ) -> CheckAnswer {
    var answer = CheckAnswer()
    for workload in context.workloads {
      let subject = context.subject(workload)
      let outcome = outcome(.workload(workload.title))
      let open = outcome.allowed.union(outcome.conditional)
      let isOnHost = workload.variants.contains(where: \.hostNetwork)
      if !isOnHost, let reason = context.isolation.unknownReason {
        answer.add(subject, .notEvaluated, reason)
      } else if !open.isEmpty {
        let isClosed = !context.isolation.verdicts(.workload(workload.title), .egress).contains(.notIsolated)
        answer.findings.append(
          .init(
            subject: subject, message: "reaches \(place) on \(open.connectionText)" + (isOnHost ? ", as it runs on the host's network" : ""),
            storePath: context.path(of: workload),
            remedy: isOnHost ? "Remove hostNetwork from its pod template, or exclude it with a reason." : remedy,
            remedyYAML: isClosed ? nil : Remedies.defaultDeny(context.name, [.egress])))
        answer.add(subject, .fail, "reaches \(place)")
      } else if outcome.isDenied {
        answer.add(subject, .pass)
      } else {
        answer.add(subject, .notEvaluated, "nobody can tell what policy lets through to \(place)")
      }
    }
    if let unseen = context.unseenWorkloads, !context.isolation.closesEveryPod(.egress) { answer.outcomes.append(unseen) }
    return answer
  }
}
