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
  /// The labels of each node.
  let nodes: [[String: String]]

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
    nodes = state.entries.filter { $0.type.kind == "Node" && $0.type.group.isEmpty }.map(\.object.labels)
    nodeAddresses = clusterRanges.nodes.compactMap { IPRange($0) }
  }

  /// Whether an expression holds for an endpoint.
  func holds(_ expression: LabelExpression, _ endpoint: Int) -> Bool {
    let endpoint = endpoints[endpoint]
    let labels = namespaces[endpoint.namespace] ?? [:]
    return expression.holds { endpoint.value($0, labels) }
  }
}
