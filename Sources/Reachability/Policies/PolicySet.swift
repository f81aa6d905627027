/// How policy is understood where documents leave it open or CNIs differ.
package struct Semantics: Sendable, Hashable {
  /// Whose rules apply.
  package enum Profile: String, Sendable, CaseIterable {
    case kubernetes, calico, cilium, ovn
  }

  /// Whom an ipBlock of a NetworkPolicy stands for.
  package enum IPBlocks: String, Sendable, CaseIterable {
    /// Addresses of pods too.
    case pods
    /// Addresses outside of the cluster only.
    case external
  }

  package let profile: Profile
  package let ipBlocks: IPBlocks
  /// Whether a policy decides over a pod's traffic to itself; otherwise it always passes.
  package let decidesSelf: Bool

  package init(_ profile: Profile, ipBlocks: IPBlocks? = nil, decidesSelf: Bool = false) {
    self.profile = profile
    self.ipBlocks = ipBlocks ?? profile.ipBlocks
    self.decidesSelf = decidesSelf
  }
}

extension Semantics.Profile {
  /// What the CNI does with ipBlocks; the documentation of Kubernetes means them for addresses outside.
  package var ipBlocks: Semantics.IPBlocks {
    switch self {
    case .calico, .ovn: .pods
    case .cilium, .kubernetes: .external
    }
  }
}

/// Something about a policy that its author should know.
package struct PolicyProblem: Sendable, Hashable {
  package enum Effect: Sendable, Hashable {
    /// No server takes the policy as it is.
    case refused
    /// The policy is in force without the part.
    case partIgnored
    /// It works otherwise than it reads.
    case surprising
    /// Nobody can say what the policy does.
    case unknown
  }

  package let policy: Policy.Identity
  package let path: String
  package let message: String
  package let effect: Effect

  package init(_ policy: Policy.Identity, path: String, message: String, effect: Effect) {
    self.policy = policy
    self.path = path
    self.message = message
    self.effect = effect
  }
}

/// The policies of a cluster, read for one semantics.
package struct PolicySet: Sendable {
  package var policies: [Policy] = []
  package var problems: [PolicyProblem] = []
  /// Policies that nothing enforces under the semantics, with the reason.
  package var unenforced: [(policy: Policy.Identity, reason: String)] = []
  /// Policies for nodes, and for pods on their network: policies for pods let their traffic pass.
  package var nodePolicies: [NodePolicy] = []
  package init() {}
}
