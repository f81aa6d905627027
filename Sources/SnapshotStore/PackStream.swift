internal import CZlib
internal import Integrity
internal import KubeModel

/// A git pack, written object by object without deltas.
///
/// Writing one pack for a snapshot costs a handful of fsyncs where loose objects cost one each; deltas are
/// left to maintenance, since they cost more than they save on a few objects.
struct PackStream {
  enum Kind: UInt8 {
    case commit = 1
    case tree = 2
    case blob = 3
  }

  private var bytes: [UInt8]

  init(count: Int) {
    bytes = Array("PACK".utf8) + PackStream.bigEndian(2) + PackStream.bigEndian(UInt32(count))
  }

  mutating func append(_ kind: Kind, _ content: [UInt8]) throws(StoreError) {
    var size = content.count
    var byte = kind.rawValue << 4 | UInt8(size & 15)
    size >>= 4
    while size > 0 {
      bytes.append(byte | 0x80)
      byte = UInt8(size & 0x7F)
      size >>= 7
    }
    bytes.append(byte)
    try deflate(content)
  }

  /// The whole pack with its checksum.
  consuming func finished() -> [UInt8] { bytes + SHA1Checksum.bytes(bytes) }

  private mutating func deflate(_ content: [UInt8]) throws(StoreError) {
    var length = compressBound(UInt(content.count))
    let start = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: Int(length)))
    let status = bytes.withUnsafeMutableBufferPointer { output -> Int32 in
      guard let base = output.baseAddress else { return Z_BUF_ERROR }
      return content.withUnsafeBufferPointer { input in
        // An empty array has no address; zlib wants one all the same.
        compress2(base + start, &length, input.baseAddress ?? UnsafePointer(base), UInt(input.count), 3)
      }
    }
    guard status == Z_OK else { throw StoreError(.unwritable, "zlib could not compress an object") }
    bytes.removeLast(bytes.count - start - Int(length))
  }

  private static func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
