import KubeModel

extension Check {
  /// Passes only where the CNI's configuration was read, attested or probed, and is on.
  package static let enforcement = Check(
    id: "NP-COV-08", title: "The CNI enforces network policy", reason: "A policy that no CNI enforces changes nothing.",
    remedy: "Let Ambit read the CNI's DaemonSet and settings (see deploy/rbac.yaml); switch enforcement on.",
    population: "clusters",
    .cluster(.nothing) { context in
      guard context.isAnythingThere else { return CheckAnswer() }
      let enforcement = context.state.enforcement
      let subject = CheckResult.Subject.cluster(context.state.cluster)
      var answer = CheckAnswer()
      if !enforcement.isKnown {
        answer.add(subject, .notEvaluated, enforcement.detail)
      } else if enforcement.isOn {
        answer.add(subject, .pass)
      } else {
        answer.add(subject, .fail, enforcement.detail)
        answer.findings.append(
          .init(
            subject: subject, message: enforcement.detail, storePath: StoreLayout.clusterFile, yamlPath: "spec.enforcement",
            remedy: "Run a CNI that enforces policy, with its enforcement switched on."))
      }
      return answer
    })
}
