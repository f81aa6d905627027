internal import KubeModel

/// What objects tell of the cluster as a whole.
struct ClusterTraits: Sendable, Hashable {
  /// The uid of the namespace kube-system.
  var uid: String?
  private(set) var daemonSets: Set<DaemonSetName> = []
  private(set) var podRanges: Set<String> = []
  private(set) var serviceRanges: Set<String> = []
  private(set) var nodeAddresses: Set<String> = []

  init() {}

  /// What one object tells.
  init(_ object: KubeObject, type: ResourceType) {
    switch (type.group, type.kind) {
    case ("", "Namespace"):
      if object.name == "kube-system" { uid = object.uid }
    case ("", "Node"):
      let ranges = object.spec?["podCIDRs"]?.strings ?? []
      podRanges = Set(ranges.isEmpty ? [object.spec?["podCIDR"]?.string].compactMap(\.self) : ranges)
      for address in object.value["status"]?["addresses"]?.list ?? []
      where ["InternalIP", "ExternalIP"].contains(address["type"]?.string) {
        if let address = address["address"]?.string { nodeAddresses.insert(address) }
      }
    case ("apps", "DaemonSet"):
      daemonSets = [
        DaemonSetName(
          namespace: object.namespace ?? "default", name: object.name,
          isReady: object.value["status"].map { ($0["numberReady"]?.int ?? 0) > 0 })
      ]
    case (ResourceCatalog.calicoGroup, "IPPool"):
      if let range = object.spec?["cidr"]?.string { podRanges = [range] }
    case ("networking.k8s.io", "ServiceCIDR"):
      serviceRanges = Set(object.spec?["cidrs"]?.strings ?? [])
    default: break
    }
  }

  mutating func formUnion(_ other: ClusterTraits) {
    uid = uid ?? other.uid
    daemonSets.formUnion(other.daemonSets)
    podRanges.formUnion(other.podRanges)
    serviceRanges.formUnion(other.serviceRanges)
    nodeAddresses.formUnion(other.nodeAddresses)
  }
}

/// A DaemonSet by its place; CNIs are known by theirs.
struct DaemonSetName: Hashable, Comparable {
  let namespace: String
  let name: String
  /// Whether a pod of it is ready; nil where the input does not tell.
  let isReady: Bool?

  static func < (left: DaemonSetName, right: DaemonSetName) -> Bool {
    (left.namespace, left.name) < (right.namespace, right.name)
  }
}
