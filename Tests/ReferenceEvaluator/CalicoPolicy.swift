import KubeModel

/// Calico's NetworkPolicy or GlobalNetworkPolicy.
struct CalicoPolicy: Sendable {
  let kind: String
  let name: String
  /// Nil for a global policy.
  let namespace: String?
  let tier: String
  let order: Double
  private let types: Set<Direction>
  private let selector: CalicoField
  private let namespaceSelector: CalicoField
  private let serviceAccountSelector: CalicoField
  let rules: [Direction: [CalicoRule]]

  /// Nil for other kinds, and for policies that apply to nodes only.
  init?(_ object: KubeObject) {
    guard ["NetworkPolicy", "GlobalNetworkPolicy"].contains(object.kind) else { return nil }
    let spec = object.spec
    if spec?["doNotTrack"]?.bool == true || spec?["preDNAT"]?.bool == true { return nil }
    kind = object.kind
    name = object.name
    namespace = object.kind == "NetworkPolicy" ? object.namespace ?? "default" : nil
    let tier = spec?["tier"]?.string ?? ""
    self.tier = tier.isEmpty ? "default" : tier
    order = CalicoPolicies.order(spec?["order"])
    selector = CalicoField(spec?["selector"])
    namespaceSelector = object.kind == "GlobalNetworkPolicy" ? CalicoField(spec?["namespaceSelector"]) : .absent
    serviceAccountSelector = CalicoField(spec?["serviceAccountSelector"])
    let namespace = namespace
    let ingress = (spec?["ingress"]?.list ?? []).map { CalicoRule($0, namespace: namespace) }
    let egress = (spec?["egress"]?.list ?? []).map { CalicoRule($0, namespace: namespace) }
    rules = [.ingress: ingress, .egress: egress]
    // Unlike Kubernetes', rules for egress alone leave ingress open.
    let listed = spec?["types"]?.strings ?? []
    types =
      !listed.isEmpty
      ? Set(listed.compactMap(Direction.init(rawValue:)))
      : egress.isEmpty ? [.ingress] : ingress.isEmpty ? [.egress] : [.ingress, .egress]
  }

  func selects(_ pod: Endpoint, _ direction: Direction, _ reference: Reference) -> Match {
    guard types.contains(direction), namespace == nil || namespace == pod.namespace else { return .no }
    let labels = pod.calicoLabels(reference.cluster)
    return selector.matches(labels)
      .and(namespaceSelector.mapped(\.ofNamespaces).matches(labels))
      .and(serviceAccountSelector.matches(serviceAccountOf: pod, reference.cluster))
  }

  /// The first rule that allows, denies or passes decides; `next` is what comes where none does.
  func verdict(
    _ flow: Flow, _ direction: Direction, _ reference: Reference, pass: Verdict, next: Verdict
  ) -> Verdict {
    (rules[direction] ?? []).reversed().reduce(next) { next, rule in
      let outcome: Verdict =
        switch rule.action {
        case "Allow": .allowed
        case "Deny": .denied
        case "Pass": pass
        case "Log": next
        default: .unknown
        }
      return rule.matches(flow, reference).choose(outcome, next)
    }
  }
}

/// A selector in a field that may be empty, which is the same as not there.
enum CalicoField: Sendable {
  case absent
  case selector(CalicoSelector)
  case unreadable

  init(_ value: Value?) {
    switch value {
    case nil, .null?: self = .absent
    case .string(let text)?: self = text.isEmpty ? .absent : CalicoSelector(text).map(Self.selector) ?? .unreadable
    default: self = .unreadable
    }
  }

  var isAbsent: Bool { if case .absent = self { true } else { false } }

  func mapped(_ transform: (CalicoSelector) -> CalicoSelector) -> CalicoField {
    if case .selector(let selector) = self { .selector(transform(selector)) } else { self }
  }

  /// A field that is not there asks nothing.
  func matches(_ labels: [String: String]) -> Match {
    switch self {
    case .absent: .yes
    case .selector(let selector): Match(selector.matches(labels))
    case .unreadable: .maybe(.unknown)
    }
  }

  /// Labels of a service account that is not among the objects are not known.
  func matches(serviceAccountOf pod: Endpoint, _ cluster: Cluster) -> Match {
    if case .selector(.all) = self { return .yes }
    guard !isAbsent else { return .yes }
    guard var labels = cluster.labels(ofServiceAccount: pod.serviceAccount, in: pod.namespace) else {
      return .maybe(.unknown)
    }
    labels[CalicoLabel.name] = pod.serviceAccount
    return matches(labels)
  }
}

extension Endpoint {
  /// A pod's labels with those that its namespace hands down; its own win.
  func calicoLabels(_ cluster: Cluster) -> [String: String] {
    var result = cluster.calicoLabels(handedDownBy: namespace).merging(labels) { _, own in own }
    result[CalicoLabel.namespace] = namespace
    result[CalicoLabel.orchestrator] = "k8s"
    result[CalicoLabel.serviceAccount] = serviceAccount
    return result
  }
}

extension Cluster {
  func calicoLabels(handedDownBy namespace: String) -> [String: String] {
    var result: [String: String] = [:]
    for (key, value) in labels(ofNamespace: namespace) { result[CalicoLabel.namespacePrefix + key] = value }
    result[CalicoLabel.namespacePrefix + CalicoLabel.name] = namespace
    return result
  }
}
