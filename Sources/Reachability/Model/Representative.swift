/// Pods that may yet be deployed, known by what a rule asks of them and by nothing else.
///
/// What is asked of the namespace and what is asked of the pod are kept apart, each as the requirements
/// that hold together.
package struct Representative: Sendable, Hashable {
  /// Which selectors surely select the pods.
  package enum Matching: Sendable, Hashable {
    /// Those that ask for nothing, or for just the same, which is how netpol-analyzer sees them.
    case equal
    /// Those that ask for no more than what is known of the pods.
    case implied
  }

  package let requirements: Requirements
  package let matching: Matching

  package init(_ expression: LabelExpression, matching: Matching = .implied) {
    requirements = Requirements(expression)
    self.matching = matching
  }

  /// Any pod at all: only rules that speak of every pod speak of it. An ingress controller is such a pod,
  /// as nothing in the objects tells where it runs.
  package static let arbitrary = Representative(.nothing)

  /// Whether a rule for these pods is surely one for the representative.
  package func isSelected(by wanted: Requirements) -> Bool {
    isSelected(wanted.namespaces, requirements.namespaces) && isSelected(wanted.pods, requirements.pods)
  }

  private func isSelected(_ wanted: Set<LabelExpression>, _ own: Set<LabelExpression>) -> Bool {
    guard !wanted.isEmpty else { return true }
    guard !wanted.contains(.nothing) else { return false }
    return matching == .equal ? wanted == own : wanted.isSubset(of: own)
  }
}

/// The parts of an expression that all have to hold, in one spelling.
package struct Requirements: Sendable, Hashable {
  package let namespaces: Set<LabelExpression>
  package let pods: Set<LabelExpression>

  package init(_ expression: LabelExpression) {
    let parts = Set(Requirements.flat(expression).map(Requirements.canonical))
    namespaces = parts.filter { Requirements.isAboutNamespace($0) }
    pods = parts.filter { !Requirements.isAboutNamespace($0) }
  }

  /// Whether every pod satisfies it.
  package var isEmpty: Bool { namespaces.isEmpty && pods.isEmpty }

  private static func flat(_ expression: LabelExpression) -> [LabelExpression] {
    switch expression {
    case .everything: []
    case .all(let parts): parts.flatMap(flat)
    default: [expression]
    }
  }

  /// One spelling for the name of a namespace, which is a label of it too.
  private static func canonical(_ expression: LabelExpression) -> LabelExpression {
    let name = LabelExpression.Key.namespace("kubernetes.io/metadata.name")
    return switch expression {
    case .isIn(.namespaceName, let names): .isIn(name, names)
    case .has(.namespaceName): .has(name)
    case .not(let inner): .not(canonical(inner))
    case .any(let parts): .any(parts.map(canonical))
    default: expression
    }
  }

  private static func isAboutNamespace(_ expression: LabelExpression) -> Bool {
    switch expression {
    case .everything, .nothing: false
    case .has(let key), .isIn(let key, _), .contains(let key, _), .hasPrefix(let key, _), .hasSuffix(let key, _):
      switch key {
      case .namespace, .namespaceName: true
      case .pod, .serviceAccount: false
      }
    case .not(let inner): isAboutNamespace(inner)
    case .all(let parts), .any(let parts): parts.allSatisfy(isAboutNamespace)
    }
  }
}
