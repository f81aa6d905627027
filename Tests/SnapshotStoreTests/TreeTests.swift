import Foundation
import Integrity
@testable import SnapshotStore
import Testing

@Suite struct TreeTests {
  private let path = FileManager.default.temporaryDirectory.path + "/ambit-trees-\(UUID().uuidString).git"

  /// A store in which trees are made and none is written.
  private func store() throws -> SnapshotStore {
    let store = try SnapshotStore.create(at: path)
    store.staging = try Staging()
    return store
  }

  private func edits(_ files: [String: String], removing removed: [String] = []) -> [String: [UInt8]?] {
    var edits: [String: [UInt8]?] = files.mapValues { Array($0.utf8) }
    for path in removed { edits[path] = .some(nil) }
    return edits
  }

  @Test func `files are written, changed and removed, and empty folders go`() throws {
    let store = try store()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let first = try store.edit(nil, edits(["a.yaml": "1", "x/b.yaml": "2", "x/y/c.yaml": "3"]))
    #expect(try store.files(in: first).map(\.path) == ["a.yaml", "x/b.yaml", "x/y/c.yaml"])
    let second = try store.edit(first, edits(["a.yaml": "9"], removing: ["x/y/c.yaml"]))
    #expect(try store.files(in: second).map(\.path) == ["a.yaml", "x/b.yaml"])
    #expect(try store.blob(at: "a.yaml", in: second) == SnapshotStore.blobName(of: Array("9".utf8)))
    #expect(try store.blob(at: "x", in: second) == nil)
    #expect(
      try store.changes(from: first, to: second).map { "\($0.path) \($0.old != nil) \($0.new != nil)" } == [
        "a.yaml true true", "x/y/c.yaml true false",
      ])
  }

  @Test func `the same files give the same tree, in whatever order they came`() throws {
    let store = try store()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let all = try store.edit(nil, edits(["a": "1", "a.b": "2", "a-b": "3", "b/c": "4"]))
    var step = try store.edit(nil, edits(["b/c": "4"]))
    for (name, text) in [("a-b", "3"), ("a.b", "2"), ("a", "1")] { step = try store.edit(step, edits([name: text])) }
    #expect(all == step)
  }

  @Test func `a folder and a file of one name, and names that git sorts in its own way`() throws {
    let store = try store()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let file = try store.edit(nil, edits(["a": "1", "a0": "2"]))
    let folder = try store.edit(file, edits(["a/b": "3"], removing: ["a"]))
    #expect(try store.files(in: folder).map(\.path).sorted() == ["a/b", "a0"])
    #expect(try store.changes(from: file, to: folder).map(\.path) == ["a", "a/b"])
    let error = #expect(throws: StoreError.self) { try store.edit(nil, edits(["a": "1", "a/b": "2"])) }
    #expect(error?.code == .badPath)
  }

  @Test func `a tree that is made anew has what is named and nothing else`() throws {
    let store = try store()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let first = try store.edit(nil, edits(["seen/a": "1", "changed/b": "2", "observation.yaml": "3"]))
    let next = try store.edit(first, edits(["observation.yaml": "3", "seen/c": "4"]), keepsOthers: false)
    #expect(try store.files(in: next).map(\.path) == ["observation.yaml", "seen/c"])
  }

  @Test func `a state's digest is what sha256sum says of its folders, whichever way it came about`() throws {
    let store = try store()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let known = FolderDigests()
    let first = try store.edit(nil, edits(["a.yaml": "1", "x/b.yaml": "2"]), known)
    let second = try store.edit(first, edits(["x/c.yaml": "3"], removing: ["a.yaml"]), known)
    func line(_ text: String, _ name: String) -> String { "\(SHA256Digest.hex(Array(text.utf8)))  \(name)\n" }
    let folder = [line("2", "b.yaml"), line("3", "c.yaml")].sorted().joined()
    let root = "\(SHA256Digest.hex(Array(folder.utf8)))  x/\n"
    #expect(try store.stateDigest(of: second, known: known) == SHA256Digest.hex(Array(root.utf8)))
    let cold = try #require(known[second]?.digest.hex)
    #expect(cold == SHA256Digest.hex(Array(root.utf8)))
    // The old folders are told, so that the cache does not grow.
    #expect(known.added.contains(second) && !known.added.contains(first))
  }

  @Test(arguments: [
    "../x", "a/../b", ".", "", "a//b", ".git", ".GIT", ".git ", ".git.", "git~1", ".g\u{200C}it", "a\\b", "a\0b", "/a", "a/",
    String(repeating: "x", count: 256),
  ])
  func `a path that could reach out of a tree is refused`(_ bad: String) throws {
    let store = try store()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let error = #expect(throws: StoreError.self) { try store.edit(nil, edits([bad: "1"])) }
    #expect(error?.code == .badPath)
  }
}

extension SnapshotStore {
  fileprivate func edit(
    _ tree: ObjectName?, _ edits: [String: [UInt8]?], _ digests: FolderDigests? = nil, keepsOthers: Bool = true
  ) throws -> ObjectName {
    try TreeEditor(store: self, staging: #require(staging), digests: digests, keepsOthers: keepsOthers).edit(tree, edits)
  }
}
