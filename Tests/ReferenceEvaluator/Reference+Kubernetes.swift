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

  /// Nothing says which of equal priorities comes first: every order is tried.
  private func verdict(
    ofEquals policies: [AdminPolicy], _ flow: Flow, _ direction: Direction, pass: Verdict, next: Verdict
  ) -> Verdict {
    // Those that do not decide this packet, whatever comes behind them, have no part in it.
    let deciding = policies.filter { policy in
      Verdict.allCases.contains { policy.verdict(flow, direction, self, pass: pass, next: $0) != $0 }
    }
    let verdicts = deciding.orders.map { order in
      order.reversed().reduce(next) { next, policy in policy.verdict(flow, direction, self, pass: pass, next: next) }
    }
    return verdicts.dropFirst().reduce(verdicts[0]) { $0.either($1, doubt: .ambiguous) }
  }
}

extension Array {
  /// Every order of the elements.
  fileprivate var orders: [[Element]] {
    guard !isEmpty else { return [[]] }
    return indices.flatMap { index -> [[Element]] in
      var rest = self
      let first = rest.remove(at: index)
      return rest.orders.map { [first] + $0 }
    }
  }
}
