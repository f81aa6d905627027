package import KubeModel

/// Calico's own policies, as its data plane would enforce them on pods.
package enum CalicoPolicies {
  private static let kinds = ["NetworkPolicy", "GlobalNetworkPolicy"]

  /// Reads every NetworkPolicy and then every GlobalNetworkPolicy of Calico's, each in the order of the cluster.
  ///
  /// Under any other CNI nothing enforces them.
  package static func read(_ state: ClusterState, _ semantics: Semantics, into set: inout PolicySet) {
    let entries = kinds.flatMap { CalicoCluster.entries($0, in: state) }
    guard semantics.profile == .calico else {
      let reason = "nothing but Calico enforces policies of \(ResourceCatalog.calicoGroup)"
      set.unenforced += entries.map { (Policy.Identity($0), reason) }
      return
    }
    // Without a policy for it, a node with a host endpoint is closed; which policies are for it is not looked at.
    set.nodePolicies += CalicoCluster.entries("HostEndpoint", in: state).map { entry in
      NodePolicy(
        subject: .named(entry.object.spec?["node"]?.string), directions: Set(Direction.allCases), verdict: .unknown)
    }
    let reader = CalicoPolicyReader(cluster: CalicoCluster(state, problems: &set.problems))
    for entry in entries { reader.read(entry, into: &set) }
  }

  /// Calico's staged policies as they would be in force, save those that would take a policy away.
  ///
  /// A StagedKubernetesNetworkPolicy would be a policy of Kubernetes: see `promotingStaged`.
  package static func staged(_ state: ClusterState) -> [Policy] {
    var set = PolicySet()
    read(promotingStaged(state), Semantics(.calico), into: &set)
    let paths = Set(stagedEntries(state).map(\.path))
    return set.policies.filter { paths.contains($0.identity.path) }
  }

  // MARK: Staged policies

  /// Whether there are any.
  package static func hasStaged(_ state: ClusterState) -> Bool { !stagedEntries(state).isEmpty }

  private static func stagedEntries(_ state: ClusterState) -> [ClusterState.Entry] {
    ["StagedNetworkPolicy", "StagedGlobalNetworkPolicy", "StagedKubernetesNetworkPolicy"]
      .flatMap { CalicoCluster.entries($0, in: state) }
  }

  /// The cluster as it would be with every staged policy in force.
  ///
  /// A policy staged to be set, or still being learnt, takes the place of the one of its name; one staged to be
  /// deleted takes that one away; one to be ignored changes nothing. Promoted policies keep the path of what they
  /// were staged in.
  package static func promotingStaged(_ state: ClusterState) -> ClusterState {
    var replaced: Set<ObjectID> = []
    var promoted: [ClusterState.Entry] = []
    for entry in stagedEntries(state) {
      let action = entry.object.spec?["stagedAction"]?.string ?? "Set"
      guard action != "Ignore", let enforced = enforcedForm(entry) else { continue }
      replaced.insert(ObjectID(enforced.object, type: enforced.type))
      if action != "Delete" { promoted.append(enforced) }
    }
    let kept = state.entries.filter { !replaced.contains(ObjectID($0.object, type: $0.type)) }
    return ClusterState(
      cluster: state.cluster, entries: kept + promoted, coverage: state.coverage, enforcement: state.enforcement,
      ranges: state.ranges)
  }

  /// What a staged policy becomes when it is enforced.
  private static func enforcedForm(_ entry: ClusterState.Entry) -> ClusterState.Entry? {
    let isKubernetes = entry.type.kind == "StagedKubernetesNetworkPolicy"
    let kind = isKubernetes ? "NetworkPolicy" : String(entry.type.kind.dropFirst("Staged".count))
    let group = isKubernetes ? ResourceCatalog.networkPolicies.group : ResourceCatalog.calicoGroup
    guard var root = entry.object.value.map, let type = ResourceCatalog.type(group: group, kind: kind)
    else { return nil }
    root["kind"] = .string(kind)
    root["apiVersion"] = .string("\(group)/\(isKubernetes ? "v1" : "v3")")
    if let spec = root["spec"]?.map { root["spec"] = .map(spec.filter { key, _ in key != "stagedAction" }) }
    return ClusterState.Entry(object: KubeObject(.map(root)), type: type, path: entry.path)
  }
}
