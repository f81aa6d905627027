/// How much a finding of the linter matters.
package enum LintSeverity: String, Sendable, Hashable, CaseIterable, Comparable {
  case error, warning, info

  private var weight: Int {
    switch self {
    case .error: 2
    case .warning: 1
    case .info: 0
    }
  }

  package static func < (left: LintSeverity, right: LintSeverity) -> Bool { left.weight < right.weight }
}

/// What the linter can find. The codes are stable: they are never given to something else.
package enum LintCode: String, Sendable, Hashable, CaseIterable, Comparable {
  case selectsNothing = "AL001"
  case peerSelectsNothing = "AL002"
  case redundantRule = "AL003"
  case redundantPolicy = "AL004"
  case shadowedRule = "AL005"
  case unreachableNamedPort = "AL006"
  case blockCoversCluster = "AL007"
  case directionNotNamed = "AL008"
  case allowsEverything = "AL009"
  case egressWithoutDNS = "AL010"
  case notEnforced = "AL011"
  case notInForceAsWritten = "AL012"
  case undecidedOrder = "AL013"
  case contradiction = "AL014"
  case surprising = "AL015"

  package static func < (left: LintCode, right: LintCode) -> Bool { left.rawValue < right.rawValue }
}

/// Something about a policy that its author should know, with the place in the policy.
package struct LintFinding: Sendable, Hashable {
  package let code: LintCode
  package let severity: LintSeverity
  package let policy: Policy.Identity
  /// The field that it is about, such as `spec.ingress[0].from[1]`.
  package let path: String
  /// What was found, with names and numbers.
  package let message: String

  init(
    _ code: LintCode, _ policy: Policy.Identity, path: String, _ message: String, severity: LintSeverity? = nil
  ) {
    self.code = code
    self.severity = severity ?? code.severity
    self.policy = policy
    self.path = path
    self.message = message
  }
}
