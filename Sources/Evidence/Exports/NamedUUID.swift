internal import Integrity

/// UUIDs of version 5 (RFC 9562): the same names give the same one, on every machine and in every run.
enum NamedUUID {
  /// `6ba7b811-9dad-11d1-80b4-00c04fd430c8`, the namespace that the RFC keeps for URLs.
  static let urls: [UInt8] = [
    0x6B, 0xA7, 0xB8, 0x11, 0x9D, 0xAD, 0x11, 0xD1, 0x80, 0xB4, 0x00, 0xC0, 0x4F, 0xD4, 0x30, 0xC8,
  ]

  /// The namespace of all that Ambit names: the UUID of `urn:ambit:exports:1`.
  private static let own = bytes("urn:ambit:exports:1", in: urls)

  /// The UUID for a row of names, such as a cluster, a framework and a control.
  static func text(_ names: [String]) -> String {
    // Two rows that differ anywhere differ here: each name tells its length.
    text(bytes(names.map { "\($0.utf8.count):\($0)" }.joined(), in: own))
  }

  static func bytes(_ name: String, in namespace: [UInt8]) -> [UInt8] {
    var bytes = Array(SHA1Checksum.bytes(namespace + Array(name.utf8)).prefix(16))
    bytes[6] = bytes[6] & 0x0F | 0x50
    bytes[8] = bytes[8] & 0x3F | 0x80
    return bytes
  }

  static func text(_ bytes: [UInt8]) -> String {
    var text = ""
    for (index, byte) in bytes.enumerated() {
      if [4, 6, 8, 10].contains(index) { text += "-" }
      text += byte < 0x10 ? "0\(String(byte, radix: 16))" : String(byte, radix: 16)
    }
    return text
  }
}
