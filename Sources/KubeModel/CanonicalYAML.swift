/// The one YAML text of a value: what the store keeps and `git log -p` shows.
///
/// Block style, keys sorted by their bytes with `apiVersion`, `kind` and `metadata` first, two spaces of
/// indentation, no anchors, no folding, a final newline. Every YAML 1.1 or 1.2 reader reads it back to
/// the same types: a string stands plain only where no reader could take it for anything else.
public enum CanonicalYAML {
  public static func bytes(of value: Value) -> [UInt8] {
    var writer = Writer()
    switch value {
    case .map(let map) where !map.isEmpty:
      writer.map(Writer.leadingKeysFirst(map.entries), indent: 0)
    case .list(let list) where !list.isEmpty:
      writer.list(list, indent: 0)
    default:
      writer.scalar(value, indent: 0)
    }
    return writer.output
  }

  public static func string(of value: Value) -> String {
    String(decoding: bytes(of: value), as: UTF8.self)
  }

  private struct Writer {
    var output: [UInt8] = []

    static func leadingKeysFirst(_ entries: [(key: String, value: Value)]) -> [(key: String, value: Value)] {
      let leading = ["apiVersion", "kind", "metadata"]
      return leading.compactMap { key in entries.first { $0.key == key } }
        + entries.filter { !leading.contains($0.key) }
    }

    /// Writes entries, the first of which starts where the output stands.
    mutating func map(_ entries: [(key: String, value: Value)], indent: Int) {
      for (index, entry) in entries.enumerated() {
        if index > 0 { spaces(indent) }
        key(entry.key, indent: indent)
        switch entry.value {
        case .map(let map) where !map.isEmpty:
          output.append(newline)
          spaces(indent + 2)
          self.map(map.entries, indent: indent + 2)
        case .list(let list) where !list.isEmpty:
          output.append(newline)
          spaces(indent)
          self.list(list, indent: indent)
        default:
          output.append(space)
          scalar(entry.value, indent: indent)
        }
      }
    }

    mutating func list(_ elements: [Value], indent: Int) {
      for (index, element) in elements.enumerated() {
        if index > 0 { spaces(indent) }
        text("- ")
        switch element {
        case .map(let map) where !map.isEmpty: self.map(map.entries, indent: indent + 2)
        case .list(let list) where !list.isEmpty: self.list(list, indent: indent + 2)
        default: scalar(element, indent: indent)
        }
      }
    }

    /// YAML readers look for a key's colon within 1,024 characters; a longer key says that it is one.
    private mutating func key(_ key: String, indent: Int) {
      let isLong = key.utf8.count > 1_000
      if isLong { text("? ") }
      inline(key)
      if isLong {
        output.append(newline)
        spaces(indent)
      }
      text(":")
    }

    /// Writes a value that has no lines of its own, and the newline behind it.
    mutating func scalar(_ value: Value, indent: Int) {
      switch value {
      case .null: text("null")
      case .bool(let bool): text(bool ? "true" : "false")
      case .int(let int): text(String(int))
      case .double(let double): text(CanonicalYAML.text(of: double))
      case .string(let string):
        if let lines = CanonicalYAML.blockLines(of: string) {
          block(string, lines, indent: indent)
          return
        }
        inline(string)
      case .list: text("[]")
      case .map: text("{}")
      }
      output.append(newline)
    }

    private mutating func block(_ string: String, _ lines: [Substring], indent: Int) {
      let isEnded = string.utf8.last == newline
      text(!isEnded ? "|-" : string.hasSuffix("\n\n") ? "|+" : "|")
      output.append(newline)
      for line in isEnded ? lines.dropLast() : lines[...] {
        if !line.isEmpty {
          spaces(indent + 2)
          output.append(contentsOf: line.utf8)
        }
        output.append(newline)
      }
    }

    private mutating func inline(_ string: String) {
      if CanonicalYAML.isPlain(string) { text(string) } else { text(CanonicalYAML.quoted(string)) }
    }

    private mutating func text(_ text: String) { output.append(contentsOf: text.utf8) }
    private mutating func spaces(_ count: Int) {
      output.append(contentsOf: repeatElement(space, count: count))
    }
  }

  // MARK: Scalars

  static let newline = UInt8(ascii: "\n")
  static let space = UInt8(ascii: " ")

  /// Words that some YAML reader takes for a boolean, null or a merge.
  private static let words: [StaticString] = [
    "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf",
  ]

  /// Whether these bytes, which are plain, are one of the words in letters of either case.
  private static func isWord(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    bytes.count <= 5 && words.contains { word in
      word.utf8CodeUnitCount == bytes.count && bytes.indices.allSatisfy { bytes[$0] | 0x20 == word.utf8Start[$0] }
    }
  }

  /// Whether a string may stand without quotes. Anything that starts with a digit, a sign or a dot could
  /// be a number or a time to some reader and is quoted.
  static func isPlain(_ string: String) -> Bool {
    var string = string
    return string.withUTF8(isPlain)
  }

  static func isPlain(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = bytes.first, let last = bytes.last else { return false }
    guard isLetter(first) || first == UInt8(ascii: "_") || first == UInt8(ascii: "/") else { return false }
    guard last != space && last != UInt8(ascii: ":") else { return false }
    for (index, byte) in bytes.enumerated() {
      switch byte {
      case 0x61...0x7A, 0x41...0x5A, 0x30...0x39, space: continue
      case UInt8(ascii: ":"):
        if bytes[index + 1] == space { return false }
      // _-./@%+=,;()~$^*!?
      case 0x5F, 0x2D, 0x2E, 0x2F, 0x40, 0x25, 0x2B, 0x3D, 0x2C, 0x3B, 0x28, 0x29, 0x7E, 0x24, 0x5E, 0x2A, 0x21, 0x3F:
        continue
      default: return false
      }
    }
    return !isWord(bytes)
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
  }

  /// The lines of a text that may stand as a literal block; nil where it must be quoted.
  private static func blockLines(of string: String) -> [Substring]? {
    guard string.utf8.contains(newline), let first = string.unicodeScalars.first,
      first != " ", first != "\n", first != "\t"
    else { return nil }
    let isSafe = string.unicodeScalars.allSatisfy { scalar in
      scalar == "\n" || scalar == "\t" || !HiddenText.isHidden(scalar)
    }
    guard isSafe else { return nil }
    let lines = string.split(separator: "\n", omittingEmptySubsequences: false)
    // A line of nothing but blanks reads differently from reader to reader.
    let hasBlankLine = lines.contains { !$0.isEmpty && $0.allSatisfy { $0 == " " || $0 == "\t" } }
    return hasBlankLine ? nil : lines
  }

  static func quoted(_ string: String) -> String {
    var result = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case _ where HiddenText.isHidden(scalar):
        let hex = String(scalar.value, radix: 16, uppercase: true)
        let width = scalar.value <= 0xFF ? 2 : scalar.value <= 0xFFFF ? 4 : 8
        result += width == 2 ? "\\x" : width == 4 ? "\\u" : "\\U"
        result += String(repeating: "0", count: width - hex.count) + hex
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// A floating-point number that no reader takes for an integer or a string: with a dot, and a sign in
  /// its exponent.
  static func text(of double: Double) -> String {
    if double.isNaN { return ".nan" }
    if double.isInfinite { return double < 0 ? "-.inf" : ".inf" }
    let text = "\(double)"
    guard let exponent = text.firstIndex(of: "e") else { return text }
    let mantissa = text[..<exponent]
    return mantissa.contains(".") ? text : "\(mantissa).0\(text[exponent...])"
  }
}
