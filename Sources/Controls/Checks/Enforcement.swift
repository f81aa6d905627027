import KubeModel

extension Check {
  /// Passes only where the CNI's configuration was read, attested or probed.
  static let enforcement = Check(
    id: "NP-COV-08", title: "The CNI enforces network policy",
    reason: "A policy that no CNI enforces changes nothing.",
    remedy: "Let Ambit read the CNI's DaemonSet and settings (see deploy/rbac.yaml).",
    restsOnEnforcement: false
  ) { context, check in
    let enforcement = context.state.enforcement
    let isKnown = enforcement.basis != .unknown
    return CheckResult(
      check, population: "clusters",
      outcomes: [
        .init(
          subject: .init(kind: "Cluster", namespace: nil, name: context.state.cluster),
          status: isKnown ? .pass : .notEvaluated,
          reason: isKnown ? "" : enforcement.detail)
      ], findings: [], empty: CheckContext.nothingRead)
  }
}
