internal import Compression

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Bytes that come one piece after the other.
protocol ByteStream: AnyObject {
  /// Fills the beginning of a buffer and returns how many bytes came: 0 at the end.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(StreamFault) -> Int
}

/// Why a stream gives no more, before its end.
struct StreamFault: Error {
  let reason: String
}

/// A file, or standard input.
final class FileStream: ByteStream {
  private let descriptor: Int32

  /// Opens a file, or standard input as `-`.
  init(_ name: String) throws(StreamFault) {
    guard name != "-" else {
      descriptor = STDIN_FILENO
      return
    }
    descriptor = open(name, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw StreamFault(reason: FileStream.text(of: errno)) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else {
      close(descriptor)
      throw StreamFault(reason: "it is no file")
    }
  }

  deinit { if descriptor != STDIN_FILENO { close(descriptor) } }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(StreamFault) -> Int {
    while true {
      #if canImport(Glibc)
        let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      #else
        let count = Darwin.read(descriptor, buffer.baseAddress, buffer.count)
      #endif
      if count >= 0 { return count }
      guard errno == EINTR else { throw StreamFault(reason: FileStream.text(of: errno)) }
    }
  }

  private static func text(of number: Int32) -> String {
    switch number {
    case ENOENT: "there is no such file"
    case EACCES, EPERM: "it may not be read; check its permissions"
    default: String(cString: strerror(number))
    }
  }
}

/// Bytes in memory, and then those of another stream.
final class MemoryStream: ByteStream {
  private var bytes: ArraySlice<UInt8>
  private let rest: (any ByteStream)?

  init(_ bytes: [UInt8], then rest: (any ByteStream)? = nil) {
    self.bytes = bytes[...]
    self.rest = rest
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(StreamFault) -> Int {
    guard !bytes.isEmpty else { return try rest?.read(into: buffer) ?? 0 }
    let piece = bytes.prefix(buffer.count)
    buffer.copyBytes(from: piece)
    bytes = bytes.dropFirst(piece.count)
    return piece.count
  }
}

/// What a stream of gzip gives, of one member or of several.
final class GzipStream: ByteStream {
  private let source: any ByteStream
  private let inflater: GzipInflater
  private var input: [UInt8]
  private var unread: Range<Int> = 0..<0
  private var isWithinMember = true
  /// Whether nothing more can be had, although bytes that came before it may not have been handed out.
  private var isDamaged = false

  init(_ source: any ByteStream) throws(StreamFault) {
    self.source = source
    do { inflater = try GzipInflater() } catch { throw StreamFault(reason: error.message) }
    input = [UInt8](repeating: 0, count: 1 << 16)
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(StreamFault) -> Int {
    while true {
      guard !isDamaged else { throw StreamFault(reason: "the gzip data is damaged") }
      if unread.isEmpty, try !fill() {
        guard isWithinMember else { return 0 }
        throw StreamFault(reason: "the gzip data breaks off")
      }
      if !isWithinMember {
        // Some writers fill up a block with zeros.
        guard let next = unread.first(where: { input[$0] != 0 }) else {
          unread = 0..<0
          continue
        }
        unread = next..<unread.upperBound
        inflater.reset()
        isWithinMember = true
      }
      let step = input.withUnsafeBytes {
        inflater.inflate(UnsafeRawBufferPointer(rebasing: $0[unread]), into: buffer)
      }
      unread = unread.lowerBound + step.consumed..<unread.upperBound
      if step.state == .memberEnded { isWithinMember = false }
      isDamaged =
        step.state == .damaged
        || (step.state == .going && step.produced == 0 && step.consumed == 0 && !unread.isEmpty)
      if step.produced > 0 { return step.produced }
    }
  }

  private func fill() throws(StreamFault) -> Bool {
    var count = 0
    var fault: StreamFault?
    input.withUnsafeMutableBytes { buffer in
      do { count = try source.read(into: buffer) } catch { fault = error as? StreamFault }
    }
    if let fault { throw fault }
    unread = 0..<count
    return count > 0
  }
}
