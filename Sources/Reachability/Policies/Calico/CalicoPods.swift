import KubeModel

/// What the keys of Calico's selectors mean on pods.
struct CalicoPods {
  /// Labels of pods whose names begin like those that profiles give: a pod's own label wins over them.
  private let ownKeys: Set<String>
  private let namespaceLabels: [String: [String: String]]
  private let workloads: [Workload]

  static let namespace = "projectcalico.org/namespace"
  static let serviceAccount = "projectcalico.org/serviceaccount"
  private static let orchestrator = "projectcalico.org/orchestrator"
  static let namespacePrefix = "pcns."
  static let serviceAccountPrefix = "pcsa."
  /// The label by which a profile tells the name of its namespace or service account.
  private static let name = "projectcalico.org/name"

  init(_ state: ClusterState) {
    workloads = state.workloads
    ownKeys = Set(
      workloads.flatMap(\.variants).flatMap(\.labels.keys).filter { $0.hasPrefix(CalicoPods.namespacePrefix) })
    namespaceLabels = Dictionary(
      state.namespaces.map { ($0.name, $0.labels) }, uniquingKeysWith: { first, _ in first })
  }

  func meaning(_ key: String) -> CalicoSelector.Node.Meaning {
    switch key {
    case CalicoPods.namespace: return .everyPods(.namespaceName)
    case CalicoPods.serviceAccount: return .everyPods(.serviceAccount)
    case CalicoPods.orchestrator: return .fixed("k8s")
    case CalicoPods.serviceAccountPrefix + CalicoPods.name: return .everyPods(.serviceAccount)
    default: break
    }
    // Of service accounts nothing but the name is recorded.
    if key.hasPrefix(CalicoPods.serviceAccountPrefix) { return .unknown }
    guard key.hasPrefix(CalicoPods.namespacePrefix) else { return .label(.pod(key)) }
    let label = String(key.dropFirst(CalicoPods.namespacePrefix.count))
    let inherited: LabelExpression.Key = label == CalicoPods.name ? .namespaceName : .namespace(label)
    if ownKeys.contains(key) { return .inherited(own: .pod(key), inherited) }
    return label == CalicoPods.name ? .everyPods(inherited) : .label(inherited)
  }

  /// The labels that everything in a namespace has through its profile.
  func inheritedLabels(_ namespace: String) -> [String: String] {
    var labels: [String: String] = [:]
    for (key, value) in namespaceLabels[namespace] ?? [:] { labels[CalicoPods.namespacePrefix + key] = value }
    labels[CalicoPods.namespacePrefix + CalicoPods.name] = namespace
    return labels
  }

  /// Whether an expression selects any pod that was seen.
  func selectsAny(_ expression: LabelExpression) -> Bool {
    workloads.contains { workload in
      let inherited = namespaceLabels[workload.namespace] ?? [:]
      return workload.variants.contains { variant in
        !variant.hostNetwork
          && expression.holds { key in
            switch key {
            case .pod(let name): variant.labels[name]
            case .namespace(let name): inherited[name]
            case .namespaceName: workload.namespace
            case .serviceAccount: variant.value["serviceAccountName"]?.string ?? "default"
            }
          }
      }
    }
  }
}
