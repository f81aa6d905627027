internal import Controls

/// A piece of text with what little a report marks up, before it is HTML or Markdown.
indirect enum Phrase {
  case text(String)
  case code(String)
  /// To a place of the page; plain text where the format has none.
  case link(String, to: String)
  /// A word with the shape and colour of a status.
  case mark(String, as: ControlStatus)
  /// Failed, and holds now.
  case mended(String)
  /// One after the other.
  case joined([Phrase])
  /// Each on a line of its own.
  case lines([Phrase])

  static func status(_ status: ControlStatus) -> Phrase { .mark(status.word, as: status) }
}

extension Phrase: ExpressibleByStringLiteral {
  init(stringLiteral text: String) { self = .text(text) }
}

/// The form of a report's file.
protocol ReportFormat {
  /// Text as the format's template takes it.
  func text(_ text: String) -> String
  /// A block of code as the format's template takes it.
  func block(_ text: String) -> String
  /// Markup, safe as it stands.
  func markup(_ phrase: Phrase) -> String
  /// A row of a table, safe as it stands, with its end of line.
  func row(_ cells: [Phrase], id: String?) -> String
  /// A row of a table of many statuses, under a header of its own.
  func statusRow(_ header: String, _ cells: [Phrase]) -> String
}

extension ReportFormat {
  func row(_ cells: [Phrase]) -> String { row(cells, id: nil) }
}
