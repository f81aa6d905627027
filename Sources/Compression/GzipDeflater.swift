internal import CZlib

/// Compresses to gzip piece by piece, in memory of a fixed size. The same input gives the same bytes: neither a time nor a
/// name stands in the header.
package final class GzipDeflater {
  /// zlib keeps the address of its stream, so the stream must not move.
  private let stream: UnsafeMutablePointer<z_stream>
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)

  /// The largest window, and 16 for gzip's header and checksum.
  private static let windowBits: Int32 = 15 + 16
  private static let level: Int32 = 6
  /// How much memory zlib takes for its tables; its own default.
  private static let memoryLevel: Int32 = 8

  package init() throws(CompressionError) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let status = deflateInit2_(
      stream, GzipDeflater.level, Z_DEFLATED, GzipDeflater.windowBits, GzipDeflater.memoryLevel, Z_DEFAULT_STRATEGY,
      zlibVersion(), Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else {
      stream.deallocate()
      throw CompressionError("zlib could not be set up for gzip")
    }
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
  }

  /// Compresses a piece, and lends what is ready of the result to `write`, as often as there is something.
  ///
  /// - Parameter isLast: whether the member ends with it; nothing may follow then.
  package func deflate(
    _ input: UnsafeRawBufferPointer, isLast: Bool, write: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    var rest = input
    repeat {
      let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(Int(UInt32.max)))
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(piece.count))
      stream.pointee.next_in = UnsafeMutablePointer(mutating: piece.baseAddress?.assumingMemoryBound(to: UInt8.self))
      stream.pointee.avail_in = UInt32(piece.count)
      try drain(isLast && rest.isEmpty ? Z_FINISH : Z_NO_FLUSH, write)
    } while !rest.isEmpty
  }

  private func drain(_ flush: Int32, _ write: (UnsafeRawBufferPointer) throws -> Void) throws {
    var isFull = true
    while isFull {
      try buffer.withUnsafeMutableBytes { buffer in
        stream.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(buffer.count)
        let status = CZlib.deflate(stream, flush)
        // Z_BUF_ERROR: there was nothing left to do.
        guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else {
          throw CompressionError("zlib could not compress")
        }
        isFull = stream.pointee.avail_out == 0
        try write(UnsafeRawBufferPointer(rebasing: buffer.prefix(buffer.count - Int(stream.pointee.avail_out))))
      }
    }
  }
}
