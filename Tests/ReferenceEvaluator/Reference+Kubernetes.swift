extension Reference {
  /// Administrators' policies by priority, network policies, the baseline; what none of them decides is allowed.
  func kubernetesVerdict(_ flow: Flow, _ direction: Direction) -> Verdict {
    let baseline = tierVerdict(.baseline, flow, direction, pass: .allowed)
    let middle = networkPolicyVerdict(flow, direction, next: baseline)
    return tierVerdict(.admin, flow, direction, pass: middle)
  }

  /// A pod that a policy selects gets what some policy allows and nothing else.
  private func networkPolicyVerdict(_ flow: Flow, _ direction: Direction, next: Verdict) -> Verdict {
    guard let pod = flow.subject(direction).pod else { return next }
    let isIsolated = Match.any(policies.network) { $0.selects(pod, direction, options.semantics) }
    let isAllowed = Match.any(policies.network) { policy in
      policy.selects(pod, direction, options.semantics).and(policy.allows(flow, direction, self))
    }
    return isIsolated.choose(isAllowed.choose(.allowed, .denied), next)
  }

  /// The policies of a tier, lowest priority first. What passes, and what none decides, goes on to what is behind
  /// the tier.
  func tierVerdict(_ tier: AdminPolicy.Tier, _ flow: Flow, _ direction: Direction, pass: Verdict) -> Verdict {
    let policies = policies.admin.filter { $0.tier == tier }
    let priorities = Set(policies.map(\.priority)).sorted(by: >)
    return priorities.reduce(pass) { next, priority in
      let equals = policies.filter { $0.priority == priority }
      return verdict(ofEquals: equals, flow, direction, pass: pass, next: next)
    }
  }

  /// Nothing says which of equal priorities comes first: where one may allow what another may deny, it counts.
  private func verdict(
    ofEquals policies: [AdminPolicy], _ flow: Flow, _ direction: Direction, pass: Verdict, next: Verdict
  ) -> Verdict {
    // What each makes of the packet where all that comes behind it allows, and where all denies.
    let outcomes = policies.map { policy in
      Outcome(
        beforeAllowed: policy.verdict(flow, direction, self, pass: pass, next: .allowed),
        beforeDenied: policy.verdict(flow, direction, self, pass: pass, next: .denied))
    }
    for (place, one) in outcomes.enumerated() {
      for other in outcomes[(place + 1)...] where one != other {
        guard (one.mayAllow && other.mayDeny) || (one.mayDeny && other.mayAllow) else { continue }
        return Verdict(max(.ambiguous, max(one.doubt ?? .ambiguous, other.doubt ?? .ambiguous)))
      }
    }
    return policies.reversed().reduce(next) { $1.verdict(flow, direction, self, pass: pass, next: $0) }
  }

  private struct Outcome: Equatable {
    let beforeAllowed: Verdict
    let beforeDenied: Verdict
    var mayAllow: Bool { beforeDenied != .denied }
    var mayDeny: Bool { beforeAllowed != .allowed }
    var doubt: Doubt? { [beforeAllowed.doubt, beforeDenied.doubt].compactMap(\.self).max() }
  }
}
