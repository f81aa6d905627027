extension LabelExpression {
  /// The answer for a pod of which some labels are not known; nil where those decide.
  ///
  /// - Parameter value: the value of a label, nil where it is absent; `.none` in the outer optional where it is not known.
  package func known(_ value: (Key) -> String??) -> Bool? {
    func test(_ key: Key, _ holds: (String) -> Bool) -> Bool? { value(key).map { $0.map(holds) ?? false } }
    switch self {
    case .everything: return true
    case .nothing: return false
    case .has(let key): return value(key).map { $0 != nil }
    case .isIn(let key, let values): return test(key, values.contains)
    case .contains(let key, let text): return test(key) { $0.contains(text) }
    case .hasPrefix(let key, let text): return test(key) { $0.hasPrefix(text) }
    case .hasSuffix(let key, let text): return test(key) { $0.hasSuffix(text) }
    case .not(let inner): return inner.known(value).map { !$0 }
    case .all(let parts):
      let answers = parts.map { $0.known(value) }
      return answers.contains(false) ? false : answers.contains(nil) ? nil : true
    case .any(let parts):
      let answers = parts.map { $0.known(value) }
      return answers.contains(true) ? true : answers.contains(nil) ? nil : false
    }
  }
}
