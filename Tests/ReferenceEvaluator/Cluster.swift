import KubeModel

/// The objects of a cluster that policies ask about, none of them a policy.
struct Cluster: Sendable {
  struct Node: Sendable {
    let name: String
    let labels: [String: String]
    let addresses: [Address]
  }

  let endpoints: [Endpoint]
  let nodes: [Node]
  let services: [KubeObject]
  /// Labels of namespaces by name, with the one that the API server sets.
  private let namespaces: [String: [String: String]]
  /// Labels of service accounts by `namespace/name`, of those that are there.
  private let serviceAccounts: [String: [String: String]]

  init(_ objects: [KubeObject]) {
    func those(_ group: String, _ kind: String) -> [KubeObject] {
      objects.filter { $0.group == group && $0.kind == kind }
    }
    let pods = those("", "Pod")
    endpoints = pods.compactMap(Endpoint.init(pod:)) + Cluster.templates(of: objects, pods: pods)
    nodes = those("", "Node").map { node in
      let addresses = (node.value[["status", "addresses"]]?.list ?? []).compactMap { $0["address"]?.string }
      return Node(name: node.name, labels: node.labels, addresses: addresses.compactMap(Address.init))
    }
    services = those("", "Service")
    namespaces = Dictionary(those("", "Namespace").map { ($0.name, $0.labels) }) { first, _ in first }
    serviceAccounts = Dictionary(
      those("", "ServiceAccount").map { ("\($0.namespace ?? "default")/\($0.name)", $0.labels) }
    ) { first, _ in first }
  }

  /// Workloads stand for the pods they would make, unless pods of theirs, or a workload above them, are there.
  private static func templates(of objects: [KubeObject], pods: [KubeObject]) -> [Endpoint] {
    let kinds: [String: String] = [
      "Deployment": "apps", "ReplicaSet": "apps", "StatefulSet": "apps", "DaemonSet": "apps",
      "Job": "batch", "CronJob": "batch", "ReplicationController": "",
    ]
    let workloads = objects.filter { kinds[$0.kind] == $0.group }
    func key(_ object: KubeObject) -> String { "\(object.namespace ?? "default")/\(object.kind)/\(object.name)" }
    func owner(_ object: KubeObject) -> String? {
      object.controller.map { "\(object.namespace ?? "default")/\($0.kind)/\($0.name)" }
    }
    let keys = Set(workloads.map(key))
    var represented: Set<String> = []
    for pod in pods {
      var next = owner(pod)
      while let key = next, represented.insert(key).inserted {
        next = workloads.first { "\($0.namespace ?? "default")/\($0.kind)/\($0.name)" == key }.flatMap(owner)
      }
    }
    return workloads.filter { workload in
      !represented.contains(key(workload)) && !(owner(workload).map(keys.contains) ?? false)
    }.compactMap(Endpoint.init(workload:))
  }

  /// A namespace that is not there has the one label that every namespace has.
  func labels(ofNamespace name: String) -> [String: String] {
    var labels = namespaces[name] ?? [:]
    labels["kubernetes.io/metadata.name"] = name
    return labels
  }

  func labels(ofServiceAccount name: String, in namespace: String) -> [String: String]? {
    serviceAccounts["\(namespace)/\(name)"]
  }

  // MARK: Ends of packets

  /// The party that an endpoint is at one of its addresses.
  func party(_ endpoint: Endpoint, at address: Address?) -> Party {
    guard endpoint.isHostNetwork else {
      return Party(endpoint: endpoint, address: address, isHost: false, node: nil)
    }
    let node = endpoint.node ?? address.flatMap(self.node(at:))
    let address = address ?? nodes.first { $0.name == node }?.addresses.first
    return Party(endpoint: endpoint, address: address, isHost: true, node: node)
  }

  /// The party behind an address: a pod, a node, or something outside of the cluster.
  func party(at address: Address) -> Party {
    if let pod = endpoints.first(where: { !$0.isHostNetwork && $0.addresses.contains(address) }) {
      return party(pod, at: address)
    }
    let isHost = isNode(address)
    return Party(endpoint: nil, address: address, isHost: isHost, node: isHost ? node(at: address) : nil)
  }

  private func isNode(_ address: Address) -> Bool {
    nodes.contains { $0.addresses.contains(address) }
      || endpoints.contains {
        $0.hostAddresses.contains(address) || ($0.isHostNetwork && $0.addresses.contains(address))
      }
  }

  private func node(at address: Address) -> String? {
    nodes.first { $0.addresses.contains(address) }?.name
      ?? endpoints.first { $0.node != nil && $0.hostAddresses.contains(address) }?.node
  }

  /// Whether a host is the node that a pod runs on.
  func isSameNode(_ host: Party, _ pod: Endpoint) -> Match {
    if let hostNode = host.node, let podNode = pod.node { return Match(hostNode == podNode) }
    if let address = host.address, pod.hostAddresses.contains(address) { return .yes }
    return .maybe(.conditional)
  }
}
