import KubeModel

/// Rows under headings, for a terminal, a spreadsheet or a program.
struct Table {
  /// Headings as kubectl writes them.
  let headings: [String]
  var rows: [[String]] = []
  /// Colours of cells by column, where they have one.
  var styles: [Int: (String) -> Style?] = [:]

  init(_ headings: [String]) { self.headings = headings }

  /// A cell that is longer puts its own row out of line, and not every other.
  private static let widestColumn = 120

  /// Columns three spaces apart, as kubectl prints them.
  var text: String {
    let cells = ([headings] + rows).map { $0.map(HiddenText.escaped) }
    var widths = Array(repeating: 0, count: headings.count)
    for row in cells {
      for (index, cell) in row.enumerated() { widths[index] = max(widths[index], min(cell.count, Table.widestColumn)) }
    }
    return cells.enumerated().map { number, row in
      row.enumerated().map { index, cell in
        let padding = index == row.count - 1 ? 0 : max(0, widths[index] - cell.count) + 3
        let style = number == 0 ? nil : styles[index]?(cell)
        return (style.map { $0(cell) } ?? cell) + String(repeating: " ", count: padding)
      }.joined()
    }.joined(separator: "\n")
  }

  /// RFC 4180, with a guard against cells that a spreadsheet would compute.
  var csv: String {
    ([headings] + rows).map { row in row.map(Table.csvCell).joined(separator: ",") }
      .joined(separator: "\r\n")
  }

  private static func csvCell(_ cell: String) -> String {
    // A dash stands for nothing in a terminal's column; in a spreadsheet, nothing does.
    var cell = cell == "-" ? "" : HiddenText.escaped(cell)
    if let first = cell.first, "=+-@|%".contains(first) { cell = "'" + cell }
    return cell.contains { ",\"\r\n".contains($0) }
      ? "\"\(cell.replacing("\"", with: "\"\""))\"" : cell
  }
}
