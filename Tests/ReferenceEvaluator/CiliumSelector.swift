import KubeModel

/// A label selector of Cilium, whose keys name the source that labels come from: `k8s:app`, `reserved:host`, `any:app`.
struct CiliumSelector: Sendable {
  private struct Requirement: Sendable {
    let key: CiliumKey
    let `operator`: LabelSelector.Operator
    let values: Set<String>
  }

  private let requirements: [Requirement]
  /// Whether each requirement came from `matchLabels`.
  private let isFromLabels: [Bool]

  /// Nil where it is no selector, or one that the agent refuses.
  init?(_ value: Value) {
    guard let selector = LabelSelector(value), !selector.isMalformed else { return nil }
    let labels = value["matchLabels"]?.map?.keys ?? []
    requirements = selector.requirements.map {
      Requirement(key: CiliumKey($0.key), operator: $0.operator, values: $0.values)
    }
    isFromLabels = selector.requirements.indices.map { $0 < labels.count }
  }

  /// Whether a selector of peers says itself which namespaces it means, or means no pods. In a clusterwide policy labels
  /// of the namespace do not say it: a peer has to have a namespace.
  func namesItsPlace(isClusterwide: Bool) -> Bool {
    requirements.contains { requirement in
      requirement.key.source == "reserved" || requirement.key.name == CiliumKey.namespace
        || (!isClusterwide && requirement.key.name.hasPrefix(CiliumKey.namespaceLabels))
    }
  }

  /// Whether it asks for the name of a cluster, so that it may mean another one.
  var namesCluster: Bool {
    requirements.contains { $0.key.name == CiliumKey.cluster && ($0.operator == .isIn || $0.operator == .isNotIn) }
  }

  /// As the subject of a namespaced policy, a selector's own word on the namespace does not count.
  func matches(_ labels: CiliumLabels, ignoringNamespaceLabel: Bool = false) -> Match {
    Match.all(Array(zip(requirements, isFromLabels))) { requirement, isFromLabels in
      if ignoringNamespaceLabel && isFromLabels && requirement.key.name == CiliumKey.namespace { return .yes }
      return matches(requirement, labels)
    }
  }

  private func matches(_ requirement: Requirement, _ labels: CiliumLabels) -> Match {
    let value = labels.value(requirement.key)
    switch (requirement.operator, value) {
    case (.exists, nil), (.isIn, nil): return .no
    case (.doesNotExist, nil), (.isNotIn, nil): return .yes
    case (.exists, _?): return .yes
    case (.doesNotExist, _?): return .no
    // The name of the cluster is in no object.
    case (.isIn, .unnamed?), (.isNotIn, .unnamed?): return .maybe(.conditional)
    case (.isIn, .text(let text)?): return Match(requirement.values.contains(text))
    case (.isNotIn, .text(let text)?): return Match(!requirement.values.contains(text))
    }
  }
}

struct CiliumKey: Sendable, Hashable {
  static let namespace = "io.kubernetes.pod.namespace"
  static let namespaceLabels = "io.cilium.k8s.namespace.labels."
  static let serviceAccount = "io.cilium.k8s.policy.serviceaccount"
  static let cluster = "io.cilium.k8s.policy.cluster"

  let source: String
  let name: String

  init(_ key: String) {
    let parts = key.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    source = parts.count == 2 ? String(parts[0]) : "any"
    name = String(parts.last ?? "")
  }
}

/// The labels of an identity.
struct CiliumLabels: Sendable {
  enum Value: Sendable {
    case text(String)
    /// There, with a value that no object tells.
    case unnamed
  }

  private let kubernetes: [String: Value]
  private let reserved: Set<String>

  /// A pod's labels, with those of its namespace, its service account and its cluster.
  init(_ pod: Endpoint, _ cluster: Cluster) {
    var labels = pod.labels.mapValues(Value.text)
    for (key, value) in cluster.labels(ofNamespace: pod.namespace) {
      labels[CiliumKey.namespaceLabels + key] = .text(value)
    }
    labels[CiliumKey.namespace] = .text(pod.namespace)
    labels[CiliumKey.serviceAccount] = .text(pod.serviceAccount)
    labels[CiliumKey.cluster] = .unnamed
    kubernetes = labels
    reserved = []
  }

  init(reserved: Set<String>) {
    kubernetes = [:]
    self.reserved = reserved
  }

  init(node labels: [String: String]) {
    kubernetes = labels.mapValues(Value.text)
    reserved = []
  }

  func value(_ key: CiliumKey) -> Value? {
    switch key.source {
    case "k8s": kubernetes[key.name]
    case "any": kubernetes[key.name] ?? (reserved.contains(key.name) ? .text("") : nil)
    case "reserved": reserved.contains(key.name) ? .text("") : nil
    default: nil
    }
  }
}
