internal import CGit2

/// The name of a git object: twenty bytes, printed as hexadecimal.
package struct ObjectName: Sendable, Hashable, CustomStringConvertible, Comparable {
  package let bytes: [UInt8]

  init(_ oid: git_oid) { bytes = withUnsafeBytes(of: oid.id) { Array($0) } }

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// Reads forty hexadecimal digits.
  package init?(hex: String) {
    let digits = Array(hex.utf8)
    guard digits.count == 40 else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: 40, by: 2) {
      guard let byte = UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16) else {
        return nil
      }
      bytes.append(byte)
    }
    self.bytes = bytes
  }

  var oid: git_oid {
    var oid = git_oid()
    withUnsafeMutableBytes(of: &oid.id) { $0.copyBytes(from: bytes) }
    return oid
  }

  package var description: String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// The first ten digits, as users see them.
  package var short: String { String(description.prefix(10)) }

  package static func < (left: ObjectName, right: ObjectName) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
  }
}
