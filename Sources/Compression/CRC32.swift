internal import CZlib

/// The checksum that git's pack index and gzip have of a piece of data.
package enum CRC32 {
  package static func checksum(of bytes: UnsafeRawBufferPointer) -> UInt32 {
    guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return 0 }
    return UInt32(truncatingIfNeeded: crc32(0, base, UInt32(clamping: bytes.count)))
  }
}
