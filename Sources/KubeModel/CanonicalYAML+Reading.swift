extension CanonicalYAML {
  /// The value of a file that `bytes(of:)` wrote, or of any other YAML file with one document.
  ///
  /// Canonical text is read some twenty times faster than other YAML.
  /// - Returns: nil where the file does not read, or is other YAML of more than `largestForeign` bytes.
  public static func value(of bytes: [UInt8]) -> Value? {
    if let value = canonicalValue(of: bytes) { return value }
    return bytes.count > largestForeign ? nil : YAMLReader.documents(bytes).documents.first?.value
  }

  /// Other YAML takes hundreds of times its size in memory while it is read.
  private static let largestForeign = 4 << 20

  /// Nil where the text is not in canonical form, which says nothing about whether it is YAML.
  static func canonicalValue(of bytes: [UInt8]) -> Value? {
    bytes.withUnsafeBufferPointer { buffer in
      var reader = Reader(bytes: buffer)
      guard let value = reader.element(indent: 0, depth: 0), reader.isAtEnd else { return nil }
      return value
    }
  }

  /// Every method gives nil where the text is not canonical; where the position then is does not matter.
  private struct Reader {
    let bytes: UnsafeBufferPointer<UInt8>
    var position = 0

    init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    // MARK: Collections

    /// A value that starts at the position and whose further lines are indented by `indent`.
    mutating func element(indent: Int, depth: Int) -> Value? {
      guard depth < YAMLReader.deepest else { return nil }
      if isItem(at: position) { return list(indent: indent, depth: depth) }
      if isKeyAhead { return map(indent: indent, depth: depth) }
      // A document that is one text is indented as if it stood in a list.
      return scalar(indent: max(0, indent - 2))
    }

    private mutating func map(indent: Int, depth: Int) -> Value? {
      var entries: [(key: String, value: Value)] = []
      repeat {
        guard let key = key(indent: indent), let value = value(indent: indent, depth: depth) else {
          return nil
        }
        entries.append((key, value))
      } while takeIndentation(indent)
      return Mapping(distinct: entries).map(Value.map)
    }

    private mutating func list(indent: Int, depth: Int) -> Value? {
      var elements: [Value] = []
      repeat {
        guard isItem(at: position) else { return nil }
        position += 2
        guard let value = element(indent: indent + 2, depth: depth + 1) else { return nil }
        elements.append(value)
      } while takeIndentation(indent, beforeItem: true)
      return .list(elements)
    }

    private mutating func key(indent: Int) -> String? {
      let isLong = take("? ")
      guard let key = current == quote ? quoted() : plainKey(isLong: isLong) else { return nil }
      if isLong { guard take(newline), takeIndentation(indent) else { return nil } }
      return take(colon) ? key : nil
    }

    /// What stands behind a key's colon.
    private mutating func value(indent: Int, depth: Int) -> Value? {
      guard take(newline) else { return take(space) ? scalar(indent: indent) : nil }
      if takeIndentation(indent, beforeItem: true) { return list(indent: indent, depth: depth + 1) }
      guard takeIndentation(indent + 2) else { return nil }
      return depth < YAMLReader.deepest ? map(indent: indent + 2, depth: depth + 1) : nil
    }

    /// Whether this line begins with a key: strings that could be taken for one are in quotes.
    private var isKeyAhead: Bool {
      if startsWith("? ") { return true }
      var index = position
      if current == quote {
        index += 1
        while index < bytes.count, bytes[index] != quote { index += bytes[index] == backslash ? 2 : 1 }
        return index + 1 < bytes.count && bytes[index + 1] == colon
      }
      while index < bytes.count, bytes[index] != newline {
        if isColon(at: index) { return true }
        index += 1
      }
      return false
    }

    /// A colon that ends a key.
    private func isColon(at index: Int) -> Bool {
      bytes[index] == colon && index + 1 < bytes.count
        && (bytes[index + 1] == space || bytes[index + 1] == newline)
    }

    private mutating func plainKey(isLong: Bool) -> String? {
      var end = position
      while end < bytes.count, bytes[end] != newline, isLong || !isColon(at: end) { end += 1 }
      return plain(to: end)
    }

    private mutating func plain(to end: Int) -> String? {
      let text = UnsafeBufferPointer(rebasing: bytes[position..<end])
      guard CanonicalYAML.isPlain(text) else { return nil }
      position = end
      return String(decoding: text, as: UTF8.self)
    }

    // MARK: Scalars

    /// A scalar and the newline behind it.
    private mutating func scalar(indent: Int) -> Value? {
      if current == UInt8(ascii: "|") { return block(indent: indent + 2).map(Value.string) }
      let value: Value?
      if current == quote {
        value = quoted().map(Value.string)
      } else {
        value = word(to: lineEnd)
      }
      return take(newline) ? value : nil
    }

    private mutating func word(to end: Int) -> Value? {
      let start = position
      if let text = plain(to: end) { return .string(text) }
      let text = String(decoding: bytes[start..<end], as: UTF8.self)
      position = end
      switch text {
      case "null": return .null
      case "true": return true
      case "false": return false
      case "{}": return [:]
      case "[]": return []
      default: break
      }
      if let int = Int64(text) { return String(int) == text ? .int(int) : nil }
      let special: [String: Double] = [".nan": .nan, ".inf": .infinity, "-.inf": -.infinity]
      guard let double = special[text] ?? Double(text) else { return nil }
      return CanonicalYAML.text(of: double) == text ? .double(double) : nil
    }

    private mutating func quoted() -> String? {
      position += 1
      let start = position
      // Most texts in quotes have no escape, and are as they stand.
      while let byte = current, byte != newline, byte != backslash {
        position += 1
        if byte == quote { return String(validating: bytes[start..<(position - 1)], as: UTF8.self) }
      }
      var text = Array(bytes[start..<position])
      while let byte = current, byte != newline {
        position += 1
        if byte == quote { return String(validating: text, as: UTF8.self) }
        guard byte == backslash else {
          text.append(byte)
          continue
        }
        guard let escape = current else { return nil }
        position += 1
        switch escape {
        case quote, backslash: text.append(escape)
        case UInt8(ascii: "n"): text.append(newline)
        case UInt8(ascii: "t"): text.append(UInt8(ascii: "\t"))
        case UInt8(ascii: "r"): text.append(UInt8(ascii: "\r"))
        case UInt8(ascii: "x"), UInt8(ascii: "u"), UInt8(ascii: "U"):
          let width = escape == UInt8(ascii: "x") ? 2 : escape == UInt8(ascii: "u") ? 4 : 8
          // A sign would be taken for a part of the number.
          guard position + width <= bytes.count, bytes[position] != UInt8(ascii: "+"),
            let code = UInt32(String(decoding: bytes[position..<(position + width)], as: UTF8.self), radix: 16),
            let scalar = Unicode.Scalar(code)
          else { return nil }
          text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
          position += width
        default: return nil
        }
      }
      return nil
    }

    private mutating func block(indent: Int) -> String? {
      let isEnded: Bool
      if take("|-\n") {
        isEnded = false
      } else {
        guard take("|\n") || take("|+\n") else { return nil }
        isEnded = true
      }
      var lines: [String] = []
      while !isAtEnd {
        if take(newline) {
          lines.append("")
          continue
        }
        guard isIndented(indent) else { break }
        position += indent
        let end = lineEnd
        guard let line = String(validating: bytes[position..<end], as: UTF8.self) else { return nil }
        lines.append(line)
        position = min(end + 1, bytes.count)
      }
      return lines.joined(separator: "\n") + (isEnded ? "\n" : "")
    }

    // MARK: Bytes

    private var quote: UInt8 { UInt8(ascii: "\"") }
    private var backslash: UInt8 { UInt8(ascii: "\\") }
    private var colon: UInt8 { UInt8(ascii: ":") }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private var lineEnd: Int {
      var end = position
      while end < bytes.count, bytes[end] != newline { end += 1 }
      return end
    }

    /// Whether an element of a list begins there.
    private func isItem(at index: Int) -> Bool {
      index + 1 < bytes.count && bytes[index] == UInt8(ascii: "-") && bytes[index + 1] == space
    }

    private func startsWith(_ text: StaticString) -> Bool {
      let count = text.utf8CodeUnitCount
      guard position + count <= bytes.count else { return false }
      return (0..<count).allSatisfy { bytes[position + $0] == text.utf8Start[$0] }
    }

    private mutating func take(_ text: StaticString) -> Bool {
      guard startsWith(text) else { return false }
      position += text.utf8CodeUnitCount
      return true
    }

    private mutating func take(_ byte: UInt8) -> Bool {
      guard current == byte else { return false }
      position += 1
      return true
    }

    /// Steps over the indentation of a line that has just this much of it, before an element of a list or anything else.
    private mutating func takeIndentation(_ count: Int, beforeItem: Bool = false) -> Bool {
      let end = position + count
      guard isIndented(count), bytes[end] != space, isItem(at: end) == beforeItem else { return false }
      position = end
      return true
    }

    /// Whether a line goes on behind this much of indentation.
    private func isIndented(_ count: Int) -> Bool {
      guard position + count < bytes.count else { return false }
      var index = position
      while index < position + count, bytes[index] == space { index += 1 }
      return index == position + count
    }
  }
}
