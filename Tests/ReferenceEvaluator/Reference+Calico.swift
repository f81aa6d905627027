extension Reference {
  /// A policy with its place in a tier.
  private struct Placed {
    let order: Double
    /// What decides between equal orders.
    let key: String
    let selects: Match
    let verdict: (_ pass: Verdict, _ next: Verdict) -> Verdict
  }

  /// Tiers by order; what the last one passes meets the profiles, which allow what pods of Kubernetes do.
  func calicoVerdict(_ flow: Flow, _ direction: Direction) -> Verdict {
    guard let pod = flow.subject(direction).pod else { return .allowed }
    return policies.calico.tiers.reversed().reduce(.allowed) { pass, tier in
      let placed = placed(in: tier, pod, flow, direction).sorted { ($0.order, $0.key) < ($1.order, $1.key) }
      let isDecided = Match.any(placed) { $0.selects }
      let end: Verdict =
        switch tier.defaultAction {
        case .deny: .denied
        case .pass: pass
        case .unreadable: .unknown
        }
      return placed.reversed().reduce(isDecided.choose(end, pass)) { next, policy in
        policy.selects.choose(policy.verdict(pass, next), next)
      }
    }
  }

  private func placed(
    in tier: CalicoPolicies.Tier, _ pod: Endpoint, _ flow: Flow, _ direction: Direction
  ) -> [Placed] {
    let own = policies.calico.policies.filter { $0.tier == tier.name }.map { policy in
      Placed(
        order: policy.order, key: "\(policy.name)/\(policy.namespace ?? "")/\(policy.kind)",
        selects: policy.selects(pod, direction, self).and(tier.isThere ? .yes : .maybe(.unknown))
      ) { policy.verdict(flow, direction, self, pass: $0, next: $1) }
    }
    return switch tier.name {
    case "kube-admin": own + placed(.admin, isNewer: true, pod, flow, direction)
    case "adminnetworkpolicy": own + placed(.admin, isNewer: false, pod, flow, direction)
    case "default": own + placedNetworkPolicies(pod, flow, direction)
    case "kube-baseline": own + placed(.baseline, isNewer: true, pod, flow, direction)
    case "baselineadminnetworkpolicy": own + placed(.baseline, isNewer: false, pod, flow, direction)
    default: own
    }
  }

  private func placed(
    _ tier: AdminPolicy.Tier, isNewer: Bool, _ pod: Endpoint, _ flow: Flow, _ direction: Direction
  ) -> [Placed] {
    policies.admin.filter { $0.tier == tier && ($0.kind == "ClusterNetworkPolicy") == isNewer }.map { policy in
      Placed(
        order: Double(policy.priority), key: "\(policy.name)//Kubernetes\(policy.kind)",
        selects: policy.selects(pod, direction, cluster)
      ) { policy.verdict(flow, direction, self, pass: $0, next: $1) }
    }
  }

  private func placedNetworkPolicies(_ pod: Endpoint, _ flow: Flow, _ direction: Direction) -> [Placed] {
    policies.network.map { policy in
      Placed(
        order: 1_000, key: "\(policy.name)/\(policy.namespace)/KubernetesNetworkPolicy",
        selects: policy.selects(pod, direction, options.semantics)
      ) { _, next in policy.allows(flow, direction, self).choose(.allowed, next) }
    }
  }
}
