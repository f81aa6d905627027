/// Calico's language of selectors: `role == 'db' && !has(legacy)`.
package indirect enum CalicoSelector: Sendable, Hashable {
  case all
  case global
  case has(String)
  case equals(String, String)
  case differs(String, String)
  case isIn(String, Set<String>)
  case isNotIn(String, Set<String>)
  case contains(String, String)
  case startsWith(String, String)
  case endsWith(String, String)
  case not(CalicoSelector)
  case and([CalicoSelector])
  case or([CalicoSelector])
}

extension CalicoSelector {
  /// Whether labels match. `global()` says nothing about labels; where it means something it is replaced before.
  package func matches(_ labels: [String: String]) -> Bool {
    switch self {
    case .all, .global: true
    case .has(let key): labels[key] != nil
    case .equals(let key, let value): labels[key] == value
    case .differs(let key, let value): labels[key] != value
    case .isIn(let key, let values): labels[key].map(values.contains) ?? false
    case .isNotIn(let key, let values): !(labels[key].map(values.contains) ?? false)
    case .contains(let key, let part): labels[key].map { part.isEmpty || $0.contains(part) } ?? false
    case .startsWith(let key, let part): labels[key]?.hasPrefix(part) ?? false
    case .endsWith(let key, let part): labels[key]?.hasSuffix(part) ?? false
    case .not(let selector): !selector.matches(labels)
    case .and(let selectors): selectors.allSatisfy { $0.matches(labels) }
    case .or(let selectors): selectors.contains { $0.matches(labels) }
    }
  }

  /// A selector of namespaces as one of what is in them: keys become those that namespaces hand down, `all()` asks
  /// for any namespace and `global()` for none.
  var ofNamespaces: CalicoSelector { handedDown(by: CalicoLabel.namespacePrefix) }

  private func handedDown(by prefix: String) -> CalicoSelector {
    switch self {
    case .all: .has(CalicoLabel.namespace)
    case .global: .not(.has(CalicoLabel.namespace))
    case .has(let key): .has(prefix + key)
    case .equals(let key, let value): .equals(prefix + key, value)
    case .differs(let key, let value): .differs(prefix + key, value)
    case .isIn(let key, let values): .isIn(prefix + key, values)
    case .isNotIn(let key, let values): .isNotIn(prefix + key, values)
    case .contains(let key, let part): .contains(prefix + key, part)
    case .startsWith(let key, let part): .startsWith(prefix + key, part)
    case .endsWith(let key, let part): .endsWith(prefix + key, part)
    case .not(let selector): .not(selector.handedDown(by: prefix))
    case .and(let selectors): .and(selectors.map { $0.handedDown(by: prefix) })
    case .or(let selectors): .or(selectors.map { $0.handedDown(by: prefix) })
    }
  }

  /// The one spelling that Calico gives to all spellings of a selector.
  package var canonical: String {
    func quoted(_ value: String) -> String { value.contains("\"") ? "'\(value)'" : "\"\(value)\"" }
    func set(_ values: Set<String>) -> String { "{" + values.sorted().map(quoted).joined(separator: ", ") + "}" }
    return switch self {
    case .all: "all()"
    case .global: "global()"
    case .has(let key): "has(\(key))"
    case .equals(let key, let value): "\(key) == \(quoted(value))"
    case .differs(let key, let value): "\(key) != \(quoted(value))"
    case .isIn(let key, let values): "\(key) in \(set(values))"
    case .isNotIn(let key, let values): "\(key) not in \(set(values))"
    case .contains(let key, let part): "\(key) contains \(quoted(part))"
    case .startsWith(let key, let part): "\(key) starts with \(quoted(part))"
    case .endsWith(let key, let part): "\(key) ends with \(quoted(part))"
    case .not(let selector): "!\(selector.canonical)"
    case .and(let selectors): "(" + selectors.map(\.canonical).joined(separator: " && ") + ")"
    case .or(let selectors): "(" + selectors.map(\.canonical).joined(separator: " || ") + ")"
    }
  }
}

/// Labels that Calico adds to what is in a namespace.
enum CalicoLabel {
  static let namespace = "projectcalico.org/namespace"
  static let serviceAccount = "projectcalico.org/serviceaccount"
  static let orchestrator = "projectcalico.org/orchestrator"
  static let name = "projectcalico.org/name"
  static let namespacePrefix = "pcns."
}
