internal import KubeModel

/// What the rules of the linter look at: the engine's compiled policies, and whom they apply to.
struct LintContext {
  /// Endpoints that the same policies apply to, and that a rule cannot tell apart.
  struct Group {
    /// Places in the engine's policies, in the order in which they are asked.
    let policies: [Int]
    /// One of the endpoints.
    let endpoint: Int
    var count: Int
  }

  let engine: ReachabilityEngine
  let state: ClusterState
  let set: PolicySet
  /// Why nothing can be said that depends on the cluster's pods, or nil.
  let unknownPods: String?
  /// The endpoints of each policy that policy reaches.
  let subjects: [Bitset]
  /// The names of each endpoint's workloads.
  private let workloadNames: [[String]]
  private(set) var groups: [Direction: [Group]] = [:]
  /// The places of a policy's groups in `groups`.
  private(set) var groupsOfPolicy: [Direction: [[Int]]] = [:]

  var model: ClusterModel { engine.model }
  var policies: [Policy] { engine.policies }

  init(_ engine: ReachabilityEngine, _ set: PolicySet, _ state: ClusterState, _ index: inout LabelIndex) {
    self.engine = engine
    self.set = set
    self.state = state
    unknownPods =
      ResourceCatalog.all.lazy.filter { $0.role == .folded || $0 == ResourceCatalog.namespaces }
      .compactMap { type in state.unreadReason(type).map { "\(type.qualifiedName) unread: \($0)" } }.first
      ?? (engine.model.endpoints.isEmpty ? "there are no workloads" : nil)
    var hosts = Bitset(count: engine.model.endpoints.count)
    for (place, endpoint) in engine.model.endpoints.enumerated() where endpoint.isOnHostNetwork { hosts.insert(place) }
    subjects = engine.policies.map { index.endpoints($0.subjects).subtracting(hosts) }
    workloadNames = engine.model.workloadsOfEndpoint.map { places in
      places.map { engine.model.workloads[$0].workload }.map { "\($0.namespace)/\($0.name)" }
    }
    for direction in Direction.allCases { group(direction) }
  }

  private mutating func group(_ direction: Direction) {
    var places: [ReachabilityEngine.RowKey: Int] = [:]
    var groups: [Group] = []
    for (endpoint, applying) in engine.applying[direction].enumerated() where !applying.isEmpty {
      let key = engine.key(endpoint, direction)
      if let place = places[key] {
        groups[place].count += 1
      } else {
        places[key] = groups.count
        groups.append(Group(policies: applying.map(Int.init), endpoint: endpoint, count: 1))
      }
    }
    var ofPolicy = Array(repeating: [Int](), count: policies.count)
    for (place, group) in groups.enumerated() { for policy in group.policies { ofPolicy[policy].append(place) } }
    self.groups[direction] = groups
    groupsOfPolicy[direction] = ofPolicy
  }

  /// Where a policy stands among those of a group.
  func groupPlace(_ policy: Int, _ group: Int, _ direction: Direction) -> Int {
    groups[direction]?[group].policies.firstIndex(of: policy) ?? .max
  }

  /// The names of some of these endpoints' workloads, for a message.
  func names(_ endpoints: [Int]) -> String {
    let names = Set(endpoints.flatMap { workloadNames[$0] })
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let shown = names.prefix(3).joined(separator: ", ")
    return names.count > 3 ? "\(shown) and \(names.count - 3) more" : shown
  }
}

extension Policy {
  /// The field that says whom the policy applies to.
  var subjectPath: String {
    switch identity.group {
    case "networking.k8s.io": "spec.podSelector"
    case "policy.networking.k8s.io": "spec.subject"
    case "cilium.io": "spec.endpointSelector"
    case "projectcalico.org", "crd.projectcalico.org": "spec.selector"
    default: "spec"
    }
  }

  /// Whether the order of its rules counts by the API, also where all of them do the same.
  var isOrdered: Bool { !["networking.k8s.io", "cilium.io"].contains(identity.group) }

  /// Whether Ambit knows what the policy does.
  var isModelled: Bool { tier != .unmodelled }
}
