extension CalicoSelector {
  /// Reads a selector; nil where it is none. Nothing at all means `all()`.
  package init?(_ text: String) {
    guard let tokens = CalicoSelector.tokens(of: text) else { return nil }
    guard !tokens.isEmpty else {
      self = .all
      return
    }
    var parser = Parser(tokens: tokens[...])
    guard let selector = parser.alternatives(), parser.tokens.isEmpty else { return nil }
    self = selector
  }

  private enum Token: Equatable {
    /// A label's name, or one of the words of the language.
    case word(String)
    case value(String)
    case sign(String)
  }

  private static func tokens(of text: String) -> [Token]? {
    var tokens: [Token] = []
    var rest = text[...]
    while let first = rest.first {
      if first == " " || first == "\t" {
        rest = rest.dropFirst()
      } else if first == "'" || first == "\"" {
        // There is no escaping: a value ends at the next quote of its kind.
        let body = rest.dropFirst()
        guard let end = body.firstIndex(of: first) else { return nil }
        tokens.append(.value(String(body[..<end])))
        rest = body[body.index(after: end)...]
      } else if let sign = ["==", "!=", "&&", "||", "!", "(", ")", "{", "}", ","].first(where: { rest.hasPrefix($0) }) {
        tokens.append(.sign(sign))
        rest = rest.dropFirst(sign.count)
      } else {
        let word = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "_./-".contains($0)) }
        guard !word.isEmpty else { return nil }
        tokens.append(.word(String(word)))
        rest = rest.dropFirst(word.count)
      }
    }
    return tokens
  }

  /// `||` binds least, then `&&`, then `!`.
  private struct Parser {
    var tokens: ArraySlice<Token>

    mutating func take(_ token: Token) -> Bool {
      guard tokens.first == token else { return false }
      tokens.removeFirst()
      return true
    }

    mutating func takeValue() -> String? {
      guard case .value(let value)? = tokens.first else { return nil }
      tokens.removeFirst()
      return value
    }

    mutating func takeWord() -> String? {
      guard case .word(let word)? = tokens.first else { return nil }
      tokens.removeFirst()
      return word
    }

    mutating func alternatives() -> CalicoSelector? {
      guard var found = conjunction().map({ [$0] }) else { return nil }
      while take(.sign("||")) {
        guard let next = conjunction() else { return nil }
        found.append(next)
      }
      return found.count == 1 ? found[0] : .or(found)
    }

    mutating func conjunction() -> CalicoSelector? {
      guard var found = term().map({ [$0] }) else { return nil }
      while take(.sign("&&")) {
        guard let next = term() else { return nil }
        found.append(next)
      }
      return found.count == 1 ? found[0] : .and(found)
    }

    mutating func term() -> CalicoSelector? {
      if take(.sign("!")) { return term().map(CalicoSelector.not) }
      if take(.sign("(")) {
        guard let inner = alternatives(), take(.sign(")")) else { return nil }
        return inner
      }
      guard let word = takeWord() else { return nil }
      if take(.sign("(")) { return function(word) }
      return comparison(word)
    }

    /// What follows `all(`, `global(` or `has(`.
    private mutating func function(_ name: String) -> CalicoSelector? {
      switch name {
      case "all": return take(.sign(")")) ? .all : nil
      case "global": return take(.sign(")")) ? .global : nil
      case "has":
        guard let key = takeWord(), take(.sign(")")) else { return nil }
        return .has(key)
      default: return nil
      }
    }

    private mutating func comparison(_ key: String) -> CalicoSelector? {
      if take(.sign("==")) { return takeValue().map { .equals(key, $0) } }
      if take(.sign("!=")) { return takeValue().map { .differs(key, $0) } }
      switch takeWord() {
      case "in": return set().map { .isIn(key, $0) }
      case "notin": return set().map { .isNotIn(key, $0) }
      case "not": return take(.word("in")) ? set().map { .isNotIn(key, $0) } : nil
      case "contains": return takeValue().map { .contains(key, $0) }
      case "startswith": return takeValue().map { .startsWith(key, $0) }
      case "endswith": return takeValue().map { .endsWith(key, $0) }
      case "starts": return take(.word("with")) ? takeValue().map { .startsWith(key, $0) } : nil
      case "ends": return take(.word("with")) ? takeValue().map { .endsWith(key, $0) } : nil
      default: return nil
      }
    }

    private mutating func set() -> Set<String>? {
      guard take(.sign("{")) else { return nil }
      var values: Set<String> = []
      while let value = takeValue() {
        values.insert(value)
        guard take(.sign(",")) else { break }
      }
      return take(.sign("}")) ? values : nil
    }
  }
}
