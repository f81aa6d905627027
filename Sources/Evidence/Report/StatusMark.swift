internal import Controls

/// How a status looks: a word and a shape, never colour alone.
extension ControlStatus {
  /// `not evaluated`
  var word: String { rawValue.replacing("-", with: " ") }

  var icon: String {
    switch self {
    case .pass: "✔"
    case .fail: "✘"
    case .error: "⚠"
    case .waived: "◇"
    case .attested: "✎"
    case .manual: "☐"
    case .notApplicable: "–"
    case .stale: "◔"
    case .notEvaluated: "?"
    }
  }

  /// The class that the style sheet knows it by, one letter since tables hold thousands.
  var mark: String {
    switch self {
    case .pass: "p"
    case .fail: "f"
    case .error: "e"
    case .waived: "w"
    case .attested: "a"
    case .manual: "m"
    case .notApplicable: "n"
    case .stale: "s"
    case .notEvaluated: "u"
    }
  }
}
