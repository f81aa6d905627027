import Foundation
import SnapshotStore
import Testing

/// How histories stand to each other, and moving to what a remote had.
@Suite struct RemoteHistoryTests {
  private let path = FileManager.default.temporaryDirectory.path + "/ambit-remote-\(UUID().uuidString).git"
  private let store: SnapshotStore

  init() throws { store = try SnapshotStore.create(at: path) }

  @discardableResult
  private func git(_ arguments: [String]) throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["git", "-C", path, "-c", "user.name=x", "-c", "user.email=x"] + arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Commits one after the other, oldest first, upon a commit or from nothing.
  private func commits(_ count: Int, _ word: String, upon base: ObjectName? = nil) throws -> [ObjectName] {
    let tree = try git(["mktree"])
    var names: [ObjectName] = []
    for number in 0..<count {
      let parent = (names.last ?? base).map { ["-p", $0.description] } ?? []
      names.append(try #require(ObjectName(hex: git(["commit-tree", tree, "-m", "\(word) \(number)"] + parent))))
    }
    return names
  }

  @Test func `the commits that only one side has are told, newest first, with the last that both have`() throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    let trunk = try commits(4, "trunk")
    for (here, there) in [(0, 0), (3, 0), (0, 3), (2, 5), (5, 2), (1, 1)] {
      let ours = try commits(here, "ours", upon: trunk[3])
      let theirs = try commits(there, "theirs", upon: trunk[3])
      let relation = try store.relation(of: ours.last ?? trunk[3], to: theirs.last ?? trunk[3])
      #expect(relation.here == ours.reversed(), "\(here) \(there)")
      #expect(relation.there == theirs.reversed(), "\(here) \(there)")
      #expect(relation.base == trunk[3])
      #expect(relation.isDiverged == (here > 0 && there > 0))
    }
    let other = try commits(2, "other")
    let unrelated = try store.relation(of: trunk[3], to: other[1])
    #expect(unrelated.base == nil && unrelated.here == trunk.reversed() && unrelated.there == other.reversed())
    #expect(try store.relation(of: nil, to: other[1]).there == other.reversed())
    #expect(try store.relation(of: other[1], to: nil).here == other.reversed())
  }

  @Test func `references move together, or not at all where another writer was faster`() throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    let names = try commits(3, "c")
    let (branch, observations) = ("refs/heads/c", "refs/ambit/observations/c")
    try store.adopt(
      [ReferenceAdvance(branch, from: nil, to: names[1]), ReferenceAdvance(observations, from: nil, to: names[0])],
      cluster: "c", remote: "r")
    #expect(try git(["symbolic-ref", "HEAD"]) == branch)
    let error = #expect(throws: StoreError.self) {
      try store.adopt(
        [ReferenceAdvance(branch, from: names[1], to: names[2]), ReferenceAdvance(observations, from: names[1], to: names[2])],
        cluster: "c", remote: "r")
    }
    #expect(error?.code == .moved)
    #expect(try store.target(of: branch) == names[1])
    #expect(try store.target(of: observations) == names[0])
  }

  @Test func `the lock of a sync that died is no obstacle`() throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    let names = try commits(2, "c")
    try store.adopt([ReferenceAdvance("refs/heads/c", from: nil, to: names[0])], cluster: "c", remote: "r")
    try Data().write(to: URL(filePath: "\(path)/refs/heads/c.lock"))
    try store.adopt([ReferenceAdvance("refs/heads/c", from: names[0], to: names[1])], cluster: "c", remote: "r")
    #expect(try store.head(of: "c") == names[1])
  }
}
