package import KubeModel

/// Looks for mistakes in policies, with the engine's own sets: what it says is so, for the cluster as given.
package struct Linter {
  /// Sorted by policy, place and code.
  package let findings: [LintFinding]
  /// Why what depends on the cluster's pods was not looked for, or nil.
  package let unknownPods: String?

  package init(_ engine: ReachabilityEngine, _ set: PolicySet, _ state: ClusterState) {
    var index = LabelIndex(engine.model)
    let context = LintContext(engine, set, state, &index)
    var findings = ReadingLints.findings(context) + AddressLints.findings(context)
    let selection = SelectionLints.findings(context, &index)
    findings += selection + OpennessLints.findings(context)
    if context.unknownPods == nil {
      findings += NamedPortLints.findings(context, &index) + RedundancyLints.findings(context)
      findings += TieLints.findings(context) + NameServiceLints.findings(context)
    }
    unknownPods = context.unknownPods
    // Several policies may come from one object and say the same of it.
    self.findings = Set(findings).sorted(by: Linter.isBefore)
  }

  private static func isBefore(_ left: LintFinding, _ right: LintFinding) -> Bool {
    func key(_ finding: LintFinding) -> [String] {
      let policy = finding.policy
      return [
        policy.namespace ?? "", policy.kind, policy.name, policy.path, finding.path, finding.code.rawValue,
        finding.message,
      ]
    }
    let (first, second) = (key(left), key(right))
    for (one, other) in zip(first, second) where one != other { return one.utf8.lexicographicallyPrecedes(other.utf8) }
    return false
  }
}
