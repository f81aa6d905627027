internal import KubeModel

/// A selector over the labels that Cilium gives to endpoints: those of pods, and reserved ones for the rest.
struct CiliumSelector {
  enum Source: Equatable { case any, kubernetes, reserved, other }

  /// What the place of a selector adds to it.
  enum Bound: Equatable {
    case nothing
    /// The peer has a namespace, which only pods have.
    case anyNamespace
    case to(String)
  }

  struct Requirement {
    let source: Source
    let key: String
    let `operator`: LabelSelector.Operator
    let values: Set<String>

    var isPositive: Bool { `operator` == .isIn || `operator` == .exists }

    func holds(_ value: String?) -> Bool {
      switch `operator` {
      case .isIn: value.map(values.contains) ?? false
      case .isNotIn: value.map { !values.contains($0) } ?? true
      case .exists: value != nil
      case .doesNotExist: value == nil
      }
    }
  }

  private static let namespaceKey = "io.kubernetes.pod.namespace"
  private static let namespaceLabels = "io.cilium.k8s.namespace.labels."
  private static let serviceAccountKey = "io.cilium.k8s.policy.serviceaccount"
  private static let clusterKey = "io.cilium.k8s.policy.cluster"

  private(set) var requirements: [Requirement]
  var bound = Bound.nothing

  init(_ selector: LabelSelector) {
    requirements = selector.requirements.map { requirement in
      let (source, key) = CiliumSelector.split(requirement.key)
      return Requirement(source: source, key: key, operator: requirement.operator, values: requirement.values)
    }
  }

  /// The source of a key, and the label's own name.
  static func split(_ key: String) -> (Source, String) {
    guard let colon = key.firstIndex(of: ":") else { return (.any, key) }
    let source: Source = switch key[..<colon] {
    case "any", "": .any
    case "k8s": .kubernetes
    case "reserved": .reserved
    default: .other
    }
    return (source, String(key[key.index(after: colon)...]))
  }

  private func concernsPods(_ requirement: Requirement) -> Bool {
    requirement.source == .any || requirement.source == .kubernetes
  }

  var namesReserved: Bool { requirements.contains { $0.source == .reserved } }
  /// The sets of namespaces of which the selector demands one.
  var namespaces: [Set<String>] {
    requirements.filter { concernsPods($0) && $0.key == CiliumSelector.namespaceKey && $0.operator == .isIn }
      .map(\.values)
  }

  /// A kind of endpoint, such as `health`, that the selector demands and no pod is.
  var wantedReservedName: String? { requirements.first { $0.source == .reserved && $0.isPositive }?.key }

  /// Narrows a peer's selector as its policy does: to the policy's namespace, or to whatever has one.
  mutating func bindToNamespace(_ namespace: String?) {
    let keys = requirements.filter(concernsPods).map(\.key)
    guard !keys.contains(CiliumSelector.namespaceKey) else { return }
    if let namespace {
      guard !keys.contains(where: { $0.hasPrefix(CiliumSelector.namespaceLabels) }) else { return }
      bound = .to(namespace)
    } else {
      bound = .anyNamespace
    }
  }

  /// Takes out another namespace than the policy's own, which Cilium overwrites where it is written as the
  /// label `k8s:io.kubernetes.pod.namespace`, and returns it.
  mutating func dropForeignNamespace(_ namespace: String, labels: Value?) -> String? {
    let key = CiliumSelector.namespaceKey
    guard let given = labels?["k8s:\(key)"]?.string, given != namespace else { return nil }
    requirements.removeAll {
      $0.source == .kubernetes && $0.key == key && $0.operator == .isIn && $0.values == [given]
    }
    return given
  }

  /// Which clusters the selector demands by their names; nil where it does not look at the name.
  var clusterText: String? {
    let texts = requirements.compactMap { requirement -> String? in
      guard concernsPods(requirement), requirement.key == CiliumSelector.clusterKey else { return nil }
      let names = requirement.values.sorted().map { "'\(HiddenText.escaped($0))'" }.joined(separator: " or ")
      return switch requirement.operator {
      case .isIn: "the cluster \(names)"
      case .isNotIn: "a cluster other than \(names)"
      case .exists, .doesNotExist: nil
      }
    }
    return texts.isEmpty ? nil : texts.joined(separator: " and ")
  }

  /// The pods that it selects, if this cluster is one that it demands.
  var pods: LabelExpression {
    var parts: [LabelExpression] = []
    if case .to(let namespace) = bound { parts.append(.is(.namespaceName, namespace)) }
    for requirement in requirements {
      guard concernsPods(requirement) else {
        // Pods have no labels of other sources.
        if requirement.isPositive { return .nothing }
        continue
      }
      if requirement.key == CiliumSelector.clusterKey {
        // Every pod is in a cluster.
        if requirement.operator == .doesNotExist { return .nothing }
        continue
      }
      let key = CiliumSelector.key(requirement.key)
      switch requirement.operator {
      case .isIn: parts.append(.isIn(key, requirement.values))
      case .isNotIn: parts.append(.not(.isIn(key, requirement.values)))
      case .exists: parts.append(.has(key))
      case .doesNotExist: parts.append(.not(.has(key)))
      }
    }
    return .all(of: parts)
  }

  private static func key(_ key: String) -> LabelExpression.Key {
    switch key {
    case namespaceKey: .namespaceName
    case serviceAccountKey: .serviceAccount
    case _ where key.hasPrefix(namespaceLabels): .namespace(String(key.dropFirst(namespaceLabels.count)))
    default: .pod(key)
    }
  }

  /// Whether it selects an endpoint whose only label is a reserved one.
  func selects(reserved name: String) -> Bool {
    guard bound == .nothing else { return false }
    return requirements.allSatisfy { requirement in
      let isThis = requirement.key == name && (requirement.source == .any || requirement.source == .reserved)
      return requirement.holds(isThis ? "" : nil)
    }
  }
}

extension CiliumReader {
  mutating func selector(_ value: Value, _ path: String) -> CiliumSelector? {
    expectKeys(value, ["matchLabels", "matchExpressions"], path)
    guard let selector = LabelSelector(value) else { return nil }
    guard !selector.isMalformed else {
      note(path, "has an operator, or values, that no server takes")
      return nil
    }
    let read = CiliumSelector(selector)
    if read.requirements.contains(where: { $0.key.isEmpty }) { note(path, "has a label's key that is empty") }
    return read
  }
}
