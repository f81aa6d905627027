package import KubeModel

/// Reads the policies of policy.networking.k8s.io: AdminNetworkPolicy and BaselineAdminNetworkPolicy
/// (v1alpha1), and ClusterNetworkPolicy (v1alpha2), which took their place.
///
/// Source: the API's types of both versions.
package enum AdminPolicies {
  private static let group = "policy.networking.k8s.io"

  package static func read(_ state: ClusterState, _ semantics: Semantics, into set: inout PolicySet) {
    for entry in state.entries where entry.object.group == group && entry.type.isPolicy {
      let (policy, problems) = policy(entry, semantics)
      set.problems += problems
      if let policy { set.policies.append(policy) }
    }
  }

  private static func policy(
    _ entry: ClusterState.Entry, _ semantics: Semantics
  ) -> (Policy?, [PolicyProblem]) {
    let identity = Policy.Identity(entry)
    let isCluster = identity.kind == "ClusterNetworkPolicy"
    // Of the two, only the newer says that networks are addresses of pods too.
    let reach: AddressReach = isCluster || semantics.ipBlocks == .pods ? .everywhere : .notPods
    var reader = AdminPolicyReader(fields: PolicyFields(identity), isV1Alpha2: isCluster, networkReach: reach)
    let spec = entry.object.spec
    let subjects = reader.subject(spec?["subject"])
    let tier = reader.tier(spec, semantics.profile)
    let priority = reader.priority(spec)
    var sections: [Direction: Policy.Section] = [:]
    for direction in Direction.allCases {
      let rules = reader.rules(spec, direction)
      if !rules.isEmpty { sections[direction] = Policy.Section(isolates: false, rules: rules) }
    }
    guard let subjects, let tier, !reader.fields.isRefused else { return (nil, reader.fields.problems) }
    // Calico breaks ties by name; the API leaves them undefined.
    let tieBreak = semantics.profile == .calico ? identity.name : nil
    let policy = Policy(
      identity: identity, subjects: subjects, tier: tier,
      rank: Policy.Rank(order: priority, tieBreak: tieBreak), sections: sections)
    return (policy, reader.fields.problems)
  }
}
