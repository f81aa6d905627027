/// A named question to a cluster's state. Pure: the same state gives the same answer.
package struct Check: Sendable {
  package let id: String
  package let title: String
  /// Why it matters.
  package let reason: String
  package let remedy: String
  /// Whether its pass is worth nothing where no CNI enforces policy.
  package let restsOnEnforcement: Bool
  package let evaluate: @Sendable (CheckContext, Check) -> CheckResult

  package func result(_ context: CheckContext) -> CheckResult { evaluate(context, self) }
}
