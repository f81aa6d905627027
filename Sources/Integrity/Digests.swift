internal import Crypto

/// SHA-256, as bytes or as lower-case hexadecimal.
public enum SHA256Digest {
  public static func hex(_ bytes: [UInt8]) -> String { SHA256Value(of: bytes).hex }

  /// The 32 bytes of the digest.
  public static func bytes(_ bytes: [UInt8]) -> [UInt8] { SHA256Value(of: bytes).bytes }
}

/// SHA-1, by which git names its objects and ends its packs; nothing is trusted on the strength of it.
public enum SHA1Checksum {
  public static func bytes(_ bytes: [UInt8]) -> [UInt8] { withBytes(of: [], bytes) { Array($0) } }

  /// Lends the twenty bytes of the checksum of two pieces of data, one after the other.
  public static func withBytes<Result>(
    of first: [UInt8], _ second: [UInt8], _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    var hash = Insecure.SHA1()
    first.withUnsafeBytes { hash.update(bufferPointer: $0) }
    second.withUnsafeBytes { hash.update(bufferPointer: $0) }
    return hash.finalize().withUnsafeBytes(body)
  }

  /// Lends the twenty bytes of the checksum of memory that need not be copied.
  public static func withBytes<Result>(
    of bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    var hash = Insecure.SHA1()
    hash.update(bufferPointer: bytes)
    return hash.finalize().withUnsafeBytes(body)
  }
}
