import Evidence
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
    let cells = ([headings] + rows).map { row in
      row.map { cell in
        let text = HiddenText.escaped(cell)
        return (text: text, width: Table.width(text))
      }
    }
    var widths = Array(repeating: 0, count: headings.count)
    for row in cells {
      for (index, cell) in row.enumerated() { widths[index] = max(widths[index], min(cell.width, Table.widestColumn)) }
    }
    var text = ""
    for (number, row) in cells.enumerated() {
      if number > 0 { text += "\n" }
      for (index, cell) in row.enumerated() {
        let style = number == 0 ? nil : styles[index]?(cell.text)
        text += style.map { $0(cell.text) } ?? cell.text
        let padding = index == row.count - 1 ? 0 : max(0, widths[index] - cell.width) + 3
        text += String(repeating: " ", count: padding)
      }
    }
    return text
  }

  /// How many characters a cell has, without hidden ones; those of ASCII are counted fast.
  private static func width(_ cell: String) -> Int {
    let bytes = cell.utf8
    return bytes.allSatisfy { $0 < 0x80 } ? bytes.count : cell.count
  }

  /// A dash stands for nothing in a terminal's column; in a spreadsheet, nothing does.
  var csv: String { CSVText.text(([headings] + rows).map { row in row.map { $0 == "-" ? "" : $0 } }) }
}
