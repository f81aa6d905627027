import KubeModel

extension LabelSelector {
  /// A selector that cannot be read selects nobody knows what.
  func match(_ labels: [String: String]) -> Match {
    isMalformed ? .maybe(.unknown) : Match(matches(labels))
  }
}
