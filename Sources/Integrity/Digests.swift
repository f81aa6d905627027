internal import Crypto

/// SHA-256, as lower-case hexadecimal.
public enum SHA256Digest {
  public static func hex(_ bytes: [UInt8]) -> String {
    var text = ""
    text.reserveCapacity(64)
    for byte in SHA256.hash(data: bytes) {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return text
  }

  private static let digits = Array("0123456789abcdef")
}

/// SHA-1, which git's pack format asks for as its checksum; nothing is trusted on the strength of it.
public enum SHA1Checksum {
  public static func bytes(_ bytes: [UInt8]) -> [UInt8] { Array(Insecure.SHA1.hash(data: bytes)) }
}
