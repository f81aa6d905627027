internal import Controls

/// Pieces of a page. Tags that may be left out are: tables have thousands of cells.
struct HTMLFormat: ReportFormat {
  static let mendedIcon = "✘✔"

  func text(_ text: String) -> String { SafeText.visible(text) }
  func block(_ text: String) -> String { SafeText.visible(text) }

  func markup(_ phrase: Phrase) -> String {
    var page = ""
    append(phrase, to: &page)
    return page
  }

  func row(_ cells: [Phrase], id: String?) -> String {
    var page = "<tr"
    if let id { page += " id=\(HTMLFormat.attribute(id))" }
    page += ">"
    for cell in cells { appendCell(cell, to: &page) }
    return page + "\n"
  }

  /// What passes has no class here: it is what most cells say.
  func statusRow(_ header: String, _ cells: [Phrase]) -> String {
    var page = "<tr><th scope=row>"
    HTMLFormat.append(header, to: &page)
    for cell in cells {
      if case .mark(let word, .pass) = cell { appendCell(.text(word), to: &page) } else { appendCell(cell, to: &page) }
    }
    return page + "\n"
  }

  private func appendCell(_ cell: Phrase, to page: inout String) {
    switch cell {
    case .mark(let word, let status):
      page += "<td class=\(status.mark)>"
      HTMLFormat.append(word, to: &page)
    case .mended(let words):
      page += "<td class=r>"
      HTMLFormat.append(words, to: &page)
    default:
      page += "<td>"
      append(cell, to: &page)
    }
  }

  private func append(_ phrase: Phrase, to page: inout String) {
    switch phrase {
    case .text(let text): HTMLFormat.append(text, to: &page)
    case .code(let text):
      page += "<code>"
      HTMLFormat.append(text, to: &page)
      page += "</code>"
    case .link(let text, let id):
      page += "<a href=\(HTMLFormat.attribute("#" + id))>"
      HTMLFormat.append(text, to: &page)
      page += "</a>"
    case .mark(let word, let status):
      page += "<b class=\(status.mark)>"
      HTMLFormat.append(word, to: &page)
      page += "</b>"
    case .mended(let words):
      page += "<b class=r>"
      HTMLFormat.append(words, to: &page)
      page += "</b>"
    case .joined(let phrases): for part in phrases { append(part, to: &page) }
    case .lines(let phrases):
      for (index, part) in phrases.enumerated() {
        if index > 0 { page += "<br>" }
        append(part, to: &page)
      }
    }
  }

  /// Text as it reads, whatever it is made of.
  static func append(_ text: String, to page: inout String) {
    let text = SafeText.visible(text)
    guard text.utf8.contains(where: isMarkup) else {
      page += text
      return
    }
    for scalar in text.unicodeScalars {
      switch scalar {
      case "<": page += "&lt;"
      case ">": page += "&gt;"
      case "&": page += "&amp;"
      case "\"": page += "&quot;"
      case "'": page += "&#39;"
      default: page.unicodeScalars.append(scalar)
      }
    }
  }

  static func escaped(_ text: String) -> String {
    var page = ""
    append(text, to: &page)
    return page
  }

  private static func isMarkup(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"), UInt8(ascii: "\""), UInt8(ascii: "'"): true
    default: false
    }
  }

  /// The value of an attribute, without quotes where none are needed.
  private static func attribute(_ value: String) -> String {
    let isPlain = value.utf8.allSatisfy {
      switch $0 {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "#"):
        true
      default: false
      }
    }
    return isPlain && !value.isEmpty ? value : "\"\(escaped(value))\""
  }

  /// A string of a style sheet: nothing in it ends it, or the element that it stands in.
  static func styleString(_ text: String) -> String {
    var result = "\""
    for scalar in SafeText.visible(text).unicodeScalars {
      let isPlain = scalar == " " || scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
      if isPlain {
        result.unicodeScalars.append(scalar)
      } else {
        result += "\\\(String(scalar.value, radix: 16)) "
      }
    }
    return result + "\""
  }
}
