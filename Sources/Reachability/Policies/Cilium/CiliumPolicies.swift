package import KubeModel

/// Reads CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy (cilium.io/v2).
///
/// Cilium has no order: what any policy denies is denied, what any allows besides is allowed. A policy
/// therefore becomes two in one tier: what it denies, ahead of what all policies allow.
/// Source: pkg/policy/api and pkg/k8s/apis/cilium.io/utils of Cilium; ENGINE.md, section 6.5.
package enum CiliumPolicies {
  static let group = "cilium.io"
  private static let clusterwide = "CiliumClusterwideNetworkPolicy"
  private static let kinds = ["CiliumNetworkPolicy", clusterwide]

  package static func read(_ state: ClusterState, _ semantics: Semantics, into set: inout PolicySet) {
    let entries = state.entries.filter { $0.object.group == group && kinds.contains($0.object.kind) }
    guard !entries.isEmpty else { return }
    guard semantics.profile == .cilium else {
      set.unenforced += entries.map {
        (Policy.Identity($0), "only Cilium enforces it, and the rules of '\(semantics.profile.rawValue)' apply")
      }
      return
    }
    let surroundings = CiliumSurroundings(state)
    for entry in entries {
      let identity = Policy.Identity(entry)
      var reader = CiliumReader(
        identity: identity, namespace: identity.kind == clusterwide ? nil : identity.namespace ?? "default",
        surroundings: surroundings)
      let policies = reader.policies(entry.object)
      set.problems += reader.problems
      // One fault is enough for Cilium to put the whole object aside, with all of its specs.
      guard !reader.isRefused else { continue }
      set.policies += policies
      set.nodePolicies += reader.nodePolicies
    }
  }
}

/// What Cilium's policies refer to.
struct CiliumSurroundings {
  /// Nil where they were not read.
  let services: [KubeObject]?
  /// Nil where they were not read.
  let addressGroups: [KubeObject]?

  init(_ state: ClusterState) {
    func objects(_ group: String, _ resource: String) -> [KubeObject]? {
      guard let type = ResourceCatalog.type(group: group, resource: resource),
        state.unreadReason(type) == nil
      else { return nil }
      return state.entries(of: type).map(\.object)
    }
    services = objects("", "services")
    addressGroups = objects(CiliumPolicies.group, "ciliumcidrgroups")
  }
}
