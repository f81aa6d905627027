extension Reference {
  /// Between the tiers of administrators: what any policy denies is denied, what any allows is allowed, and a pod
  /// that some policy isolates gets nothing else.
  func ciliumVerdict(_ flow: Flow, _ direction: Direction) -> Verdict {
    guard let pod = flow.subject(direction).pod else { return .allowed }
    let baseline = tierVerdict(.baseline, flow, direction, pass: .allowed)
    let middle = middleVerdict(flow, pod, direction, next: baseline)
    return tierVerdict(.admin, flow, direction, pass: middle)
  }

  private func middleVerdict(_ flow: Flow, _ pod: Endpoint, _ direction: Direction, next: Verdict) -> Verdict {
    let rules = policies.cilium.rules.compactMap { rule -> (selects: Match, section: CiliumRule.Section)? in
      rule.section(direction).map { (rule.selects(pod, cluster), $0) }
    }
    let isDenied = Match.any(rules) { rule in
      rule.selects.and(Match.any(rule.section.deny) { $0.matches(flow, direction, self) })
    }
    let isAllowed = Match.any(rules) { rule in
      rule.selects.and(Match.any(rule.section.allow) { $0.matches(flow, direction, self) })
    }.or(
      Match.any(policies.network) { policy in
        policy.selects(pod, direction, options.semantics).and(policy.allows(flow, direction, self))
      })
    let isIsolated = Match.any(rules) { $0.section.isDefaultDeny ? $0.selects : .no }
      .or(Match.any(policies.network) { $0.selects(pod, direction, options.semantics) })
    // Agents before 1.19 allow only what meets every requirement; later ones do not know requirements.
    let isRequired = Match.any(rules) { rule in
      let entries = rule.section.allow + rule.section.deny
      let fails = entries.contains { $0.failsRequirements(flow.peer(direction), cluster) }
      return fails ? rule.selects.and(.maybe(.unknown)) : .no
    }
    let rest = isIsolated.choose(.denied, next)
    let allowed = isRequired.choose(.denied, .allowed)
    return isDenied.choose(.denied, isAllowed.choose(allowed, rest))
  }
}
