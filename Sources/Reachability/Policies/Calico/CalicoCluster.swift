import KubeModel

/// What Calico's policies speak of beside pods: tiers, sets of addresses, services.
struct CalicoCluster {
  /// Addresses that selectors find by labels: a NetworkSet, a GlobalNetworkSet, a HostEndpoint.
  struct LabelledAddresses {
    let isHost: Bool
    let labels: [String: String]
    let ranges: [IPRange]
    /// Names whose addresses belong to it.
    let domains: [String]
  }

  let state: ClusterState
  let tiers: CalicoTiers
  let labelled: [LabelledAddresses]
  /// Services by `namespace/name`.
  let services: [String: KubeObject]
  let pods: CalicoPods

  init(_ state: ClusterState, problems: inout [PolicyProblem]) {
    self.state = state
    tiers = CalicoTiers(state, problems: &problems)
    pods = CalicoPods(state)
    var labelled: [LabelledAddresses] = []
    for kind in ["NetworkSet", "GlobalNetworkSet", "HostEndpoint"] {
      for entry in CalicoCluster.entries(kind, in: state) {
        var reading = CalicoReading(entry)
        let addresses = CalicoCluster.addresses(entry, pods, &reading)
        if !reading.isRefused { labelled.append(addresses) }
        problems += reading.problems
      }
    }
    self.labelled = labelled
    let services = ResourceCatalog.type(group: "", kind: "Service").map(state.entries) ?? []
    self.services = Dictionary(
      services.map { ("\($0.object.namespace ?? "default")/\($0.object.name)", $0.object) },
      uniquingKeysWith: { first, _ in first })
  }

  static func entries(_ kind: String, in state: ClusterState) -> [ClusterState.Entry] {
    ResourceCatalog.type(group: ResourceCatalog.calicoGroup, kind: kind).map(state.entries) ?? []
  }

  static func unread(_ kind: String, in state: ClusterState, namespace: String? = nil) -> String? {
    ResourceCatalog.type(group: ResourceCatalog.calicoGroup, kind: kind)
      .flatMap { state.unreadReason($0, namespace: namespace) }
  }

  private static func addresses(
    _ entry: ClusterState.Entry, _ pods: CalicoPods, _ reading: inout CalicoReading
  ) -> LabelledAddresses {
    let spec = entry.object.spec
    var labels = entry.object.labels
    let isHost = entry.type.kind == "HostEndpoint"
    if entry.type.isNamespaced {
      let namespace = entry.object.namespace ?? "default"
      // A set inherits the labels of its namespace as a pod does.
      labels.merge(pods.inheritedLabels(namespace)) { own, _ in own }
      labels["projectcalico.org/namespace"] = namespace
    }
    let field = isHost ? "expectedIPs" : "nets"
    return LabelledAddresses(
      isHost: isHost, labels: labels,
      ranges: reading.ranges(spec?[field], "spec.\(field)", needPrefix: false),
      domains: reading.texts(spec?["allowedEgressDomains"], "spec.allowedEgressDomains"))
  }

  /// Whomever a selector finds: pods, and the addresses of sets and host endpoints.
  ///
  /// - Parameter namespace: the only namespace in which it can find anything, nil where it is not bound.
  /// - Returns: nil where a key of the selector is not recorded.
  func who(_ selector: CalicoSelector.Node, boundTo namespace: String?) -> PeerTerm.Who? {
    guard let expression = selector.expression(pods.meaning)?.simplified else { return nil }
    var terms: [PeerTerm.Who] = expression == .nothing ? [] : [.pods(expression)]
    let found = labelled(selector)
    let ranges = IPRange.union(found.flatMap(\.ranges))
    if !ranges.isEmpty { terms.append(.addresses(ranges, reach: .everywhere)) }
    let domains = Set(found.flatMap(\.domains)).sorted()
    if !domains.isEmpty { terms.append(.domains(domains)) }
    if let reason = unreadSets(boundTo: namespace) {
      terms.append(.unresolved("network sets that were not read: \(reason)"))
    }
    return terms.count == 1 ? terms[0] : .either(terms)
  }

  /// The sets and host endpoints that a selector finds.
  func labelled(_ selector: CalicoSelector.Node) -> [LabelledAddresses] {
    let question = CalicoSelector(selector).question
    return labelled.filter { question.holds($0.labels) }
  }

  private func unreadSets(boundTo namespace: String?) -> String? {
    if let reason = CalicoCluster.unread("NetworkSet", in: state, namespace: namespace) { return reason }
    return namespace == nil ? CalicoCluster.unread("GlobalNetworkSet", in: state) : nil
  }
}
