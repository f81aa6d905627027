extension LabelExpression {
  /// Whether surely no labels satisfy it; never true where some may.
  package var isContradiction: Bool {
    switch self {
    case .nothing: return true
    case .any(let parts): return parts.allSatisfy(\.isContradiction)
    default: break
    }
    var demands: [Key: Demand] = [:]
    for part in conjuncts {
      switch part {
      case .nothing: return true
      case .any(let parts) where parts.allSatisfy(\.isContradiction): return true
      default: break
      }
      guard let (key, literal) = part.literal else { continue }
      demands[key, default: Demand(key)].add(literal)
    }
    return demands.values.contains(where: \.isUnmeetable)
  }

  /// The expressions that all have to hold.
  var conjuncts: [LabelExpression] {
    guard case .all(let parts) = self else { return self == .everything ? [] : [self] }
    return parts.flatMap(\.conjuncts)
  }

  /// Whether it speaks of nothing but namespaces.
  var isAboutNamespaces: Bool {
    switch self {
    case .everything, .nothing: true
    case .has(let key), .isIn(let key, _), .contains(let key, _), .hasPrefix(let key, _), .hasSuffix(let key, _):
      switch key {
      case .namespace, .namespaceName: true
      case .pod, .serviceAccount: false
      }
    case .not(let inner): inner.isAboutNamespaces
    case .all(let parts), .any(let parts): parts.allSatisfy(\.isAboutNamespaces)
    }
  }

  /// A question about one label, with the label; nil for anything else.
  private var literal: (Key, LabelExpression)? {
    switch self {
    case .has(let key), .isIn(let key, _), .contains(let key, _), .hasPrefix(let key, _), .hasSuffix(let key, _):
      (key.plain, self)
    case .not(let inner): inner.literal.map { ($0.0, self) }
    default: nil
    }
  }

  /// All that is asked of one label.
  private struct Demand {
    private var questions: [LabelExpression] = []
    private var values: Set<String>?
    private var isPresent: Bool
    private var isAbsent = false

    init(_ key: Key) { isPresent = key == .namespaceName || key == .serviceAccount }

    mutating func add(_ question: LabelExpression) {
      questions.append(question)
      switch question {
      case .isIn(_, let wanted):
        values = values?.intersection(wanted) ?? wanted
        isPresent = true
      case .has, .contains, .hasPrefix, .hasSuffix: isPresent = true
      case .not(.has): isAbsent = true
      default: break
      }
    }

    var isUnmeetable: Bool {
      if isPresent && isAbsent { return true }
      // Only where the values are listed can each be tried.
      guard let values else { return false }
      return !values.contains { value in questions.allSatisfy { $0.holds { _ in value } } }
    }
  }
}

extension LabelExpression.Key {
  /// One key for each label: the server writes every namespace's name into a label of it.
  fileprivate var plain: LabelExpression.Key {
    self == .namespace("kubernetes.io/metadata.name") ? .namespaceName : self
  }
}
