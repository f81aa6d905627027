/// Finds what is wrong with a JSON document, and where; run only on documents that were refused.
struct JSONFault {
  private let bytes: [UInt8]
  private var position = 0
  private var path: [String] = []

  /// The first fault, or nil where the document is fine by this reading.
  static func first(in bytes: [UInt8]) -> KubeModelError? {
    if let offset = invalidUTF8(in: bytes) {
      return KubeModelError(
        .notUTF8, "not UTF-8 at byte \(offset)", line: line(of: offset, in: bytes))
    }
    var scanner = JSONFault(bytes: bytes)
    do {
      try scanner.document()
      return nil
    } catch {
      return error
    }
  }

  /// The offset of the first byte that is not UTF-8.
  static func invalidUTF8(in bytes: [UInt8]) -> Int? {
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    var offset = 0
    while true {
      switch decoder.decode(&iterator) {
      case .scalarValue(let scalar): offset += UTF8.width(scalar)
      case .emptyInput: return nil
      case .error: return offset
      }
    }
  }

  private static func line(of offset: Int, in bytes: [UInt8]) -> Int {
    bytes.prefix(offset).reduce(1) { $0 + ($1 == 0x0A ? 1 : 0) }
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private func fault(_ code: KubeModelError.Code, _ what: String) -> KubeModelError {
    let place = path.isEmpty ? "" : " at \(path.suffix(8).joined(separator: "."))"
    return KubeModelError(code, what + place, line: JSONFault.line(of: position, in: bytes))
  }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  private mutating func document() throws(KubeModelError) {
    try value(depth: 0)
    skipSpace()
    if current != nil { throw fault(.syntax, "more text follows the end of the JSON document") }
  }

  private mutating func value(depth: Int) throws(KubeModelError) {
    skipSpace()
    guard depth < JSONReader.deepest else {
      throw fault(.tooDeep, "nested deeper than \(JSONReader.deepest) levels")
    }
    guard let byte = current else { throw fault(.syntax, "the JSON breaks off") }
    switch byte {
    case UInt8(ascii: "{"): try map(depth: depth)
    case UInt8(ascii: "["): try list(depth: depth)
    case UInt8(ascii: "\""): _ = try string()
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
    default:
      for word in ["true", "false", "null"] where bytes[position...].starts(with: word.utf8) {
        position += word.utf8.count
        return
      }
      throw fault(.syntax, "a JSON value is expected")
    }
  }

  private mutating func map(depth: Int) throws(KubeModelError) {
    position += 1
    var keys: Set<[UInt8]> = []
    skipSpace()
    if current == UInt8(ascii: "}") {
      position += 1
      return
    }
    while true {
      skipSpace()
      guard current == UInt8(ascii: "\"") else {
        throw fault(.syntax, current == nil ? "the JSON breaks off" : "a key in quotes is expected")
      }
      let key = try string()
      path.append(String(decoding: key.prefix(80), as: UTF8.self))
      if !keys.insert(key).inserted { throw fault(.duplicateKey, "a key is given twice") }
      skipSpace()
      guard current == UInt8(ascii: ":") else { throw fault(.syntax, "':' is expected") }
      position += 1
      try value(depth: depth + 1)
      path.removeLast()
      if try isEnd(UInt8(ascii: "}")) { return }
    }
  }

  private mutating func list(depth: Int) throws(KubeModelError) {
    position += 1
    skipSpace()
    if current == UInt8(ascii: "]") {
      position += 1
      return
    }
    var index = 0
    while true {
      path.append("[\(index)]")
      try value(depth: depth + 1)
      path.removeLast()
      if try isEnd(UInt8(ascii: "]")) { return }
      index += 1
    }
  }

  /// Steps over a comma or the closing bracket; true for the latter.
  private mutating func isEnd(_ closing: UInt8) throws(KubeModelError) -> Bool {
    skipSpace()
    guard let byte = current else { throw fault(.syntax, "the JSON breaks off") }
    guard byte == closing || byte == UInt8(ascii: ",") else {
      throw fault(.syntax, "',' or '\(Character(Unicode.Scalar(closing)))' is expected")
    }
    position += 1
    return byte == closing
  }

  /// The bytes between the quotes, escapes resolved only as far as equality of keys needs.
  private mutating func string() throws(KubeModelError) -> [UInt8] {
    position += 1
    var result: [UInt8] = []
    while let byte = current {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return result
      case 0..<0x20: throw fault(.syntax, "a control character stands unescaped in a string")
      case UInt8(ascii: "\\"): try escape(&result)
      default: result.append(byte)
      }
    }
    throw fault(.syntax, "the JSON breaks off within a string")
  }

  private mutating func escape(_ result: inout [UInt8]) throws(KubeModelError) {
    guard let byte = current else { throw fault(.syntax, "the JSON breaks off within a string") }
    position += 1
    guard byte == UInt8(ascii: "u") else {
      guard let plain = ["\"": 0x22, "\\": 0x5C, "/": 0x2F, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9][
        Character(Unicode.Scalar(byte))] as UInt8?
      else { throw fault(.syntax, "unknown escape in a string") }
      result.append(plain)
      return
    }
    var unit = try hexUnit()
    if (0xD800..<0xDC00).contains(unit), bytes[position...].starts(with: "\\u".utf8) {
      position += 2
      let low = try hexUnit()
      guard (0xDC00..<0xE000).contains(low) else { throw fault(.syntax, "a lone surrogate in a string") }
      unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(unit) else {
      throw fault(.syntax, "a lone surrogate in a string")
    }
    result.append(contentsOf: String(Character(scalar)).utf8)
  }

  private mutating func hexUnit() throws(KubeModelError) -> UInt32 {
    let digits = String(decoding: bytes[position...].prefix(4), as: UTF8.self)
    guard digits.utf8.count == 4, !digits.hasPrefix("+"), let unit = UInt32(digits, radix: 16) else {
      throw fault(.syntax, "\\u needs four hexadecimal digits")
    }
    position += 4
    return unit
  }

  /// A number as RFC 8259 has it, which is stricter than what `Double` reads: `15.e3`, `.5` and `01` are none.
  private mutating func number() throws(KubeModelError) {
    let start = position
    skip(UInt8(ascii: "-"))
    let isZero = current == UInt8(ascii: "0")
    guard let whole = digits(), !isZero || whole == 1 else { throw notANumber }
    var isInteger = true
    if skip(UInt8(ascii: ".")) {
      isInteger = false
      guard digits() != nil else { throw notANumber }
    }
    if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
      isInteger = false
      if !skip(UInt8(ascii: "-")) { skip(UInt8(ascii: "+")) }
      guard digits() != nil else { throw notANumber }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInteger && Int64(text) == nil || Double(text)?.isFinite != true {
      throw fault(.numberOutOfRange, "a number is out of range")
    }
  }

  private var notANumber: KubeModelError { fault(.syntax, "what stands here is no number") }

  @discardableResult private mutating func skip(_ byte: UInt8) -> Bool {
    guard current == byte else { return false }
    position += 1
    return true
  }

  /// Steps over digits; how many there are, or nil where there is none.
  private mutating func digits() -> Int? {
    let start = position
    while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    return position > start ? position - start : nil
  }
}
