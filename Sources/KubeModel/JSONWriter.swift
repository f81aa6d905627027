/// Writes values as JSON: keys sorted, the same bytes for the same value.
public enum JSONWriter {
  /// The text of a value, indented by two spaces, without a final newline.
  public static func string(of value: Value) -> String {
    var text = ""
    write(value, indent: 0, to: &text)
    return text
  }

  /// The text of a value in one line, for messages and tables.
  public static func line(of value: Value) -> String {
    if case .string(let text) = value {
      var line = ""
      write(text, to: &line)
      return line
    }
    // Line breaks in strings are escaped, so that each one here ends a part.
    return string(of: value).split(separator: "\n").map { $0.drop { $0 == " " } }.joined(separator: " ")
  }

  private static func write(_ value: Value, indent: Int, to text: inout String) {
    let inner = String(repeating: " ", count: indent + 2)
    let outer = String(repeating: " ", count: indent)
    switch value {
    case .null: text += "null"
    case .bool(let bool): text += bool ? "true" : "false"
    case .int(let int): text += String(int)
    case .double(let double): text += double.isFinite ? "\(double)" : "null"
    case .string(let string): write(string, to: &text)
    case .list(let list):
      guard !list.isEmpty else {
        text += "[]"
        return
      }
      text += "[\n"
      for (index, element) in list.enumerated() {
        text += inner
        write(element, indent: indent + 2, to: &text)
        text += index == list.count - 1 ? "\n" : ",\n"
      }
      text += outer + "]"
    case .map(let map):
      guard !map.isEmpty else {
        text += "{}"
        return
      }
      text += "{\n"
      for (index, entry) in map.entries.enumerated() {
        text += inner
        write(entry.key, to: &text)
        text += ": "
        write(entry.value, indent: indent + 2, to: &text)
        text += index == map.count - 1 ? "\n" : ",\n"
      }
      text += outer + "}"
    }
  }

  /// `\u001b`; two of them, as UTF-16 has it, for a scalar that one cannot hold.
  private static func escape(_ scalar: Unicode.Scalar) -> String {
    UTF16.encode(scalar).map { units in
      units.map { unit in
        let hex = String(unit, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      }.joined()
    } ?? ""
  }

  /// A string in quotes; what a terminal, a page or a log could take for markup is escaped.
  private static func write(_ string: String, to text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "<", ">", "&": text += escape(scalar)
      case _ where HiddenText.isHidden(scalar): text += escape(scalar)
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
