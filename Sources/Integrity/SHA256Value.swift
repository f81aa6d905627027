internal import Crypto

/// A SHA-256 as a value of 32 bytes, which compares as its bytes and its hexadecimal form do.
public struct SHA256Value: Sendable, Hashable, Comparable {
  // Big-endian numbers compare as the bytes do, and need no memory of their own.
  private let first: UInt64
  private let second: UInt64
  private let third: UInt64
  private let fourth: UInt64

  public static let length = 32

  /// The SHA-256 of these bytes.
  public init(of bytes: [UInt8]) {
    self = bytes.withUnsafeBytes { buffer in SHA256.hash(data: buffer).withUnsafeBytes(SHA256Value.init(raw:)) }
  }

  /// The value that these 32 bytes are; nil where there are fewer or more.
  public init?(bytes: ArraySlice<UInt8>) {
    guard bytes.count == SHA256Value.length else { return nil }
    self = bytes.withUnsafeBytes(SHA256Value.init(raw:))
  }

  private init(raw: UnsafeRawBufferPointer) {
    func word(_ index: Int) -> UInt64 {
      UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
    }
    (first, second, third, fourth) = (word(0), word(1), word(2), word(3))
  }

  public var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(SHA256Value.length)
    for word in [first, second, third, fourth] { withUnsafeBytes(of: word.bigEndian) { bytes += $0 } }
    return bytes
  }

  /// 64 lower-case hexadecimal digits.
  public var hex: String {
    var text: [UInt8] = []
    appendHex(to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  public func appendHex(to text: inout [UInt8]) {
    for word in [first, second, third, fourth] {
      for shift in stride(from: 60, through: 0, by: -4) {
        let digit = UInt8(truncatingIfNeeded: word >> UInt64(shift)) & 15
        text.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
      }
    }
  }

  public static func < (left: SHA256Value, right: SHA256Value) -> Bool {
    if left.first != right.first { return left.first < right.first }
    return (left.second, left.third, left.fourth) < (right.second, right.third, right.fourth)
  }
}
