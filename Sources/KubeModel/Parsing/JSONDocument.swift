internal import CSimdJSON

/// A parsed JSON document whose parts are read when they are asked for.
///
/// Looking at a few fields of a part costs a tenth of turning it into a `Value`. Not for use by two threads
/// at once.
public final class JSONDocument {
  private let parser: OpaquePointer
  /// Kept for finding the place of a fault; nil for a document that was read in place of another.
  private var bytes: [UInt8]?

  /// Parses a document.
  ///
  /// - Throws: what is wrong, with the line; the place is found by a second, slow reading.
  public init(_ bytes: [UInt8]) throws(KubeModelError) {
    guard let parser = ambit_json_create() else {
      throw KubeModelError(.tooLarge, "not enough memory for \(bytes.count) bytes of JSON")
    }
    let input = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    let code = input.withUnsafeBufferPointer { buffer -> Int32 in
      guard let base = buffer.baseAddress else { return -1 }
      return ambit_json_parse(parser, base, buffer.count, JSONReader.deepest)
    }
    guard code == 0 else {
      ambit_json_free(parser)
      if let fault = JSONFault.first(in: input) { throw fault }
      let reason = code < 0 ? "the input is empty" : String(cString: ambit_json_message(code))
      throw KubeModelError(.syntax, "not valid JSON: \(reason)")
    }
    self.parser = parser
    self.bytes = input
  }

  /// A document without content, to read others in its memory.
  public convenience init() throws(KubeModelError) { try self.init(Array("null".utf8)) }

  deinit { ambit_json_free(parser) }

  /// Parses another document in place of the one before, whose parts must no longer be used.
  ///
  /// - Returns: its root, or nil where the bytes are no JSON: `JSONReader` tells why.
  public func read(_ bytes: UnsafeBufferPointer<UInt8>) -> JSONPart? {
    self.bytes = nil
    guard let base = bytes.baseAddress, ambit_json_parse(parser, base, bytes.count, JSONReader.deepest) == 0 else {
      return nil
    }
    return root
  }

  public var root: JSONPart {
    JSONPart(document: self, tape: ambit_json_tape(parser), strings: ambit_json_strings(parser), position: 1)
  }

  /// A fault of the document, found again with its place; the error itself where there is none.
  fileprivate func located(_ error: KubeModelError) -> KubeModelError { bytes.flatMap(JSONFault.first) ?? error }
}

/// A part of a JSON document.
public struct JSONPart {
  /// Keeps alive what the pointers point to.
  private let document: JSONDocument
  private let tape: UnsafePointer<UInt64>
  private let strings: UnsafePointer<UInt8>
  /// Where the part begins on simdjson's tape, whose entries are a type in the top byte and a payload below.
  private let position: Int

  fileprivate init(
    document: JSONDocument, tape: UnsafePointer<UInt64>, strings: UnsafePointer<UInt8>, position: Int
  ) {
    self.document = document
    self.tape = tape
    self.strings = strings
    self.position = position
  }

  private var kind: UInt8 { UInt8(tape[position] >> 56) }
  private var payload: Int { Int(tape[position] & 0x00FF_FFFF_FFFF_FFFF) }

  /// The position behind this part.
  private var end: Int { JSONPart.end(of: position, on: tape) }

  private static func end(of position: Int, on tape: UnsafePointer<UInt64>) -> Int {
    switch UInt8(tape[position] >> 56) {
    // The payload of an opening bracket begins with the position behind its closing one.
    case UInt8(ascii: "{"), UInt8(ascii: "["): Int(tape[position] & 0xFFFF_FFFF)
    case UInt8(ascii: "l"), UInt8(ascii: "u"), UInt8(ascii: "d"): position + 2
    default: position + 1
    }
  }

  /// The part of the same document that begins there on the tape.
  func part(_ position: Int) -> JSONPart {
    JSONPart(document: document, tape: tape, strings: strings, position: position)
  }

  /// The value of a key, or nil where this is no mapping or lacks it. Of equal keys, the first one's.
  public subscript(key: StaticString) -> JSONPart? {
    entries?.first { $0.key.isText(literal: key) }?.value
  }

  /// Goes through the keys of a mapping and the positions of their values; through nothing where this is none.
  func forEachEntry(_ body: (_ key: UnsafeBufferPointer<UInt8>, _ value: Int) -> Void) {
    guard kind == UInt8(ascii: "{") else { return }
    let end = end - 1
    var next = position + 1
    while next < end {
      body(text(next), next + 1)
      next = JSONPart.end(of: next + 1, on: tape)
    }
  }

  /// The keys and values of a mapping in the order in which they stand, equal keys too; nil where this is none.
  public var entries: Entries? { kind == UInt8(ascii: "{") ? Entries(place: part(position + 1)) : nil }

  public struct Entries: Sequence, IteratorProtocol {
    fileprivate var place: JSONPart

    public mutating func next() -> (key: JSONPart, value: JSONPart)? {
      guard place.kind != UInt8(ascii: "}") else { return nil }
      let (key, value) = (place, place.part(place.position + 1))
      place = value.part(value.end)
      return (key, value)
    }
  }

  /// The elements of a list; nil where this is none.
  public var elements: Elements? { kind == UInt8(ascii: "[") ? Elements(place: part(position + 1)) : nil }

  public struct Elements: Sequence, IteratorProtocol {
    fileprivate var place: JSONPart

    public mutating func next() -> JSONPart? {
      guard place.kind != UInt8(ascii: "]") else { return nil }
      let element = place
      place = element.part(element.end)
      return element
    }
  }

  public var isMap: Bool { kind == UInt8(ascii: "{") }
  public var isNull: Bool { kind == UInt8(ascii: "n") }

  private var text: UnsafeBufferPointer<UInt8> { text(position) }

  /// The text of the string that stands there.
  private func text(_ position: Int) -> UnsafeBufferPointer<UInt8> {
    let start = UnsafeRawPointer(strings) + Int(tape[position] & 0x00FF_FFFF_FFFF_FFFF)
    let length = UInt32(littleEndian: start.loadUnaligned(as: UInt32.self))
    return UnsafeBufferPointer(start: (start + 4).assumingMemoryBound(to: UInt8.self), count: Int(length))
  }

  /// The bytes of a string, which are there as long as the document is; nil where this is none.
  public var utf8: UnsafeBufferPointer<UInt8>? { kind == UInt8(ascii: "\"") ? text : nil }

  /// Whether this is a string of these bytes.
  public func isText(literal other: StaticString) -> Bool {
    kind == UInt8(ascii: "\"") && isBytes(UnsafeBufferPointer(start: other.utf8Start, count: other.utf8CodeUnitCount))
  }

  private func isBytes(_ other: UnsafeBufferPointer<UInt8>) -> Bool {
    let text = text
    guard text.count == other.count else { return false }
    for index in 0..<text.count where text[index] != other[index] { return false }
    return true
  }

  /// Whether this is a string of these bytes; no string is made for it.
  public func isText(_ other: String) -> Bool {
    guard kind == UInt8(ascii: "\"") else { return false }
    var other = other
    return other.withUTF8 { isBytes($0) }
  }

  /// A number that equal strings share, and different ones hardly ever; nil where this is no string.
  public var fingerprint: UInt64? { kind == UInt8(ascii: "\"") ? JSONPart.fingerprint(text) : nil }

  /// The fingerprint that a part with this text has.
  public static func fingerprint(of text: String) -> UInt64 {
    var text = text
    return text.withUTF8 { fingerprint($0) }
  }

  /// FNV-1a, whose mixing suffices for uids: whoever forges two alike makes an object be looked at, not passed over.
  private static func fingerprint(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
    bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0100_0000_01B3 }
  }

  public var string: String? { kind == UInt8(ascii: "\"") ? String(decoding: text, as: UTF8.self) : nil }
  public var int: Int64? {
    kind == UInt8(ascii: "l") ? Int64(bitPattern: tape[position + 1]) : nil
  }
  public var bool: Bool? { kind == UInt8(ascii: "t") ? true : kind == UInt8(ascii: "f") ? false : nil }

  // MARK: Values

  /// The part as a value.
  ///
  /// Duplicate keys are refused, since readers differ on which of them counts.
  public func value() throws(KubeModelError) -> Value {
    do {
      return try plainValue()
    } catch {
      // The tape has no places; the slow reading names the line.
      throw document.located(error)
    }
  }

  private func plainValue() throws(KubeModelError) -> Value {
    switch kind {
    case UInt8(ascii: "{"): return try map()
    case UInt8(ascii: "["):
      var list: [Value] = []
      for element in Elements(place: part(position + 1)) { list.append(try element.plainValue()) }
      return .list(list)
    case UInt8(ascii: "\""): return .string(String(decoding: text, as: UTF8.self))
    case UInt8(ascii: "l"): return .int(Int64(bitPattern: tape[position + 1]))
    case UInt8(ascii: "u"):
      throw KubeModelError(.numberOutOfRange, "a number is out of range")
    case UInt8(ascii: "d"): return .double(Double(bitPattern: tape[position + 1]))
    case UInt8(ascii: "t"): return true
    case UInt8(ascii: "f"): return false
    default: return .null
    }
  }

  private func map() throws(KubeModelError) -> Value {
    var pairs: [(String, Value)] = []
    for (key, value) in Entries(place: part(position + 1)) {
      pairs.append((String(decoding: key.text, as: UTF8.self), try value.plainValue()))
    }
    let mapping = Mapping(pairs)
    guard mapping.count == pairs.count else {
      throw KubeModelError(.duplicateKey, "a key is given twice in one object")
    }
    return .map(mapping)
  }
}
