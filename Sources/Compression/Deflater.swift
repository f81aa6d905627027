internal import CZlib

/// zlib's compression, whose tables are made once and used for many objects.
package final class Deflater {
  /// zlib keeps the address of its stream, so the stream must not move.
  private let stream: UnsafeMutablePointer<z_stream>

  /// The fastest level: maintenance packs again what stays, and better.
  private static let level: Int32 = 1

  package init() throws(CompressionError) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let status = deflateInit_(stream, Deflater.level, zlibVersion(), Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { throw Deflater.failure }
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
  }

  private static let failure = CompressionError("zlib could not compress an object")

  /// Appends the compressed form of `content` to `output`.
  package func append(_ content: [UInt8], to output: inout [UInt8]) throws(CompressionError) {
    deflateReset(stream)
    let bound = Int(deflateBound(stream, UInt(content.count)))
    var isWhole = false
    output += [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
      content.withUnsafeBufferPointer { input in
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.pointee.avail_in = UInt32(input.count)
        stream.pointee.next_out = buffer.baseAddress
        stream.pointee.avail_out = UInt32(bound)
        isWhole = deflate(stream, Z_FINISH) == Z_STREAM_END
      }
      count = bound - Int(stream.pointee.avail_out)
    }
    guard isWhole else { throw Deflater.failure }
  }
}
