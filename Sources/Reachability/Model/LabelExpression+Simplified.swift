extension LabelExpression {
  /// The same question without parts that answer themselves; `nothing` where no pod can satisfy it.
  package var simplified: LabelExpression {
    switch self {
    case .everything, .nothing, .has, .contains, .hasPrefix, .hasSuffix: return self
    case .isIn(_, let values): return values.isEmpty ? .nothing : self
    case .not(let inner):
      switch inner.simplified {
      case .everything: return .nothing
      case .nothing: return .everything
      case .not(let twice): return twice
      case let rest: return .not(rest)
      }
    case .all(let parts):
      let rest = parts.map(\.simplified).flatMap { part -> [LabelExpression] in
        if case .all(let inner) = part { inner } else { [part] }
      }
      return rest.contains(.nothing) ? .nothing : .all(of: rest)
    case .any(let parts):
      let rest = parts.map(\.simplified).flatMap { part -> [LabelExpression] in
        if case .any(let inner) = part { inner } else { [part] }
      }.filter { $0 != .nothing }
      if rest.isEmpty { return .nothing }
      return rest.contains(.everything) ? .everything : rest.count == 1 ? rest[0] : .any(rest)
    }
  }
}
