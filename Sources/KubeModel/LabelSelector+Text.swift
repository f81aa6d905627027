extension LabelSelector {
  /// The selector as kubectl writes it, `app=web,tier in (a,b)`; empty for the one that selects everything.
  ///
  /// Two selectors that ask for the same have one text: `matchLabels` and `In` with one value are alike, and order says
  /// nothing. Keys and values that no server takes stand in quotes.
  public var text: String {
    let parts = requirements.map { requirement in
      let key = Word.of(requirement.key)
      let values = requirement.values.map(Word.of).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      return switch requirement.operator {
      case .isIn where values.count == 1: "\(key)=\(values[0])"
      case .isIn: "\(key) in (\(values.joined(separator: ",")))"
      case .isNotIn: "\(key) notin (\(values.joined(separator: ",")))"
      case .exists: key
      case .doesNotExist: "!\(key)"
      }
    }
    if parts.count < 2 { return parts.first ?? "" }
    return Set(parts).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.joined(separator: ",")
  }
}
