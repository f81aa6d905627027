/// The kinds that Ambit reads, and how users name them.
public enum ResourceCatalog {
  /// Every kind that Ambit asks a cluster for, in reading order.
  ///
  /// Secrets are not in it and never will be.
  public static let all: [ResourceType] = [
    namespaces,
    core("nodes", "Node", namespaced: false, "no"),
    core("services", "Service", "svc"),
    core("pods", "Pod", role: .folded, "po"),
    core("replicationcontrollers", "ReplicationController", role: .folded, "rc"),
    type("apps", "deployments", "Deployment", role: .folded, "deploy"),
    type("apps", "replicasets", "ReplicaSet", role: .folded, "rs"),
    type("apps", "statefulsets", "StatefulSet", role: .folded, "sts"),
    type("apps", "daemonsets", "DaemonSet", role: .folded, "ds"),
    type("batch", "cronjobs", "CronJob", role: .folded, "cj"),
    type("batch", "jobs", "Job", role: .folded),
    networkPolicies,
    type("networking.k8s.io", "ingresses", "Ingress", "ing"),
    type("networking.k8s.io", "servicecidrs", "ServiceCIDR", namespaced: false),
    type("route.openshift.io", "routes", "Route"),
    type("gateway.networking.k8s.io", "gateways", "Gateway", "gtw"),
    type("gateway.networking.k8s.io", "httproutes", "HTTPRoute"),
    type("gateway.networking.k8s.io", "grpcroutes", "GRPCRoute"),
    type("gateway.networking.k8s.io", "tcproutes", "TCPRoute"),
    type("gateway.networking.k8s.io", "tlsroutes", "TLSRoute"),
    type("gateway.networking.k8s.io", "udproutes", "UDPRoute"),
    policy("policy.networking.k8s.io", "adminnetworkpolicies", "AdminNetworkPolicy", namespaced: false, "anp"),
    policy(
      "policy.networking.k8s.io", "baselineadminnetworkpolicies", "BaselineAdminNetworkPolicy",
      namespaced: false, "banp"),
    policy("policy.networking.k8s.io", "clusternetworkpolicies", "ClusterNetworkPolicy", namespaced: false),
    policy("cilium.io", "ciliumnetworkpolicies", "CiliumNetworkPolicy", "cnp", "ciliumnp"),
    policy(
      "cilium.io", "ciliumclusterwidenetworkpolicies", "CiliumClusterwideNetworkPolicy",
      namespaced: false, "ccnp"),
    type("cilium.io", "ciliumcidrgroups", "CiliumCIDRGroup", namespaced: false, "ccg"),
    policy(calicoGroup, "networkpolicies", "NetworkPolicy", "caliconp"),
    policy(calicoGroup, "globalnetworkpolicies", "GlobalNetworkPolicy", namespaced: false, "gnp"),
    type(calicoGroup, "stagednetworkpolicies", "StagedNetworkPolicy"),
    type(calicoGroup, "stagedglobalnetworkpolicies", "StagedGlobalNetworkPolicy", namespaced: false),
    type(calicoGroup, "stagedkubernetesnetworkpolicies", "StagedKubernetesNetworkPolicy"),
    type(calicoGroup, "tiers", "Tier", namespaced: false),
    type(calicoGroup, "networksets", "NetworkSet", "netset"),
    type(calicoGroup, "globalnetworksets", "GlobalNetworkSet", namespaced: false),
    type(calicoGroup, "ippools", "IPPool", namespaced: false),
    type(calicoGroup, "hostendpoints", "HostEndpoint", namespaced: false),
    type(calicoGroup, "felixconfigurations", "FelixConfiguration", namespaced: false),
    type("rbac.authorization.k8s.io", "roles", "Role"),
    type("rbac.authorization.k8s.io", "rolebindings", "RoleBinding"),
    type("rbac.authorization.k8s.io", "clusterroles", "ClusterRole", namespaced: false),
    type("rbac.authorization.k8s.io", "clusterrolebindings", "ClusterRoleBinding", namespaced: false),
    type(
      "admissionregistration.k8s.io", "validatingwebhookconfigurations",
      "ValidatingWebhookConfiguration", namespaced: false),
    type(
      "admissionregistration.k8s.io", "validatingadmissionpolicies", "ValidatingAdmissionPolicy",
      namespaced: false),
    type(
      "admissionregistration.k8s.io", "validatingadmissionpolicybindings",
      "ValidatingAdmissionPolicyBinding", namespaced: false),
  ]

  /// Kinds that every API server serves. One that seems to lack them did not tell all it has, and taking
  /// its word would record every object of theirs as deleted.
  public static func isAlwaysServed(_ type: ResourceType) -> Bool {
    switch type.group {
    case "", "apps", "batch", "rbac.authorization.k8s.io": true
    case "networking.k8s.io": ["networkpolicies", "ingresses"].contains(type.resource)
    default: false
    }
  }

  /// The folded workloads, a kind of Ambit's own.
  public static let workloads = ResourceType(
    group: "", resource: "workloads", kind: "Workload", isNamespaced: true, role: .recorded,
    shortNames: ["wl", "workload"])

  public static let namespaces = core("namespaces", "Namespace", namespaced: false, "ns")
  public static let networkPolicies = type(
    "networking.k8s.io", "networkpolicies", "NetworkPolicy", role: .policy, "netpol")

  /// Calico serves one set of objects through two API groups; Ambit files both under this one.
  public static let calicoGroup = "projectcalico.org"
  /// The group of Calico's own CRDs.
  public static let calicoStorageGroup = "crd.projectcalico.org"

  /// The type of an object with this `apiVersion`'s group and this kind, whether or not Ambit models it.
  ///
  /// Kinds outside the catalogue that read as network policies are told apart as `unmodelledPolicy`;
  /// anything else that Ambit does not record is nil.
  public static func type(group: String, kind: String) -> ResourceType? {
    byKind["\(canonicalGroup(group))/\(kind)"] ?? unmodelledPolicy(group: group, kind: kind)
  }

  public static func type(group: String, resource: String) -> ResourceType? {
    byResource["\(canonicalGroup(group))/\(resource)"]
  }

  /// The type that a user means by `netpol`, `networkpolicies`, `networkpolicies.networking.k8s.io`, …
  public static func type(named token: String) -> ResourceType? {
    let token = token.lowercased()
    for type in [workloads] + all
    where type.qualifiedName == token || type.resource == token || type.kind.lowercased() == token
      || type.shortNames.contains(token)
    {
      return type
    }
    return nil
  }

  /// The words that `type(named:)` understands, for near misses.
  public static var names: [String] {
    ([workloads] + all).flatMap { [$0.resource] + $0.shortNames }
  }

  /// One group for the two that Calico serves.
  public static func canonicalGroup(_ group: String) -> String {
    group == calicoStorageGroup ? calicoGroup : group
  }

  /// A type for a policy kind that Ambit records without evaluating it, or nil where the kind does not
  /// read as a policy about network traffic.
  ///
  /// Groups are named because their policies decide about traffic although their kinds do not say so.
  public static func unmodelledPolicy(
    group: String, kind: String, resource: String? = nil, isNamespaced: Bool? = nil
  ) -> ResourceType? {
    let isKnownKind = unmodelledKinds["\(group)/\(kind)"]
    let readsAsPolicy = kind.hasSuffix("NetworkPolicy") && !kind.hasPrefix("Staged")
    guard isKnownKind != nil || readsAsPolicy, !group.isEmpty else { return nil }
    return ResourceType(
      group: group, resource: resource ?? plural(kind), kind: kind,
      isNamespaced: isNamespaced ?? isKnownKind ?? !kind.hasPrefix("Cluster"),
      role: .unmodelledPolicy)
  }

  /// Group and kind of traffic policies that other projects define, and whether they are namespaced.
  private static let unmodelledKinds: [String: Bool] = [
    "crd.antrea.io/NetworkPolicy": true,
    "crd.antrea.io/ClusterNetworkPolicy": false,
    "crd.antrea.io/Tier": false,
    "security.istio.io/AuthorizationPolicy": true,
    "security.istio.io/PeerAuthentication": true,
    "policy.linkerd.io/AuthorizationPolicy": true,
    "policy.linkerd.io/Server": true,
    "k8s.ovn.org/EgressFirewall": true,
    "k8s.ovn.org/AdminPolicyBasedExternalRoute": false,
    "cilium.io/CiliumLocalRedirectPolicy": true,
    "cilium.io/CiliumEgressGatewayPolicy": false,
    "networking.gke.io/FQDNNetworkPolicy": true,
    "k8s.cni.cncf.io/MultiNetworkPolicy": true,
    "networking.k8s.aws/ApplicationNetworkPolicy": true,
    "networking.k8s.aws/ClusterNetworkPolicy": false,
  ]

  /// The types of `unmodelledKinds`, sorted by name.
  public static let knownUnmodelledPolicies: [ResourceType] = unmodelledKinds.keys.compactMap { name in
    guard let slash = name.firstIndex(of: "/") else { return nil }
    return unmodelledPolicy(group: String(name[..<slash]), kind: String(name[name.index(after: slash)...]))
  }.sorted { $0.qualifiedName < $1.qualifiedName }

  private static func plural(_ kind: String) -> String {
    if kind == "MultiNetworkPolicy" { return "multi-networkpolicies" }
    let lower = kind.lowercased()
    return lower.hasSuffix("y") ? lower.dropLast() + "ies" : lower + "s"
  }

  private static let byKind = Dictionary(
    uniqueKeysWithValues: all.map { ("\($0.group)/\($0.kind)", $0) })
  private static let byResource = Dictionary(
    uniqueKeysWithValues: all.map { ("\($0.group)/\($0.resource)", $0) })

  private static func type(
    _ group: String, _ resource: String, _ kind: String, namespaced: Bool = true,
    role: ResourceType.Role = .recorded, _ shortNames: String...
  ) -> ResourceType {
    ResourceType(
      group: group, resource: resource, kind: kind, isNamespaced: namespaced, role: role,
      shortNames: shortNames)
  }

  private static func core(
    _ resource: String, _ kind: String, namespaced: Bool = true, role: ResourceType.Role = .recorded,
    _ shortNames: String...
  ) -> ResourceType {
    ResourceType(
      group: "", resource: resource, kind: kind, isNamespaced: namespaced, role: role,
      shortNames: shortNames)
  }

  private static func policy(
    _ group: String, _ resource: String, _ kind: String, namespaced: Bool = true,
    _ shortNames: String...
  ) -> ResourceType {
    ResourceType(
      group: group, resource: resource, kind: kind, isNamespaced: namespaced, role: .policy,
      shortNames: shortNames)
  }
}
