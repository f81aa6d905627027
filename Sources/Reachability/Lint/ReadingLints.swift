internal import KubeModel

/// What reading the policies showed: what no server takes, what nobody enforces, what works otherwise.
enum ReadingLints {
  static func findings(_ context: LintContext) -> [LintFinding] {
    context.set.problems.map(finding) + unenforced(context) + unmodelled(context) + policyTypes(context)
  }

  private static func finding(_ problem: PolicyProblem) -> LintFinding {
    func finding(_ code: LintCode, _ severity: LintSeverity? = nil) -> LintFinding {
      LintFinding(code, problem.policy, path: problem.path, problem.message, severity: severity)
    }
    switch problem.effect {
    case .refused: return finding(.notInForceAsWritten)
    case .partIgnored, .unknown: return finding(.notInForceAsWritten, .warning)
    case .surprising:
      // Of a whole direction, only policyTypes can be at fault.
      let isDirection = Direction.allCases.contains { problem.path == "spec.\($0.rawValue)" }
      return finding(isDirection ? .directionNotNamed : .surprising)
    }
  }

  private static func unenforced(_ context: LintContext) -> [LintFinding] {
    let kinds = context.set.unenforced.map { LintFinding(.notEnforced, $0.policy, path: "kind", $0.reason) }
    let enforcement = context.state.enforcement
    guard enforcement.isKnown, !enforcement.isOn else { return kinds }
    let named = Set(context.set.unenforced.map(\.policy))
    return kinds + context.policies.filter { $0.isModelled && !named.contains($0.identity) }.map {
      LintFinding(.notEnforced, $0.identity, path: "kind", "no policy is enforced: \(enforcement.detail)")
    }
  }

  private static func unmodelled(_ context: LintContext) -> [LintFinding] {
    context.policies.filter { !$0.isModelled && !$0.identity.kind.isEmpty }.map {
      LintFinding(
        .notInForceAsWritten, $0.identity, path: "kind",
        "is of a kind that Ambit does not model: what it can affect is unknown", severity: .warning)
    }
  }

  /// NetworkPolicies that leave policyTypes to a default that is easily mistaken.
  private static func policyTypes(_ context: LintContext) -> [LintFinding] {
    context.state.entries(of: ResourceCatalog.networkPolicies).compactMap { entry in
      let spec = entry.object.spec
      guard (spec?["policyTypes"]?.list ?? []).isEmpty, let egress = spec?["egress"]?.list else { return nil }
      let identity = Policy.Identity(entry)
      guard !egress.isEmpty else {
        return LintFinding(
          .directionNotNamed, identity, path: "spec.egress",
          "has no effect: without policyTypes, an empty list does not isolate for egress")
      }
      let denies = (spec?["ingress"]?.list ?? []).isEmpty
      return LintFinding(
        .directionNotNamed, identity, path: "spec.egress",
        "stands without policyTypes, so that the policy isolates for ingress too"
          + (denies ? " and, without ingress rules, denies all of it" : ""),
        severity: denies ? nil : .info)
    }
  }
}
