import KubeModel

extension Check {
  /// Pods on the host's network have the node's address; pod policy does not reach them.
  static let hostNetwork = Check(
    id: "NP-COV-06", title: "No workload runs on the host's network",
    reason: "Network policy does not apply to pods with hostNetwork: true.",
    remedy: "Set hostNetwork to false, or justify the workload (CNI agents and kube-proxy need it).",
    population: "workloads", whenNone: "there are no workloads",
    .namespaces { context in
      var answer = CheckAnswer()
      for workload in context.workloads {
        let subject = context.subject(workload)
        guard workload.variants.contains(where: \.hostNetwork) else {
          answer.add(subject, .pass)
          continue
        }
        answer.findings.append(
          .init(
            subject: subject, message: "runs on the host's network, outside of network policy",
            storePath: context.path(of: workload), yamlPath: "spec.pods",
            remedy: "Remove hostNetwork from its pod template, or justify it."))
        answer.add(subject, .fail, "hostNetwork: true")
      }
      if let unseen = context.unseenWorkloads { answer.outcomes.append(unseen) }
      return answer
    })
}
