internal import CZlib

/// zlib's decompression, whose window is made once and used for many objects.
package final class Inflater {
  /// zlib keeps the address of its stream, so the stream must not move.
  private let stream: UnsafeMutablePointer<z_stream>

  package init() throws(CompressionError) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let status = inflateInit_(stream, zlibVersion(), Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { throw CompressionError("zlib could not be set up") }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Inflates a stream that gives exactly this many bytes; nil where it does not.
  package func inflate(_ input: UnsafeRawBufferPointer, size: Int) -> [UInt8]? {
    let (bytes, isEnded) = start(input, most: size + 1)
    return isEnded && bytes.count == size ? bytes : nil
  }

  /// The first bytes that a stream gives, at most so many.
  package func prefix(_ input: UnsafeRawBufferPointer, most: Int) -> [UInt8] { start(input, most: most).bytes }

  private func start(_ input: UnsafeRawBufferPointer, most: Int) -> (bytes: [UInt8], isEnded: Bool) {
    inflateReset(stream)
    var isEnded = false
    let bytes = [UInt8](unsafeUninitializedCapacity: most) { buffer, count in
      stream.pointee.next_in = UnsafeMutablePointer(
        mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
      stream.pointee.avail_in = UInt32(clamping: input.count)
      stream.pointee.next_out = buffer.baseAddress
      stream.pointee.avail_out = UInt32(clamping: most)
      isEnded = CZlib.inflate(stream, Z_FINISH) == Z_STREAM_END
      count = most - Int(stream.pointee.avail_out)
    }
    return (bytes, isEnded)
  }
}
