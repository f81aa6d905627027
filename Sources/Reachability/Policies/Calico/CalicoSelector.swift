/// A selector in Calico's language, such as `app == 'web' && !has(legacy)`.
package struct CalicoSelector: Sendable, Hashable {
  package indirect enum Node: Sendable, Hashable {
    case all
    /// What belongs to no namespace. Calico lets it hold of everything, save where it selects namespaces.
    case global
    case has(String)
    case equals(String, String)
    case differs(String, String)
    case contains(String, String)
    case startsWith(String, String)
    case endsWith(String, String)
    /// Values ascending, each once.
    case isIn(String, [String])
    case isNotIn(String, [String])
    case not(Node)
    case and([Node])
    case or([Node])
  }

  /// Why a text is no selector.
  package struct SyntaxFault: Error, Hashable {
    package let message: String
    /// The byte at which it shows.
    package let offset: Int
    /// `expected a string in quotes at byte 5`
    package var description: String { "\(message) at byte \(offset)" }
  }

  package let root: Node

  package init(_ root: Node) { self.root = root }

  /// Reads a selector. An empty one selects everything.
  package init(_ text: String) throws(SyntaxFault) {
    var parser = CalicoSelectorParser(text)
    root = try parser.selector()
  }

  /// The selector as Calico writes it, by which it tells selectors apart.
  package var canonicalText: String {
    var text = ""
    root.write(to: &text)
    return text
  }

  /// Whether labels satisfy it.
  package func matches(_ labels: [String: String]) -> Bool { question.holds(labels) }

  /// The selector about labels that something has itself, ready to be asked many times.
  var question: Question { Question(expression: root.expression { .label(.pod($0)) } ?? .nothing) }

  struct Question {
    fileprivate let expression: LabelExpression

    func holds(_ labels: [String: String]) -> Bool {
      expression.holds { key in
        if case .pod(let name) = key { labels[name] } else { nil }
      }
    }
  }
}

// MARK: Text

extension CalicoSelector.Node {
  fileprivate func write(to text: inout String) {
    switch self {
    case .all: text += "all()"
    case .global: text += "global()"
    case .has(let key): text += "has(\(key))"
    case .equals(let key, let value): text += "\(key) == \(quoted(value))"
    case .differs(let key, let value): text += "\(key) != \(quoted(value))"
    case .contains(let key, let value): text += "\(key) contains \(quoted(value))"
    case .startsWith(let key, let value): text += "\(key) starts with \(quoted(value))"
    case .endsWith(let key, let value): text += "\(key) ends with \(quoted(value))"
    case .isIn(let key, let values): text += "\(key) in {\(values.map(quoted).joined(separator: ", "))}"
    case .isNotIn(let key, let values):
      text += "\(key) not in {\(values.map(quoted).joined(separator: ", "))}"
    case .not(let inner):
      text += "!"
      inner.write(to: &text)
    case .and(let parts): write(parts, " && ", to: &text)
    case .or(let parts): write(parts, " || ", to: &text)
    }
  }

  private func write(_ parts: [CalicoSelector.Node], _ separator: String, to text: inout String) {
    text += "("
    for (index, part) in parts.enumerated() {
      if index > 0 { text += separator }
      part.write(to: &text)
    }
    text += ")"
  }

  /// The language knows no escapes: a value holds one kind of quotes at most.
  private func quoted(_ value: String) -> String {
    value.utf8.contains(UInt8(ascii: "\"")) ? "'\(value)'" : "\"\(value)\""
  }
}
