package import KubeModel

/// A question about a pod's labels and its namespace's, in whatever selector language it was asked.
package indirect enum LabelExpression: Sendable, Hashable {
  /// What a label belongs to.
  package enum Key: Sendable, Hashable {
    case pod(String)
    case namespace(String)
    /// The name of the namespace.
    case namespaceName
    case serviceAccount
  }

  case everything
  case nothing
  case has(Key)
  case isIn(Key, Set<String>)
  case contains(Key, String)
  case hasPrefix(Key, String)
  case hasSuffix(Key, String)
  case not(LabelExpression)
  case all([LabelExpression])
  case any([LabelExpression])

  package static func `is`(_ key: Key, _ value: String) -> LabelExpression { .isIn(key, [value]) }

  /// The requirements of a Kubernetes selector. A malformed selector selects nothing.
  package init(_ selector: LabelSelector, _ key: (String) -> Key) {
    guard !selector.isMalformed else {
      self = .nothing
      return
    }
    let parts = selector.requirements.map { requirement -> LabelExpression in
      let key = key(requirement.key)
      return switch requirement.operator {
      case .isIn: .isIn(key, requirement.values)
      case .isNotIn: .not(.isIn(key, requirement.values))
      case .exists: .has(key)
      case .doesNotExist: .not(.has(key))
      }
    }
    self = .all(of: parts)
  }

  /// All of these, without needless levels.
  package static func all(of parts: [LabelExpression]) -> LabelExpression {
    let parts = parts.filter { $0 != .everything }
    return parts.isEmpty ? .everything : parts.count == 1 ? parts[0] : .all(parts)
  }

  /// The answer for one pod.
  ///
  /// - Parameter value: the value of a label, or nil where it is absent.
  package func holds(_ value: (Key) -> String?) -> Bool {
    switch self {
    case .everything: true
    case .nothing: false
    case .has(let key): value(key) != nil
    case .isIn(let key, let values): value(key).map(values.contains) ?? false
    case .contains(let key, let text): value(key)?.contains(text) ?? false
    case .hasPrefix(let key, let text): value(key)?.hasPrefix(text) ?? false
    case .hasSuffix(let key, let text): value(key)?.hasSuffix(text) ?? false
    case .not(let inner): !inner.holds(value)
    case .all(let parts): parts.allSatisfy { $0.holds(value) }
    case .any(let parts): parts.contains { $0.holds(value) }
    }
  }
}
