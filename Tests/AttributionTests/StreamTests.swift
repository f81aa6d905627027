@testable import Attribution
import Foundation
import Testing

/// The pieces in which a log comes make no difference.
@Suite struct StreamTests {
  /// Gives bytes in small pieces of changing size.
  private final class SmallPieces: ByteStream {
    private var bytes: ArraySlice<UInt8>
    private var size: Int

    init(_ bytes: [UInt8], from size: Int) {
      self.bytes = bytes[...]
      self.size = size
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(StreamFault) -> Int {
      size = size % 7 + 1
      let piece = bytes.prefix(size)
      buffer.copyBytes(from: piece)
      bytes = bytes.dropFirst(piece.count)
      return piece.count
    }
  }

  @Test(arguments: 0..<7)
  func `a log that comes in small pieces reads the same`(_ start: Int) throws {
    let line = Recorded.text(.forbidden)
    let text =
      "\(line)\n\n {\"items\":[\(line),\n{\"a\\\\\":\"\\\"]}\\\\\"},\(line)],\"x\":{}}\n[{},true,\"a\",[{}],\(line)]\n"
      + "node-1 \(line)\n{\"auditID\":\n\(line)\n{\n\"kind\": \"Event\",\n\"verb\": \"get\",\n\"objectRef\": {}\n}{}\n{\"x\":[[\n"
    let whole = try Reading(text)
    #expect(whole.events.map(\.provenance.line) == [1, 3, 4, 5, 6, 8, 9])
    var events: [AuditEvent] = []
    let ledger = try withoutActuallyEscaping({ (event: AuditEvent) in events.append(event) }) { deliver in
      let state = ReadingState(.everything, deliver)
      state.begin("audit.log")
      try AuditLogReader.read(SmallPieces(Array(text.utf8), from: start), state)
      return state.ledger
    }
    #expect(events == whole.events)
    #expect(ledger == whole.ledger)
  }

  @Test func `a log in small pieces of gzip reads the same`() throws {
    let bytes = Array(Recorded.log)
    let packed = Gzip.member(Array(bytes.prefix(5_000))) + Gzip.member(Array(bytes.dropFirst(5_000)))
    var events: [AuditEvent] = []
    try withoutActuallyEscaping({ (event: AuditEvent) in events.append(event) }) { deliver in
      let state = ReadingState(.everything, deliver)
      state.begin("audit.log")
      try AuditLogReader.read(LogStream.unpacked(SmallPieces(packed, from: 0)), state)
    }
    #expect(events == (try Reading(bytes).events))
  }
}
