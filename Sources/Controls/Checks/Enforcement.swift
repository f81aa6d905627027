import KubeModel

extension Check {
  /// Passes only where the CNI's configuration was read, attested or probed, and is on.
  static let enforcement = Check(
    id: "NP-COV-08", title: "The CNI enforces network policy",
    reason: "A policy that no CNI enforces changes nothing.",
    remedy: "Let Ambit read the CNI's DaemonSet and settings (see deploy/rbac.yaml); switch enforcement on.",
    restsOnEnforcement: false
  ) { context, check in
    let enforcement = context.state.enforcement
    let subject = CheckResult.Subject(kind: "Cluster", namespace: nil, name: context.state.cluster)
    let isOff = enforcement.isKnown && !enforcement.isOn
    let finding = CheckResult.Finding(
      subject: subject, message: enforcement.detail, storePath: StoreLayout.clusterFile,
      yamlPath: "spec.enforcement", remedy: "Run a CNI that enforces policy, with its enforcement switched on.",
      remedyYAML: nil)
    return CheckResult(
      check, population: "clusters",
      outcomes: [
        .init(
          subject: subject, status: isOff ? .fail : enforcement.isKnown ? .pass : .notEvaluated,
          reason: enforcement.isKnown && !isOff ? "" : enforcement.detail)
      ], findings: isOff ? [finding] : [], empty: CheckContext.nothingRead)
  }
}
