package import KubeModel

/// Whether policy closes pods off, per namespace and direction.
///
/// NetworkPolicy is evaluated. Policies of other kinds are not: what they can affect is unknown, and
/// said to be.
package struct Isolation: Sendable {
  package enum Verdict: Sendable, Hashable {
    /// No policy isolates the pod: everything is allowed.
    case notIsolated
    /// A policy isolates it, but a rule lets everyone through again.
    case open(policy: String, rule: String, everyone: String)
    /// Isolated, and no rule lets everyone through.
    case closed(policies: [String])
    case unknown(reason: String)
  }

  /// The policies of a namespace with their paths in the store.
  package let policies: [String: [(policy: NetworkPolicy, path: String)]]
  private let unknown: [String: String]
  private let unknownEverywhere: String?

  package init(_ state: ClusterState) {
    var policies: [String: [(policy: NetworkPolicy, path: String)]] = [:]
    for entry in state.entries(of: ResourceCatalog.networkPolicies) {
      let policy = NetworkPolicy(entry.object)
      policies[policy.namespace, default: []].append((policy, entry.path))
    }
    self.policies = policies
    var unknown: [String: String] = [:]
    var everywhere: String?
    for entry in state.entries
    where entry.type.isPolicy && entry.type != ResourceCatalog.networkPolicies {
      let reason =
        "\(entry.type.kind) \(entry.object.name) (\(entry.type.group)) may decide otherwise and is not evaluated"
      if let namespace = entry.object.namespace {
        unknown[namespace] = unknown[namespace] ?? reason
      } else if let selected = Isolation.namespaces(selectedBy: entry.object, in: state) {
        for namespace in selected { unknown[namespace] = unknown[namespace] ?? reason }
      } else {
        everywhere = everywhere ?? reason
      }
    }
    for namespace in state.namespaces.map(\.name) {
      guard let reason = state.unreadPolicies(namespace: namespace) else { continue }
      unknown[namespace] = unknown[namespace] ?? reason
    }
    self.unknown = unknown
    unknownEverywhere = everywhere
  }

  /// The namespaces that an AdminNetworkPolicy and its kin select; nil where that cannot be told.
  private static func namespaces(selectedBy object: KubeObject, in state: ClusterState) -> [String]? {
    guard object.group == "policy.networking.k8s.io", let subject = object.spec?["subject"],
      let selector = LabelSelector(subject["namespaces"] ?? subject["pods"]?["namespaceSelector"]),
      !selector.isMalformed, state.unreadReason(ResourceCatalog.namespaces) == nil
    else { return nil }
    return state.namespaces.filter { selector.matches($0.labels) }.map(\.name)
  }

  /// Why nothing can be said of a namespace, or nil.
  package func unknownReason(_ namespace: String) -> String? {
    unknown[namespace] ?? unknownEverywhere
      ?? policies[namespace]?.lazy.compactMap { entry in
        entry.policy.defect.map { "NetworkPolicy \(entry.policy.name) cannot be evaluated: \($0)" }
      }.first
  }

  /// The verdict for a pod with these labels.
  package func verdict(
    _ labels: [String: String], in namespace: String, _ direction: Direction
  ) -> Verdict {
    if let reason = unknownReason(namespace) { return .unknown(reason: reason) }
    let isolating = (policies[namespace] ?? []).map(\.policy).filter { $0.isolates(labels, direction) }
    guard !isolating.isEmpty else { return .notIsolated }
    let openness = Isolation.openness(isolating, direction)
    if openness.isOnEveryPort, let source = openness.sources.first {
      return .open(policy: source.policy, rule: source.rule.path, everyone: openness.everyone ?? "everyone")
    }
    return .closed(policies: isolating.map(\.name))
  }

  /// What the policies that isolate a pod with these labels let through together.
  package func openness(
    _ labels: [String: String], in namespace: String, _ direction: Direction
  ) -> Openness {
    Isolation.openness(
      (policies[namespace] ?? []).map(\.policy).filter { $0.isolates(labels, direction) }, direction)
  }

  private static func openness(_ policies: [NetworkPolicy], _ direction: Direction) -> Openness {
    Openness(
      policies.flatMap { policy in
        (policy.rules[direction] ?? []).map { Openness.Source(policy: policy.name, rule: $0) }
      })
  }

  /// Whether every pod of a namespace is closed off, also those that nobody has seen: a policy selects
  /// all of them, and no rule of any policy there lets everyone through.
  package func closesEveryPod(in namespace: String, _ direction: Direction) -> Bool {
    guard unknownReason(namespace) == nil else { return false }
    let all = (policies[namespace] ?? []).map(\.policy).filter { $0.directions.contains(direction) }
    return all.contains { $0.podSelector.isEmpty }
      && !Isolation.openness(all, direction).isOnEveryPort
  }
}
