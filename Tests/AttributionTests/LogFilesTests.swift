@testable import Attribution
import Foundation
import Testing

@Suite struct LogFilesTests {
  /// A folder that goes with the test.
  private final class Folder {
    let path = FileManager.default.temporaryDirectory.path + "/ambit-logs-\(UUID().uuidString)"

    func write(_ name: String, _ bytes: [UInt8]) throws {
      let url = URL(filePath: "\(path)/\(name)")
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: url)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
  }

  private let folder = Folder()

  private func read(_ sources: [String]) throws -> (events: [AuditEvent], ledger: AuditLogLedger) {
    var events: [AuditEvent] = []
    let ledger = try AuditLogReader(sources: sources).read { events.append($0) }
    return (events, ledger)
  }

  private static func event(_ id: String) -> [UInt8] {
    Array(#"{"auditID":"\#(id)","stage":"ResponseComplete","verb":"get"}"#.utf8) + [0x0A]
  }

  @Test(arguments: [
    ["audit-2025-11-23T05-02-45.123.log.gz", "audit-2025-11-24T00-00-00.000.log", "audit.log"],
    ["audit.log.10.gz", "audit.log.2.gz", "audit.log.1", "audit.log"], ["audit.log-20251122.gz", "audit.log-20251123", "audit.log"],
    ["0.log.20251122-050245.gz", "0.log.20251123-050245", "0.log"], ["a-2025-11-23T05-02-45.123.log", "a.log", "b.log"],
    ["audit-1.log", "audit-2.log", "audit.json"],
  ])
  func `rotated logs are read from the oldest to the newest`(_ names: [String]) throws {
    #expect(names.reversed().sorted(by: RotatedName.precedes) == names)
    for name in names.reversed() { try folder.write(name, LogFilesTests.event(name)) }
    let (events, ledger) = try read([folder.path + "/"])
    #expect(events.map(\.auditID) == names)
    #expect(ledger.files.map(\.name) == names.map { "\(folder.path)/\($0)" })
  }

  @Test func `a directory is read with all below it, in one order`() throws {
    for name in ["b/audit.log", "a/audit.log", "audit.log", ".hidden", "a/.hidden/x"] {
      try folder.write(name, LogFilesTests.event(name))
    }
    try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/a/again", withDestinationPath: folder.path)
    #expect(try read([folder.path]).events.map(\.auditID) == ["audit.log", "a/audit.log", "b/audit.log"])
  }

  @Test func `a pattern names files, and one named twice is read once`() throws {
    for name in ["audit.log.1", "audit.log.2", "audit.log", "other"] { try folder.write(name, LogFilesTests.event(name)) }
    let (events, ledger) = try read(["\(folder.path)/audit*", "\(folder.path)/audit.log"])
    #expect(events.map(\.auditID) == ["audit.log.2", "audit.log.1", "audit.log"])
    #expect(ledger.isComplete)
  }

  @Test func `a file whose name is a pattern is that file`() throws {
    try folder.write("audit[1].log", LogFilesTests.event("a"))
    #expect(try read(["\(folder.path)/audit[1].log"]).events.count == 1)
  }

  @Test func `what cannot be opened is told, and the rest is read`() throws {
    try folder.write("good.log", LogFilesTests.event("a"))
    let (events, ledger) = try read(
      ["\(folder.path)/absent.log", "\(folder.path)/no*file", "\(folder.path)/good.log", "/dev/null"])
    #expect(events.count == 1)
    #expect(ledger.damages.map(\.reason) == ["there is no such file", "no file matches"])
    #expect(ledger.damages.map(\.line) == [nil, nil])
    #expect(ledger.files.map(\.used) == [0, 0, 1, 0])
  }

  @Test func `a damaged gzip gives what comes before the damage`() throws {
    let bytes = Array((0..<3_000).map { LogFilesTests.event("\($0)") }.joined())
    let whole = Gzip.member(bytes)
    let damages: [(bytes: [UInt8], reason: String)] = [
      (whole.dropLast(100), "breaks off"), (whole.dropLast(1) + [0x55], "damaged"), (whole + [1, 2, 3], "damaged"),
    ]
    for damage in damages {
      try folder.write("audit.log.gz", damage.bytes)
      try folder.write("b.log", LogFilesTests.event("b"))
      let (events, ledger) = try read([folder.path])
      #expect(events.count > 2_990)
      #expect(events.last?.auditID == "b")
      #expect(ledger.damages.contains { $0.reason.contains("gzip") && $0.reason.contains(damage.reason) })
    }
  }

  @Test(arguments: [
    ([0x28, 0xB5, 0x2F, 0xFD, 0], "zstd"), ([0x50, 0x4B, 3, 4], "zip"), ([0xFF, 0xFE, 0x7B, 0], "UTF-16"),
    ([UInt8](repeating: 0, count: 257) + Array("ustar".utf8), "tar"),
  ] as [([UInt8], String)])
  func `a file of another kind is told with what to do`(_ given: (bytes: [UInt8], name: String)) throws {
    let reading = try Reading(given.bytes)
    #expect(reading.ledger.damages.map(\.line) == [nil])
    #expect(reading.ledger.damages[0].reason.contains(given.name))
    #expect(try Reading(Gzip.member(given.bytes)).ledger.damages == reading.ledger.damages)
  }

  @Test func `an empty file has nothing, and nothing is wrong with it`() throws {
    #expect(try Reading("").ledger.isComplete)
    #expect(try Reading("").ledger.lines == 0)
    #expect(try Reading(Gzip.member([])).ledger.isComplete)
  }

  @Test func `what the caller throws ends the reading`() throws {
    struct Enough: Error {}
    var count = 0
    #expect(throws: Enough.self) {
      _ = try AuditLogReader.read(Array(Recorded.log), name: "") { _ in
        count += 1
        if count == 3 { throw Enough() }
      }
    }
    #expect(count == 3)
  }
}
