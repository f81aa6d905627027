extension CalicoSelector.Node {
  /// What a key of a selector stands for on a pod.
  enum Meaning {
    case label(LabelExpression.Key)
    /// Something that every pod has.
    case everyPods(LabelExpression.Key)
    /// The same value on every pod.
    case fixed(String)
    /// What the pod's profile gives it, unless it has a label of that name itself.
    case inherited(own: LabelExpression.Key, LabelExpression.Key)
    /// Nothing that is recorded tells.
    case unknown
  }

  /// The question that it asks of pods, or nil where a key is unknown.
  func expression(_ meaning: (String) -> Meaning) -> LabelExpression? {
    switch self {
    case .all, .global: .everything
    case .has(let key):
      if case .everyPods = meaning(key) { .everything } else { test(meaning(key)) { .has($0) } }
    case .equals(let key, let value): test(meaning(key)) { .is($0, value) }
    case .differs(let key, let value): test(meaning(key)) { .is($0, value) }.map { .not($0) }
    case .contains(let key, let value): test(meaning(key)) { .contains($0, value) }
    case .startsWith(let key, let value): test(meaning(key)) { .hasPrefix($0, value) }
    case .endsWith(let key, let value): test(meaning(key)) { .hasSuffix($0, value) }
    case .isIn(let key, let values): test(meaning(key)) { .isIn($0, Set(values)) }
    case .isNotIn(let key, let values): test(meaning(key)) { .isIn($0, Set(values)) }.map { .not($0) }
    case .not(let inner): inner.expression(meaning).map { .not($0) }
    case .and(let parts): all(parts, meaning).map { .all($0) }
    case .or(let parts): all(parts, meaning).map { .any($0) }
    }
  }

  private func all(
    _ parts: [CalicoSelector.Node], _ meaning: (String) -> Meaning
  ) -> [LabelExpression]? {
    let expressions = parts.compactMap { $0.expression(meaning) }
    return expressions.count == parts.count ? expressions : nil
  }

  /// - Parameter make: a test that fails where the label is absent.
  private func test(
    _ meaning: Meaning, _ make: (LabelExpression.Key) -> LabelExpression
  ) -> LabelExpression? {
    switch meaning {
    case .label(let key), .everyPods(let key): make(key)
    case .fixed(let value): make(.pod("")).holds { _ in value } ? .everything : .nothing
    case .inherited(let own, let inherited):
      .any([make(own), .all([.not(.has(own)), make(inherited)])])
    case .unknown: nil
    }
  }

  /// The same selector about labels that are inherited under a prefix, as Calico asks it of endpoints.
  ///
  /// - Parameter everyone: the label that says of an endpoint that it belongs to anything of the kind;
  ///   nil where `all()` stays what it is.
  func prefixed(_ prefix: String, everyone: String?) -> CalicoSelector.Node {
    switch self {
    case .all: everyone.map { .has($0) } ?? .all
    case .global: everyone.map { .not(.has($0)) } ?? .global
    case .has(let key): .has(prefix + key)
    case .equals(let key, let value): .equals(prefix + key, value)
    case .differs(let key, let value): .differs(prefix + key, value)
    case .contains(let key, let value): .contains(prefix + key, value)
    case .startsWith(let key, let value): .startsWith(prefix + key, value)
    case .endsWith(let key, let value): .endsWith(prefix + key, value)
    case .isIn(let key, let values): .isIn(prefix + key, values)
    case .isNotIn(let key, let values): .isNotIn(prefix + key, values)
    case .not(let inner): .not(inner.prefixed(prefix, everyone: everyone))
    case .and(let parts): .and(parts.map { $0.prefixed(prefix, everyone: everyone) })
    case .or(let parts): .or(parts.map { $0.prefixed(prefix, everyone: everyone) })
    }
  }

  /// Whether `global()` stands anywhere in it.
  var hasGlobal: Bool {
    switch self {
    case .global: true
    case .not(let inner): inner.hasGlobal
    case .and(let parts), .or(let parts): parts.contains { $0.hasGlobal }
    default: false
    }
  }
}
