import Foundation
import KubeModel
@testable import SnapshotStore
import Testing
import TestSupport

@Suite struct RecordTests {
  private let path = FileManager.default.temporaryDirectory.path + "/ambit-record-\(UUID().uuidString).git"

  private func text(_ subject: String) -> CommitText {
    let who = Signature(name: "Ambit", email: "ambit@c", time: 1_000)
    return CommitText(author: who, committer: who, subject: subject, trailers: [("Ambit-Kind", subject)])
  }

  private func recording(_ files: [String: String]) -> Recording {
    Recording(
      edits: files.mapValues { .some(Array($0.utf8)) }, snapshot: { _ in self.text("snapshot") },
      observation: { _, _ in (["observation.yaml": Array("x".utf8)], self.text("observation")) })
  }

  private func record(
    _ store: SnapshotStore, _ files: [String: String], onto heads: HistoryHeads = HistoryHeads()
  ) throws -> HistoryHeads {
    try store.record(recording(files), in: "c", onto: heads, digests: FolderDigests())
  }

  private func git(_ arguments: String...) throws -> String { try StockGit(path).run(arguments).text }

  @Test func `a recording is one pack that stock git reads`() throws {
    let store = try SnapshotStore.create(at: path)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let first = try record(store, ["a/b.yaml": "1"])
    let packs = try FileManager.default.contentsOfDirectory(atPath: "\(path)/objects/pack").filter { $0.hasSuffix(".pack") }
    #expect(packs.count == 1)
    #expect(packs.allSatisfy { name in !FileManager.default.fileExists(atPath: "\(path)/objects/pack/\(name.dropLast(5)).keep") })
    #expect(try git("show", "c:a/b.yaml") == "1")
    #expect(try git("fsck", "--strict") == "")
    #expect(try git("symbolic-ref", "HEAD") == "refs/heads/c\n")
    let second = try record(store, ["a/b.yaml": "1"], onto: first)
    #expect(second.state == first.state && second.observation != first.observation)
  }

  @Test func `a writer whose base has moved changes nothing`() throws {
    let store = try SnapshotStore.create(at: path)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let first = try record(store, ["a": "1"])
    let other = try SnapshotStore.open(at: path)
    let second = try record(other, ["a": "2"], onto: first)
    let error = #expect(throws: StoreError.self) { try record(store, ["a": "3"], onto: first) }
    #expect(error?.code == .moved)
    #expect(try SnapshotStore.open(at: path).head(of: "c") == second.state)
    #expect(try git("fsck", "--strict", "--no-dangling") == "")
  }

  @Test func `a lock that is held is told with its place`() throws {
    let store = try SnapshotStore.create(at: path)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let first = try record(store, ["a": "1"])
    try Data().write(to: URL(filePath: "\(path)/refs/heads/c.lock"))
    let error = #expect(throws: StoreError.self) { try record(store, ["a": "2"], onto: first) }
    #expect(error?.code == .locked && error?.failure == .locked)
    #expect(error?.hint?.contains("c.lock") == true)
  }

  @Test func `git's own housekeeping beside an open store does no harm`() throws {
    let store = try SnapshotStore.create(at: path)
    defer { try? FileManager.default.removeItem(atPath: path) }
    var last = try record(store, ["a": "0"])
    for round in 1...5 {
      #expect(try !git("gc", "-q", "--prune=now").contains("fatal"))
      last = try record(store, ["a": "\(round)"], onto: last)
    }
    #expect(try store.history(from: store.head(of: "c")).count == 6)
    #expect(try git("fsck", "--strict") == "")
  }

  @Test func `many readings are one pack, and the same history as one after another`() throws {
    let store = try SnapshotStore.create(at: path)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let all = (0..<50).map { recording(["a/x": "\($0 / 2)", "b": "1"]) }
    let heads = try store.record(in: "c", onto: HistoryHeads(), digests: FolderDigests()) { all.makeIterator() }
    #expect(try store.history(from: heads.state).count == 25)
    #expect(try store.history(from: heads.observation).count == 50)
    #expect(try FileManager.default.contentsOfDirectory(atPath: "\(path)/objects/pack").count == 2)
    #expect(try git("fsck", "--strict", "--no-dangling") == "")
    var last = HistoryHeads()
    for one in all { last = try store.record(one, in: "d", onto: last, digests: FolderDigests()) }
    #expect(last == heads)
  }

  @Test func `a reading that saw nothing new is one commit and nothing else`() throws {
    let store = try SnapshotStore.create(at: path)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let first = try record(store, ["a": "1"])
    let second = try record(store, [:], onto: first)
    let packs = try FileManager.default.contentsOfDirectory(atPath: "\(path)/objects/pack").filter { $0.hasSuffix(".idx") }
    let counts = try packs.map { try git("verify-pack", "-v", "objects/pack/\($0)").split(separator: "\n").filter { $0.contains(" commit ") || $0.contains(" tree ") || $0.contains(" blob ") }.count }
    #expect(counts.sorted() == [1, 6] && second.state == first.state)
  }

  @Test(arguments: ["../x", "a/b", "", "HEAD.lock", "a b", "-x", "x..y", "x~1", ".x", "x.lock"])
  func `a name that is no branch is no cluster's`(_ name: String) {
    #expect(throws: StoreError.self) { try ClusterName.validated(name) }
  }

  @Test func `what a commit says reads back`() throws {
    let store = try SnapshotStore.create(at: path)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let recorded = try record(store, ["a": "1"])
    let commit = try store.commit(try #require(recorded.state))
    #expect(commit.subject == "snapshot" && commit.trailer("Ambit-Kind") == "snapshot")
    #expect(commit.author.name == "Ambit" && commit.committer.time == 1_000 && commit.parents.isEmpty)
  }
}
