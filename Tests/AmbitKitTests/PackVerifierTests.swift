import AmbitKit
import Foundation
import Integrity
import KubeModel
import TestSupport
import Testing

/// What someone who verifies a pack is told of it.
@Suite struct PackVerifierTests {
  /// A pack as a folder, and what belongs to it.
  private final class Unpacked {
    let folder = FileManager.default.temporaryDirectory.path + "/ambit-packs-\(UUID().uuidString)"
    var path: String { "\(folder)/pack" }

    init(_ pack: Pack) throws { _ = try PackStorage.write(pack, to: path) }
    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func change(_ file: String, _ change: (inout Data) -> Void) throws {
      let url = URL(filePath: "\(path)/\(file)")
      var data = try Data(contentsOf: url)
      change(&data)
      try data.write(to: url)
    }

    /// Writes the checksums and the manifest anew, as someone would who changes a file and hides it.
    func sum() throws {
      let manifest = "\(path)/MANIFEST.json"
      var map = try #require(try JSONReader.value(Array(try Data(contentsOf: URL(filePath: manifest)))).map)
      var lines: [(path: String, digest: String)] = []
      let entries = try (map["files"]?.list ?? []).map { entry -> Value in
        var entry = try #require(entry.map)
        let name = try #require(entry["path"]?.string)
        let bytes = Array(try Data(contentsOf: URL(filePath: "\(path)/\(name)")))
        entry["size"] = .int(Int64(bytes.count))
        entry["sha256"] = .string(SHA256Digest.hex(bytes))
        lines.append((name, SHA256Digest.hex(bytes)))
        return .map(entry)
      }
      map["files"] = .list(entries)
      let text = Array((JSONWriter.string(of: .map(map)) + "\n").utf8)
      try Data(text).write(to: URL(filePath: manifest))
      lines.append(("MANIFEST.json", SHA256Digest.hex(text)))
      let sums = lines.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }.map { "\($0.digest)  \($0.path)\n" }
      try Data(sums.joined().utf8).write(to: URL(filePath: "\(path)/SHA256SUMS"))
    }

    func verify(_ change: (inout PackVerifier.Options) -> Void = { _ in }) async throws -> PackVerifier.Report {
      var options = PackVerifier.Options()
      options.variables = PackTests.variables
      change(&options)
      return try await PackVerifier(path, options).run()
    }

    func codes() async throws -> Set<PackVerifier.Finding.Code> { Set(try await verify().findings.map(\.code)) }
  }

  private func unpacked() async throws -> Unpacked {
    try Unpacked(try await PackTests.pack(PackTests.request(), of: PackTests.history()))
  }

  @Test func `every file of a good pack is made again from its history`() async throws {
    let pack = try await unpacked()
    let report = try await pack.verify()
    #expect(report.findings == [])
    #expect(report.reproduced == report.files - 2)
  }

  @Test func `one byte in any file is found`() async throws {
    let pack = try await unpacked()
    let files = try FileManager.default.subpathsOfDirectory(atPath: pack.path).sorted()
    for file in files {
      // Folders do not read, and what is empty has no byte.
      guard let size = try? Data(contentsOf: URL(filePath: "\(pack.path)/\(file)")).count, size > 0 else { continue }
      for place in Set([0, size / 2, size - 1]) {
        try pack.change(file) { $0[place] ^= 1 }
        #expect(try await !pack.verify().isGood, "\(file) at \(place)")
        try pack.change(file) { $0[place] ^= 1 }
      }
    }
    #expect(try await pack.verify().isGood)
  }

  @Test func `a file more, a file less and a link are found`() async throws {
    let pack = try await unpacked()
    try Data("x".utf8).write(to: URL(filePath: "\(pack.path)/more"))
    #expect(try await pack.codes() == [.surplusFile, .manifest])
    try FileManager.default.removeItem(atPath: "\(pack.path)/more")
    try FileManager.default.removeItem(atPath: "\(pack.path)/keys.txt")
    #expect(try await pack.codes() == [.missingFile, .manifest])
    try FileManager.default.createSymbolicLink(atPath: "\(pack.path)/keys.txt", withDestinationPath: "/dev/zero")
    await #expect(throws: AmbitError.self) { try await pack.verify() }
  }

  @Test func `a report that was changed and summed again does not follow from the history`() async throws {
    let pack = try await unpacked()
    try pack.change("report.md") { $0 = Data(String(decoding: $0, as: UTF8.self).replacing("fail", with: "pass").utf8) }
    try pack.sum()
    let report = try await pack.verify()
    #expect(report.findings.map(\.place) == ["report.md"])
    #expect(report.findings.first?.code == .notReproduced)
  }

  @Test func `a bundle that was changed and summed again is found`() async throws {
    let pack = try await unpacked()
    try pack.change("history.bundle") { $0[$0.count / 2] ^= 1 }
    try pack.sum()
    #expect(try await pack.codes() == [.history])
  }

  @Test func `a bundle of another history is found, also where the heads were written anew`() async throws {
    let pack = try await unpacked()
    let other = try PackTests.history()
    try PackTests.record([PackTests.open], in: other)
    let foreign = try await PackTests.pack(PackTests.request(), of: other)
    for path in ["history.bundle", "heads.txt"] {
      try pack.change(path) { $0 = Data(foreign[path]?.bytes ?? []) }
    }
    try pack.sum()
    #expect(try await pack.codes().contains(.notReproduced))
    try pack.change("heads.txt") { $0 = Data("\($0)".utf8) }
    try pack.sum()
    #expect(try await pack.codes() == [.history])
  }

  @Test func `a bundle may not bring refs that git believes`() async throws {
    let pack = try await unpacked()
    let heads = try String(contentsOfFile: "\(pack.path)/heads.txt", encoding: .utf8)
    let head = try #require(heads.split(separator: " ").first)
    for reference in ["refs/replace/\(head)", "refs/heads/../../x", "refs/tags/x", "HEAD"] {
      try pack.change("heads.txt") { $0 = Data("\(head) \(reference)\n".utf8) }
      try pack.sum()
      #expect(try await pack.codes() == [.history], "\(reference)")
    }
  }

  @Test func `an archive is the same pack, and a byte of it that no file has is found`() async throws {
    let pack = try await PackTests.pack(PackTests.request(), of: PackTests.history())
    let folder = FileManager.default.temporaryDirectory.path + "/ambit-packs-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = "\(folder)/pack.tar.gz"
    let bytes = try #require(try PackStorage.write(pack, to: path))
    var options = PackVerifier.Options()
    options.variables = PackTests.variables
    #expect(try await PackVerifier(path, options).run().isGood)
    // The header of gzip, the first header of tar, the middle, and the checksum at the end.
    for place in [4, 9, 40, bytes.count / 2, bytes.count - 8, bytes.count - 1] {
      var changed = bytes
      changed[place] ^= 1
      try changed.write(to: URL(filePath: path))
      let report = try? await PackVerifier(path, options).run()
      #expect(report?.isGood != true, "\(place)")
    }
    try bytes.dropLast().write(to: URL(filePath: path))
    await #expect(throws: AmbitError.self) { try await PackVerifier(path, options).run() }
    try (bytes + Data([0])).write(to: URL(filePath: path))
    await #expect(throws: AmbitError.self) { try await PackVerifier(path, options).run() }
  }

  @Test func `what is no pack is told as such`() async throws {
    await #expect(throws: AmbitError.self) { try await PackVerifier("/nonexistent/pack", .init()).run() }
    await #expect(throws: AmbitError.self) { try await PackVerifier(FileManager.default.temporaryDirectory.path + "/\(UUID())", .init()).run() }
  }
}
