internal import KubeModel

/// An XML element, with what it holds. Text is escaped when it is written; hidden characters are shown as `\u{…}`.
struct XMLElement {
  let name: String
  /// In the order in which they are written.
  let attributes: [(name: String, value: String)]
  var children: [XMLElement] = []
  /// Lines of text, which stand before the children.
  var lines: [String] = []

  init(
    _ name: String, _ attributes: KeyValuePairs<String, String> = [:], lines: [String] = [], children: [XMLElement] = []
  ) {
    self.name = name
    self.attributes = attributes.map { ($0.key, $0.value) }
    self.lines = lines
    self.children = children
  }

  /// A document of this element, with a final newline.
  var document: String {
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    write(indent: 0, to: &text)
    return text
  }

  private func write(indent: Int, to text: inout String) {
    let blanks = String(repeating: " ", count: indent)
    text += "\(blanks)<\(name)"
    for attribute in attributes { text += " \(attribute.name)=\"\(XMLElement.escaped(attribute.value))\"" }
    guard !children.isEmpty || !lines.isEmpty else {
      text += "/>\n"
      return
    }
    text += ">" + lines.map(XMLElement.escaped).joined(separator: "\n")
    if !children.isEmpty {
      text += "\n"
      for child in children { child.write(indent: indent + 2, to: &text) }
      text += blanks
    }
    text += "</\(name)>\n"
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in HiddenText.escaped(text).unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&apos;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
