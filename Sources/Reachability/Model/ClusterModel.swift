package import KubeModel

/// What of a cluster the engine evaluates: its pods in classes, its namespaces, its ranges of addresses.
package struct ClusterModel: Sendable {
  package struct WorkloadEntry: Sendable {
    package let workload: Workload
    /// Its pods, as places in `endpoints`.
    package let endpoints: [Int]
  }

  /// Sorted by namespace; no two are alike.
  package let endpoints: [Endpoint]
  package let workloads: [WorkloadEntry]
  /// The workloads that each endpoint stands for, as places in `workloads`.
  package let workloadsOfEndpoint: [[Int]]
  package let namespaces: [String: [String: String]]
  /// The places in `endpoints` of each namespace.
  let namespaceRanges: [String: Range<Int>]
  /// Ranges that pods get their addresses from, where they are known.
  package let podRanges: [IPRange]
  package let nodeAddresses: [IPRange]
  let nodes: [Node]
  /// The nodes that each endpoint on its node's network may be on; nil where they cannot be told.
  private let nodesOfHost: [Int: [Node]?]

  struct Node: Sendable {
    let name: String
    let labels: [String: String]
    let addresses: [IPRange]

    init(_ object: KubeObject) {
      name = object.name
      labels = object.labels
      addresses = (object.value["status"]?["addresses"]?.list ?? [])
        .compactMap { $0["address"]?.string.flatMap { IPRange($0) } }
    }
  }

  package init(_ state: ClusterState) {
    let workloads = state.workloads
    var order: [Endpoint] = []
    var places: [Endpoint: Int] = [:]
    var entries: [WorkloadEntry] = []
    for workload in workloads.sorted(by: { $0.namespace.utf8.lexicographicallyPrecedes($1.namespace.utf8) }) {
      var endpoints: [Int] = []
      for variant in workload.variants {
        let endpoint = Endpoint(variant, namespace: workload.namespace)
        if let place = places[endpoint] {
          endpoints.append(place)
        } else {
          places[endpoint] = order.count
          endpoints.append(order.count)
          order.append(endpoint)
        }
      }
      entries.append(WorkloadEntry(workload: workload, endpoints: endpoints))
    }
    endpoints = order
    self.workloads = entries
    var owners = Array(repeating: [Int](), count: order.count)
    for (place, entry) in entries.enumerated() {
      for endpoint in Set(entry.endpoints) { owners[endpoint].append(place) }
    }
    workloadsOfEndpoint = owners
    namespaces = Dictionary(state.namespaces.map { ($0.name, $0.labels) }) { first, _ in first }
    var ranges: [String: Range<Int>] = [:]
    for (index, endpoint) in order.enumerated() {
      ranges[endpoint.namespace] = (ranges[endpoint.namespace]?.lowerBound ?? index)..<(index + 1)
    }
    namespaceRanges = ranges
    let clusterRanges = state.ranges
    podRanges = IPRange.union(clusterRanges.pods.compactMap { IPRange($0) })
    let nodes = state.entries.filter { $0.type.kind == "Node" && $0.type.group.isEmpty }.map { Node($0.object) }
    self.nodes = nodes
    nodeAddresses = clusterRanges.nodes.compactMap { IPRange($0) }
    var nodesOfHost: [Int: [Node]?] = [:]
    for (place, endpoint) in order.enumerated() where endpoint.isOnHostNetwork {
      nodesOfHost[place] = ClusterModel.nodes(of: endpoint, among: nodes)
    }
    self.nodesOfHost = nodesOfHost
  }

  /// Pods on a node's network have its addresses. Without an address a pod may be on any of the nodes.
  private static func nodes(of endpoint: Endpoint, among nodes: [Node]) -> [Node]? {
    guard !endpoint.addresses.isEmpty else { return nodes.isEmpty ? nil : nodes }
    var found: [Node] = []
    for address in endpoint.addresses {
      let own = nodes.filter { $0.addresses.contains(address) }
      guard !own.isEmpty else { return nil }
      found += own
    }
    return found
  }

  /// Whether something holds of the node that a pod on its node's network is on.
  func nodeMatch(_ endpoint: Int, _ holds: (Node) -> Bool) -> Certainty {
    guard let nodes = nodesOfHost[endpoint] ?? nil else { return .perhaps }
    let count = nodes.count(where: holds)
    return count == nodes.count ? .surely : count == 0 ? .never : .perhaps
  }

  /// The families of addresses that an endpoint speaks; both where no address of it is known.
  func families(_ endpoint: Endpoint) -> Set<IPRange.Family> {
    let known = Set(addresses(endpoint).map(\.family))
    return known.isEmpty ? [.v4, .v6] : known
  }

  /// The addresses of an endpoint, or those of which it has some.
  func addresses(_ endpoint: Endpoint) -> [IPRange] {
    endpoint.addresses.isEmpty ? endpoint.isOnHostNetwork ? nodeAddresses : podRanges : endpoint.addresses
  }

  /// Whether an expression holds for an endpoint.
  func holds(_ expression: LabelExpression, _ endpoint: Int) -> Bool {
    let endpoint = endpoints[endpoint]
    let labels = namespaces[endpoint.namespace] ?? [:]
    return expression.holds { endpoint.value($0, labels) }
  }
}

/// Whether something holds that the objects may not tell.
enum Certainty: Sendable {
  case surely, perhaps, never
}
