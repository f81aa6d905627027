@testable import AmbitKit
import TestSupport
import Testing

/// The formats that a pack is written in.
@Suite struct PackTextTests {
  @Test(arguments: [
    ("a\nb\nc\n", "a\nB\nc\n", "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"), ("", "a\n", "@@ -0,0 +1,1 @@\n+a\n"),
    ("a\n", "", "@@ -1,1 +0,0 @@\n-a\n"), ("a\n", "a\n", ""),
  ])
  func `a difference is told as diff -u does`(_ given: (old: String, new: String, hunk: String)) {
    let text = UnifiedDiff.text(
      given.old.isEmpty ? nil : Array(given.old.utf8), given.new.isEmpty ? nil : Array(given.new.utf8), path: "p")
    let heads = "--- \(given.old.isEmpty ? "/dev/null" : "a/p")\n+++ \(given.new.isEmpty ? "/dev/null" : "b/p")\n"
    #expect(text == heads + given.hunk)
  }

  private func archive(_ files: [(path: String, bytes: [UInt8])]) throws -> [UInt8] {
    var bytes: [UInt8] = []
    for file in files {
      bytes += try TarArchive.header(path: file.path, size: file.bytes.count) + file.bytes
      bytes += TarArchive.padding(after: file.bytes.count)
    }
    return bytes + TarArchive.end(after: bytes.count)
  }

  @Test func `files come out of an archive as they went in`() throws {
    let long = String(repeating: "d", count: 90) + "/" + String(repeating: "f", count: 90)
    let files: [(path: String, bytes: [UInt8])] = [
      ("pack/a", []), ("pack/b", [1]), (long, Array(repeating: 7, count: 512)), ("pack/c", Array(repeating: 8, count: 513)),
    ]
    let bytes = try archive(files)
    #expect(bytes.count % 10_240 == 0)
    let read = try TarArchive.files(in: bytes)
    #expect(read.map(\.path) == files.map(\.path) && read.map { Array($0.bytes) } == files.map(\.bytes))
    #expect(throws: TarArchive.Fault.self) { try TarArchive.header(path: String(repeating: "x", count: 300), size: 0) }
  }

  @Test func `what is no archive, or a damaged one, is told`() throws {
    let good = try archive([("pack/a", Array("text".utf8))])
    for bytes in [[], Array(good[..<100]), Array(good[..<600])] {
      #expect(throws: TarArchive.Fault.self) { try TarArchive.files(in: bytes) }
    }
    var link = good
    link[156] = UInt8(ascii: "2")
    #expect(throws: TarArchive.Fault.self) { try TarArchive.files(in: link) }
    #expect(throws: TarArchive.Fault.self) { try TarArchive.files(in: good + [1]) }
  }
}
