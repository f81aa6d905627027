internal import CGit2

/// The name of a git object: twenty bytes, printed as hexadecimal.
package struct ObjectName: Sendable, Hashable, CustomStringConvertible, Comparable {
  // The bytes as big-endian numbers: they compare as the bytes do, and need no memory of their own.
  private let head: UInt64
  private let middle: UInt64
  private let tail: UInt32

  /// Reads twenty bytes.
  init(_ bytes: UnsafeRawBufferPointer) {
    head = UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))
    middle = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    tail = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self))
  }

  init(_ oid: git_oid) { self = withUnsafeBytes(of: oid.id) { ObjectName($0) } }

  /// The name of these bytes; nil where they are not twenty.
  package init?(bytes: [UInt8]) {
    guard bytes.count == ObjectName.length else { return nil }
    self = bytes.withUnsafeBytes { ObjectName($0) }
  }

  /// Reads forty hexadecimal digits.
  package init?(hex: String) {
    let digits = Array(hex.utf8)
    guard digits.count == 40 else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: 40, by: 2) {
      guard let high = ObjectName.value(digits[index]), let low = ObjectName.value(digits[index + 1]) else {
        return nil
      }
      bytes.append(high << 4 | low)
    }
    self.init(bytes: bytes)
  }

  static let length = 20

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  /// No object has this name; git writes it for a reference that is not there.
  static let none = ObjectName(git_oid())

  package var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(ObjectName.length)
    append(to: &bytes)
    return bytes
  }

  func append(to bytes: inout [UInt8]) {
    withUnsafeBytes(of: head.bigEndian) { bytes.append(contentsOf: $0) }
    withUnsafeBytes(of: middle.bigEndian) { bytes.append(contentsOf: $0) }
    withUnsafeBytes(of: tail.bigEndian) { bytes.append(contentsOf: $0) }
  }

  var oid: git_oid {
    var oid = git_oid()
    let bytes = bytes
    withUnsafeMutableBytes(of: &oid.id) { $0.copyBytes(from: bytes) }
    return oid
  }

  /// The first byte, by which an index of a pack is entered.
  var firstByte: UInt8 { UInt8(truncatingIfNeeded: head >> 56) }

  /// Where the bytes behind the first one stand among all that there could be: at least 0, and below 1.
  var fraction: Double { Double((head << 8) >> 32) / 4_294_967_296 }

  package var description: String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(40)
    for byte in bytes { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }

  /// The first ten digits, as users see them.
  package var short: String { String(description.prefix(10)) }

  package func hash(into hasher: inout Hasher) { hasher.combine(head) }

  package static func < (left: ObjectName, right: ObjectName) -> Bool {
    if left.head != right.head { return left.head < right.head }
    return (left.middle, left.tail) < (right.middle, right.tail)
  }
}
