/// Reads selectors in one pass over their bytes. `||` binds least, then `&&`, then `!`.
struct CalicoSelectorParser {
  /// Longer texts and deeper nestings are refused, since selectors come from whoever writes policies.
  static let longest = 64 << 10
  static let deepest = 100

  private typealias Node = CalicoSelector.Node
  private typealias Fault = CalicoSelector.SyntaxFault

  private let bytes: [UInt8]
  private var position = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  mutating func selector() throws(CalicoSelector.SyntaxFault) -> CalicoSelector.Node {
    guard bytes.count <= CalicoSelectorParser.longest else {
      throw Fault(message: "longer than \(CalicoSelectorParser.longest) bytes", offset: 0)
    }
    skipBlanks()
    if position == bytes.count { return .all }
    let node = try disjunction(depth: 0)
    guard position == bytes.count else { throw fault("expected && or || or the end") }
    return node
  }

  private mutating func disjunction(depth: Int) throws(Fault) -> Node {
    var parts = [try conjunction(depth: depth)]
    while take("||") { parts.append(try conjunction(depth: depth)) }
    return parts.count == 1 ? parts[0] : .or(parts)
  }

  private mutating func conjunction(depth: Int) throws(Fault) -> Node {
    var parts = [try operation(depth: depth)]
    while take("&&") { parts.append(try operation(depth: depth)) }
    return parts.count == 1 ? parts[0] : .and(parts)
  }

  /// One test, or a selector in parentheses, with any number of `!` before it.
  private mutating func operation(depth: Int) throws(Fault) -> Node {
    var isNegated = false
    while !stands("!="), take("!") { isNegated.toggle() }
    let node = try test(depth: depth)
    return isNegated ? .not(node) : node
  }

  private mutating func test(depth: Int) throws(Fault) -> Node {
    if take("(") {
      guard depth < CalicoSelectorParser.deepest else {
        throw fault("nested deeper than \(CalicoSelectorParser.deepest) levels")
      }
      let node = try disjunction(depth: depth + 1)
      try expect(")")
      return node
    }
    if take("has(") {
      let key = label()
      guard !key.isEmpty else { throw fault("expected a label") }
      try expect(")")
      return .has(key)
    }
    if take("all(") {
      try expect(")")
      return .all
    }
    if take("global(") {
      try expect(")")
      return .global
    }
    let key = label()
    guard !key.isEmpty else { throw fault("expected a label, has(), all() or (") }
    return try comparison(of: key)
  }

  private mutating func comparison(of key: String) throws(Fault) -> Node {
    if take("==") { return .equals(key, try string()) }
    if take("!=") { return .differs(key, try string()) }
    if take("contains") { return .contains(key, try string()) }
    if take("starts") {
      try expect("with")
      return .startsWith(key, try string())
    }
    if take("ends") {
      try expect("with")
      return .endsWith(key, try string())
    }
    if take("not") {
      try expect("in")
      return .isNotIn(key, try set())
    }
    if take("in") { return .isIn(key, try set()) }
    throw fault("expected an operator behind the label '\(key)'")
  }

  // MARK: Literals

  private mutating func string() throws(Fault) -> String {
    guard let value = try stringIfAny() else { throw fault("expected a string in quotes") }
    return value
  }

  private mutating func stringIfAny() throws(Fault) -> String? {
    guard position < bytes.count else { return nil }
    let quote = bytes[position]
    guard quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else { return nil }
    let start = position + 1
    guard let end = bytes[start...].firstIndex(of: quote) else { throw fault("a string without its end") }
    position = end + 1
    skipBlanks()
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  /// Strings in braces, of which there may be none, and a comma may stand behind the last.
  private mutating func set() throws(Fault) -> [String] {
    try expect("{")
    var values: [String] = []
    while let value = try stringIfAny() {
      values.append(value)
      guard take(",") else { break }
    }
    try expect("}")
    values.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    return values.reduce(into: []) { kept, value in
      if kept.last.map({ !$0.utf8.elementsEqual(value.utf8) }) ?? true { kept.append(value) }
    }
  }

  private mutating func label() -> String {
    let start = position
    while position < bytes.count, CalicoSelectorParser.isLabelByte(bytes[position]) { position += 1 }
    let name = String(decoding: bytes[start..<position], as: UTF8.self)
    skipBlanks()
    return name
  }

  private static func isLabelByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "/"),
      UInt8(ascii: "-"):
      true
    default: false
    }
  }

  // MARK: Bytes

  private func stands(_ word: StaticString) -> Bool {
    let length = word.utf8CodeUnitCount
    guard bytes.count - position >= length else { return false }
    return word.withUTF8Buffer { $0.elementsEqual(bytes[position..<(position + length)]) }
  }

  /// Steps over a word and the blanks behind it, where it stands here.
  private mutating func take(_ word: StaticString) -> Bool {
    guard stands(word) else { return false }
    position += word.utf8CodeUnitCount
    skipBlanks()
    return true
  }

  private mutating func expect(_ word: StaticString) throws(Fault) {
    guard take(word) else { throw fault("expected \(word)") }
  }

  /// Calico takes spaces and tabs for blanks, and no line breaks.
  private mutating func skipBlanks() {
    while position < bytes.count, bytes[position] == UInt8(ascii: " ") || bytes[position] == UInt8(ascii: "\t") {
      position += 1
    }
  }

  private func fault(_ message: String) -> Fault { Fault(message: message, offset: position) }
}
