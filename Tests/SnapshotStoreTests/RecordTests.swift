import Foundation
import KubeModel
@testable import SnapshotStore
import Testing

@Suite struct RecordTests {
  private let path = FileManager.default.temporaryDirectory.path + "/ambit-record-\(UUID().uuidString).git"

  private func text(_ subject: String) -> CommitText {
    let who = Signature(name: "Ambit", email: "ambit@c", time: 1_000)
    return CommitText(author: who, committer: who, subject: subject, trailers: [("Ambit-Kind", subject)])
  }

  private func record(
    _ store: SnapshotStore, _ files: [String: String], onto head: ObjectName?, _ observation: ObjectName?
  ) throws -> Recorded {
    var known: [ObjectName: String] = [:]
    return try store.record(
      Recording(
        cluster: "c", expectedHead: head, expectedObservation: observation,
        edits: files.mapValues { .some(Array($0.utf8)) }, snapshot: { _ in self.text("snapshot") },
        observation: { _, _ in (["observation.yaml": .some(Array("x".utf8))], self.text("observation")) }),
      known: &known)
  }

  private func git(_ arguments: String...) throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["git", "-C", path] + arguments
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }

  @Test func `a recording is one pack that stock git reads`() throws {
    let store = try SnapshotStore.create(at: path)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let first = try record(store, ["a/b.yaml": "1"], onto: nil, nil)
    #expect(first.isChanged)
    let packs = try FileManager.default.contentsOfDirectory(atPath: "\(path)/objects/pack").filter { $0.hasSuffix(".pack") }
    #expect(packs.count == 1)
    #expect(try git("show", "c:a/b.yaml") == "1")
    #expect(try git("fsck", "--strict") == "")
    #expect(try git("symbolic-ref", "HEAD") == "refs/heads/c\n")
    let second = try record(store, ["a/b.yaml": "1"], onto: first.state, first.observation)
    #expect(!second.isChanged && second.state == first.state)
  }

  @Test func `a writer whose base has moved changes nothing`() throws {
    let store = try SnapshotStore.create(at: path)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let first = try record(store, ["a": "1"], onto: nil, nil)
    let other = try SnapshotStore.open(at: path)
    let second = try record(other, ["a": "2"], onto: first.state, first.observation)
    let error = #expect(throws: StoreError.self) { try record(store, ["a": "3"], onto: first.state, first.observation) }
    #expect(error?.code == .moved)
    #expect(try SnapshotStore.open(at: path).head(of: "c") == second.state)
    #expect(try git("fsck", "--strict", "--no-dangling") == "")
  }

  @Test func `a lock that is held is told with its place`() throws {
    let store = try SnapshotStore.create(at: path)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let first = try record(store, ["a": "1"], onto: nil, nil)
    try Data().write(to: URL(filePath: "\(path)/refs/heads/c.lock"))
    let error = #expect(throws: StoreError.self) { try record(store, ["a": "2"], onto: first.state, first.observation) }
    #expect(error?.code == .locked && error?.failure == .locked)
    #expect(error?.hint?.contains("c.lock") == true)
  }

  @Test func `git's own housekeeping beside an open store does no harm`() throws {
    let store = try SnapshotStore.create(at: path)
    defer { try? FileManager.default.removeItem(atPath: path) }
    var last = try record(store, ["a": "0"], onto: nil, nil)
    for round in 1...5 {
      #expect(try !git("gc", "-q", "--prune=now").contains("fatal"))
      last = try record(store, ["a": "\(round)"], onto: last.state, last.observation)
    }
    #expect(try store.history(from: store.head(of: "c")).count == 6)
    #expect(try git("fsck", "--strict") == "")
  }

  @Test(arguments: ["../x", "a/b", "", "HEAD.lock", "a b", "-x", "x..y", "x~1", ".x", "x.lock"])
  func `a name that is no branch is no cluster's`(_ name: String) {
    #expect(throws: StoreError.self) { try ClusterName.validated(name) }
  }

  @Test func `what a commit says reads back`() throws {
    let store = try SnapshotStore.create(at: path)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let recorded = try record(store, ["a": "1"], onto: nil, nil)
    let commit = try store.commit(try #require(recorded.state))
    #expect(commit.subject == "snapshot" && commit.trailer("Ambit-Kind") == "snapshot")
    #expect(commit.author.name == "Ambit" && commit.committer.time == 1_000 && commit.parents.isEmpty)
  }
}
