#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The part of a stream that is being looked at, which grows only as far as one record needs.
final class LogWindow {
  private let stream: any ByteStream
  private var memory: UnsafeMutableRawBufferPointer
  private var start = 0
  private var end = 0
  /// Whether the stream has no more than `unread`.
  private(set) var isEnded = false
  /// Why the stream ended before its end.
  private(set) var fault: StreamFault?
  /// The line on which `unread` begins, counted from 1.
  private(set) var line = 1
  /// Whether `unread` begins within a line.
  private var isWithinLine = false

  static let chunk = 1 << 20

  init(_ stream: any ByteStream) {
    self.stream = stream
    memory = .allocate(byteCount: 2 * LogWindow.chunk, alignment: 16)
  }

  deinit { memory.deallocate() }

  /// Valid until the next call of `more` or `consume`.
  var unread: UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(
      start: memory.baseAddress?.advanced(by: start).assumingMemoryBound(to: UInt8.self), count: end - start)
  }

  /// Reads more behind `unread`; false at the end of the stream.
  func more() -> Bool {
    guard !isEnded else { return false }
    if memory.count - end < LogWindow.chunk { makeRoom() }
    do {
      let count = try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: memory[end..<end + LogWindow.chunk]))
      end += count
      isEnded = count == 0
    } catch {
      fault = error
      isEnded = true
    }
    return !isEnded
  }

  private func makeRoom() {
    let size = end - start
    // Twice as large at least, so that what is moved stays in proportion to what is read.
    let capacity = max(2 * LogWindow.chunk, 2 * size + LogWindow.chunk)
    if capacity <= memory.count && size <= memory.count / 2 {
      memory.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[start..<end]))
    } else {
      let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
      larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[start..<end]))
      memory.deallocate()
      memory = larger
    }
    (start, end) = (0, size)
  }

  /// Steps over the first bytes of `unread`, which hold so many line breaks.
  func consume(_ count: Int, breaks: Int) {
    guard count > 0 else { return }
    line += breaks
    isWithinLine = unread[count - 1] != 0x0A
    start += count
  }

  /// How many lines have been stepped over, the last one too where no line break ends it.
  var lines: Int { line - 1 + (isWithinLine ? 1 : 0) }

  /// Where the first line break of `unread` from some place on is, looking at no more than `limit` bytes; nil where
  /// there is none.
  func lineBreak(from place: Int, limit: Int) -> Int? {
    var place = place
    while true {
      let bytes = unread
      let count = min(bytes.count, limit)
      if place < count, let base = bytes.baseAddress {
        if let found = memchr(base + place, 0x0A, count - place) {
          return UnsafeRawPointer(found) - UnsafeRawPointer(base)
        }
        place = count
      }
      guard bytes.count < limit, more() else { return nil }
    }
  }

  /// Steps over the rest of the line, whose length does not matter.
  func consumeLine() {
    while true {
      if let found = lineBreak(from: 0, limit: LogWindow.chunk) { return consume(found + 1, breaks: 1) }
      consume(min(unread.count, LogWindow.chunk), breaks: 0)
      if unread.isEmpty && !more() { return }
    }
  }
}
