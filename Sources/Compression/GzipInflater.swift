internal import CZlib

/// Decompresses gzip piece by piece, in memory of a fixed size.
package final class GzipInflater {
  package enum State: Sendable {
    /// More input or more room is needed.
    case going
    /// A member ended, with a checksum that is right; another one may follow.
    case memberEnded
    /// The input is no gzip from here on, or its checksum is wrong.
    case damaged
  }

  /// zlib keeps the address of its stream, so the stream must not move.
  private let stream: UnsafeMutablePointer<z_stream>

  /// The largest window, and 16 for gzip's header and checksum.
  private static let windowBits: Int32 = 15 + 16

  package init() throws(CompressionError) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let status = inflateInit2_(
      stream, GzipInflater.windowBits, zlibVersion(), Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else {
      stream.deallocate()
      throw CompressionError("zlib could not be set up for gzip")
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Begins a new member.
  package func reset() { inflateReset(stream) }

  /// Inflates as much of `input` as `output` has room for; what is produced counts in every state.
  package func inflate(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) -> (consumed: Int, produced: Int, state: State) {
    let (given, room) = (UInt32(clamping: input.count), UInt32(clamping: output.count))
    stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
    stream.pointee.avail_in = given
    stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = room
    let status = CZlib.inflate(stream, Z_NO_FLUSH)
    let state: State =
      switch status {
      case Z_STREAM_END: .memberEnded
      // Z_BUF_ERROR: nothing could be done with what was given; more of it helps.
      case Z_OK, Z_BUF_ERROR: .going
      default: .damaged
      }
    return (Int(given - stream.pointee.avail_in), Int(room - stream.pointee.avail_out), state)
  }
}
