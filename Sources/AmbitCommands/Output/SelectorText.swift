import KubeModel

/// Selectors as kubectl writes them.
enum SelectorText {
  /// `app=web,tier in (a,b)`; `<all>` for the empty selector, `-` where this is none.
  static func text(_ value: Value) -> String {
    guard let selector = LabelSelector(value) else { return "-" }
    return selector.isEmpty ? "<all>" : selector.text
  }

  /// `app=web,tier=front`, or `<none>`.
  static func labels(_ labels: [String: String]) -> String {
    labels.isEmpty
      ? "<none>" : labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
  }
}
