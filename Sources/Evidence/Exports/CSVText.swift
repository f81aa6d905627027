internal import KubeModel

/// Rows as CSV (RFC 4180) that no spreadsheet computes.
package enum CSVText {
  /// Cells separated by commas, rows by CR LF.
  package static func text(_ rows: [[String]]) -> String {
    rows.map { row in row.map(cell).joined(separator: ",") }.joined(separator: "\r\n")
  }

  /// Signs that make a spreadsheet compute what follows; the wide ones do so where East Asian text is written.
  private static let triggers: Set<Unicode.Scalar> = [
    "=", "+", "-", "@", "|", "%", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}",
  ]

  private static func cell(_ text: String) -> String {
    // Tabs and line breaks are hidden characters too: a cell is one line.
    var cell = HiddenText.escaped(text).unicodeScalars
    if let first = cell.first(where: { !$0.properties.isWhitespace }), triggers.contains(first) { cell.insert("'", at: cell.startIndex) }
    guard cell.contains(where: { $0 == "," || $0 == "\"" }) || cell.first == " " || cell.last == " " else { return String(cell) }
    // By scalars: a quote that a mark has joined is a quote to every reader of CSV.
    let doubled = cell.reduce(into: String.UnicodeScalarView()) { $0.append(contentsOf: $1 == "\"" ? [$1, $1] : [$1]) }
    return "\"\(String(doubled))\""
  }
}
