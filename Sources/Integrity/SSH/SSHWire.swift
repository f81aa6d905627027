/// Reads the encoding of RFC 4251 section 5 from bytes that nobody has vouched for.
///
/// Every length is checked against what is left before it is used, and every number has one spelling.
struct SSHReader {
  private(set) var rest: ArraySlice<UInt8>

  init(_ bytes: some Sequence<UInt8>) { rest = Array(bytes)[...] }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func take(_ count: Int) throws(IntegrityError) -> [UInt8] {
    guard count <= rest.count else { throw SSHReader.short }
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
  }

  mutating func byte() throws(IntegrityError) -> UInt8 {
    guard let byte = rest.popFirst() else { throw SSHReader.short }
    return byte
  }

  mutating func number() throws(IntegrityError) -> UInt32 {
    try take(4).reduce(0) { $0 << 8 | UInt32($1) }
  }

  mutating func string() throws(IntegrityError) -> [UInt8] {
    try take(Int(number()))
  }

  /// A string of printable ASCII, such as a name of an algorithm.
  mutating func name() throws(IntegrityError) -> String {
    let bytes = try string()
    guard bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw IntegrityError(.malformed, "a name in SSH encoding holds other than printable ASCII")
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The magnitude of a positive number, without leading zeros; at most 2,048 bytes, which is 16,384 bits.
  mutating func positive() throws(IntegrityError) -> [UInt8] {
    let bytes = try string()
    guard let first = bytes.first, first < 0x80, bytes.count <= 2_049 else {
      throw IntegrityError(.malformed, "a number in SSH encoding is not positive, or is absurdly large")
    }
    guard first == 0 else { return bytes }
    guard bytes.count > 1, bytes[1] >= 0x80 else {
      throw IntegrityError(.malformed, "a number in SSH encoding has needless zeros")
    }
    return Array(bytes.dropFirst())
  }

  func end() throws(IntegrityError) {
    guard isAtEnd else { throw IntegrityError(.malformed, "there are bytes after the end of an SSH structure") }
  }

  private static let short = IntegrityError(.malformed, "an SSH structure ends before it should")
}

/// Writes the encoding of RFC 4251 section 5.
struct SSHWriter {
  private(set) var bytes: [UInt8] = []

  mutating func raw(_ bytes: some Sequence<UInt8>) { self.bytes += bytes }

  mutating func number(_ value: UInt32) {
    for shift in [24, 16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
  }

  mutating func string(_ value: some Collection<UInt8>) {
    number(UInt32(value.count))
    bytes += value
  }

  mutating func string(_ value: String) { string(value.utf8) }

  /// A positive number, given as its magnitude with or without leading zeros.
  mutating func positive(_ magnitude: [UInt8]) {
    let trimmed = magnitude.drop { $0 == 0 }
    let sign: [UInt8] = (trimmed.first ?? 0) >= 0x80 ? [0] : []
    string(sign + trimmed)
  }
}
