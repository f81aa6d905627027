/// Why something is not known for certain, from the mildest to the worst.
enum Doubt: Int, Comparable, Sendable {
  /// It depends on facts outside of the objects: an address, a node, a name's addresses, an HTTP path.
  case conditional
  /// It depends on the order of policies that the API leaves without one.
  case ambiguous
  /// A field is there that says nothing, or cannot be read.
  case unknown

  static func < (left: Doubt, right: Doubt) -> Bool { left.rawValue < right.rawValue }
}

/// Whether something matches, in three values.
enum Match: Sendable, Hashable {
  case no
  case maybe(Doubt)
  case yes

  init(_ isMatch: Bool) { self = isMatch ? .yes : .no }

  func and(_ other: Match) -> Match {
    switch (self, other) {
    case (.no, _), (_, .no): .no
    case (.yes, let match), (let match, .yes): match
    case (.maybe(let left), .maybe(let right)): .maybe(max(left, right))
    }
  }

  func or(_ other: Match) -> Match { not.and(other.not).not }

  var not: Match {
    switch self {
    case .no: .yes
    case .yes: .no
    case .maybe: self
    }
  }

  /// Both `self` and `other` may be the truth, and it is not known which of them is.
  func either(_ other: Match, doubt: Doubt) -> Match {
    switch (self, other) {
    case (.yes, .yes), (.no, .no): self
    default: .maybe(max(doubt, max(self.doubt ?? doubt, other.doubt ?? doubt)))
    }
  }

  var doubt: Doubt? { if case .maybe(let doubt) = self { doubt } else { nil } }

  static func any<Element>(_ elements: [Element], _ match: (Element) -> Match) -> Match {
    elements.reduce(.no) { $0.or(match($1)) }
  }

  static func all<Element>(_ elements: [Element], _ match: (Element) -> Match) -> Match {
    elements.reduce(.yes) { $0.and(match($1)) }
  }
}

extension Match {
  /// One verdict where this matches, another where it does not, and a doubtful one where that is not known
  /// and would make a difference.
  func choose(_ matching: Verdict, _ other: Verdict) -> Verdict {
    switch self {
    case .yes: matching
    case .no: other
    case .maybe(let doubt): matching.either(other, doubt: doubt)
    }
  }
}
