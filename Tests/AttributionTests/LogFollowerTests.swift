import Attribution
import Foundation
import Testing

@Suite struct LogFollowerTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "ambit-follow-\(UUID().uuidString)")

  private var log: URL { folder.appending(path: "audit.log") }

  init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

  private func event(_ name: String) -> String {
    """
    {"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"\(name)","stage":"ResponseComplete","verb":"create",\
    "requestURI":"/api/v1/namespaces","user":{"username":"alice"},"objectRef":{"resource":"namespaces","name":"\(name)",\
    "apiVersion":"v1"},"responseStatus":{"code":201},"stageTimestamp":"2026-11-23T04:58:58.688262Z"}
    """
  }

  private func append(_ text: String) throws {
    if let file = FileHandle(forWritingAtPath: log.path) {
      try file.seekToEnd()
      try file.write(contentsOf: Data(text.utf8))
      try file.close()
    } else {
      try Data(text.utf8).write(to: log)
    }
  }

  private func read(_ follower: LogFollower) throws -> [String] {
    var found: [String] = []
    _ = try follower.read { found.append($0.auditID ?? "") }
    return found
  }

  @Test func `only what was added is read, and a line only once it is whole`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let follower = LogFollower(log.path, wants: .writes())
    #expect(try read(follower) == [])
    try append(event("a") + "\n" + event("b"))
    #expect(try read(follower) == ["a"])
    #expect(try read(follower) == [])
    try append("\n" + event("c") + "\n")
    #expect(try read(follower) == ["b", "c"])
  }

  @Test func `a rotated log is read to its end, and then the new one`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let follower = LogFollower(log.path, wants: .writes())
    try append(event("a") + "\n")
    #expect(try read(follower) == ["a"])
    try append(event("b") + "\n")
    try FileManager.default.moveItem(at: log, to: folder.appending(path: "audit-2026-11-23T05-00-00.000.log"))
    try append(event("c") + "\n")
    #expect(try read(follower) == ["b", "c"])
    #expect(try read(follower) == [])
  }

  @Test func `a log that was emptied in its place is read from its beginning`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let follower = LogFollower(log.path, wants: .writes())
    try append(event("a") + "\n" + event("b") + "\n")
    #expect(try read(follower) == ["a", "b"])
    let file = try #require(FileHandle(forWritingAtPath: log.path))
    try file.truncate(atOffset: 0)
    try file.close()
    try append(event("c") + "\n")
    #expect(try read(follower) == ["c"])
  }
}
