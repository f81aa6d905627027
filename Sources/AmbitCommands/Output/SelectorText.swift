import KubeModel

/// Selectors as kubectl writes them.
enum SelectorText {
  /// `app=web,tier in (a,b)`; `<all>` for the empty selector, `-` where this is none.
  static func text(_ value: Value) -> String {
    guard let selector = LabelSelector(value) else { return "-" }
    guard !selector.isEmpty else { return "<all>" }
    return selector.requirements.map { requirement in
      let values = requirement.values.sorted()
      return switch requirement.operator {
      case .isIn where values.count == 1: "\(requirement.key)=\(values[0])"
      case .isIn: "\(requirement.key) in (\(values.joined(separator: ",")))"
      case .isNotIn: "\(requirement.key) notin (\(values.joined(separator: ",")))"
      case .exists: requirement.key
      case .doesNotExist: "!\(requirement.key)"
      }
    }.joined(separator: ",")
  }

  /// `app=web,tier=front`, or `<none>`.
  static func labels(_ labels: [String: String]) -> String {
    labels.isEmpty
      ? "<none>" : labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
  }
}
