import KubeModel

extension Check {
  /// Workloads in `default` sit outside of any boundary that someone drew.
  static let defaultNamespace = Check(
    id: "NP-COV-07", title: "No workload runs in the namespace `default`",
    reason: "Namespaces are the boundary that policies are written for; `default` belongs to no one.",
    remedy: "Move the workload to a namespace of its own.", population: "namespaces",
    .cluster(.namespace("default")) { context in
      guard context.isAnythingThere else { return CheckAnswer() }
      var answer = CheckAnswer()
      let namespace = NamespaceContext(
        "default", context.state.part(context.state.entries.filter { $0.object.namespace == "default" }), context.rulings)
      for workload in namespace.workloads {
        answer.findings.append(
          .init(
            subject: namespace.subject(workload), message: "runs in the namespace default",
            storePath: namespace.path(of: workload), yamlPath: "metadata.namespace",
            remedy: "Move it to a namespace of its own."))
      }
      if !namespace.workloads.isEmpty {
        answer.add(namespace.subject, .fail, "\(namespace.workloads.count) workloads run in it")
      } else if let reason = namespace.unreadWorkloads {
        answer.add(namespace.subject, .notEvaluated, reason)
      } else {
        answer.add(namespace.subject, .pass)
      }
      return answer
    })
}
