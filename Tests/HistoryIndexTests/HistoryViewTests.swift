import Foundation
import HistoryIndex
import KubeModel
import Testing

@Suite struct HistoryViewTests {
  private let index: HistoryIndex

  init() throws { index = try HistoryIndex.inMemory() }

  private func commit(_ number: Int) -> String { String(repeating: "\(number)", count: 40) }

  private func snapshot(_ number: Int) -> IndexedSnapshot {
    IndexedSnapshot(
      commit: commit(number), parent: number == 1 ? nil : commit(number - 1), capturedFrom: Int64(number) * 1000,
      capturedTo: Int64(number) * 1000, recorded: Int64(number), isComplete: true, source: "dump", stateDigest: "d")
  }

  private func change(_ name: String, _ step: IndexedChange.Step, namespace: String? = "shop") -> IndexedChange {
    IndexedChange(
      id: ObjectID(group: "networking.k8s.io", resource: "networkpolicies", namespace: namespace, name: name),
      kind: "NetworkPolicy", path: "p/\(name)", step: step, blob: step == .deleted ? nil : "b-\(name)", previousBlob: nil,
      uid: "u-\(name)", actor: .unknown, cause: nil, summary: "s")
  }

  private func fill() throws {
    try index.write { writer in
      try writer.append(snapshot(1), changes: [change("a", .added), change("b", .added)], to: "c")
      try writer.append(snapshot(2), changes: [change("a", .modified), change("x", .added, namespace: nil)], to: "c")
      try writer.append(snapshot(3), changes: [change("b", .deleted)], to: "c")
      try writer.append(snapshot(1), changes: [change("a", .added)], to: "other")
    }
  }

  @Test func `the state of each snapshot is what was in force, deletions left out`() throws {
    try fill()
    let states = try index.read { view in try (1...3).map { try view.state(at: commit($0), in: "c").map(\.id.name) } }
    #expect(states == [["a", "b"], ["a", "b", "x"], ["a", "x"]])
    let second = try index.read { try $0.state(at: commit(2), in: "c") }
    #expect(second.map(\.commit) == [commit(2), commit(1), commit(2)])
    #expect(try index.read { try $0.state(at: commit(1), in: "other").count } == 1)
    #expect(try index.read { try $0.state(at: commit(9), in: "c").isEmpty })
  }

  @Test func `a moment finds the last snapshot at or before it`() throws {
    try fill()
    let found = try index.read { view in
      try [999, 1000, 2999, 5000].map { try view.snapshot(at: $0, in: "c")?.commit }
    }
    #expect(found == [nil, commit(1), commit(2), commit(3)])
  }

  @Test func `changes are filtered, newest first`() throws {
    try fill()
    func names(_ change: (inout HistoryView.Filter) -> Void) throws -> [String] {
      var filter = HistoryView.Filter()
      change(&filter)
      return try index.read { [filter] in try $0.changes("c", filter).map { "\($0.change.id.name) \($0.change.step.rawValue)" } }
    }
    #expect(try names { _ in } == ["b deleted", "a modified", "x added", "a added", "b added"])
    #expect(try names { $0.name = "a" } == ["a modified", "a added"])
    #expect(try names { $0.namespace = "shop" }.count == 4)
    #expect(try names { $0.since = 2000 }.count == 3)
    #expect(try names { $0.until = 1000 } == ["a added", "b added"])
    #expect(try names { $0.limit = 1 } == ["b deleted"])
    #expect(try names { $0.namePrefix = "b" }.count == 2)
  }

  @Test func `a snapshot that does not follow the last one is refused`() throws {
    try fill()
    let error = #expect(throws: IndexError.self) {
      try index.write { try $0.append(snapshot(9), changes: [], to: "c") }
    }
    #expect(error?.code == .diverged)
    #expect(try index.read { try $0.indexedHead("c") } == commit(3))
  }

  @Test func `versions of objects are kept and forgotten`() throws {
    try fill()
    let id = ObjectID(group: "networking.k8s.io", resource: "networkpolicies", namespace: "shop", name: "a")
    let version = IndexedVersion(resourceVersion: "7", generation: 2, usedNoise: ["pod-template-hash"])
    try index.write { try $0.append(observation(1), seen: [id: version], to: "c") }
    func known(_ cluster: String) throws -> [IndexedVersion] {
      try index.read { try $0.current(in: cluster).compactMap(\.version) }
    }
    #expect(try known("c") == [version])
    #expect(try known("other").isEmpty)
    try index.write { try $0.append(observation(2), seen: [id: nil], to: "c") }
    #expect(try known("c").isEmpty)
  }

  private func observation(_ number: Int) -> IndexedObservation {
    IndexedObservation(
      commit: commit(number), parent: number == 1 ? nil : commit(number - 1), capturedFrom: Int64(number) * 1000,
      capturedTo: Int64(number) * 1000, recorded: Int64(number), result: "changed", reason: nil, state: commit(number),
      isComplete: true, source: "server", isTimeGiven: false, resourceVersion: "9", testimony: commit(7),
      isOneInstant: true, notes: ["a note"],
      coverage: [
        KindCoverage(group: "", resource: "pods", status: .read, objectCount: 3, resourceVersion: "9"),
        KindCoverage(group: "x", resource: "y", status: .absent),
      ])
  }

  @Test func `what many readings say alike is kept once, and told of each`() throws {
    try fill()
    try index.write { writer in
      for number in 1...3 { try writer.append(observation(number), to: "c") }
    }
    #expect(try index.read { try $0.observations("c") } == (1...3).map(observation))
    #expect(try index.read { try $0.lastObservation(before: 2_500, in: "c") } == observation(2))
    #expect(try index.read { try $0.lastObservation(of: commit(1), in: "c") } == observation(1))
    #expect(try index.read { try $0.dump() }.filter { $0.hasPrefix("4 ") }.count == 2)
  }

  @Test func `forgetting a cluster leaves the others`() throws {
    try fill()
    try index.write { try $0.reset("c") }
    #expect(try index.read { try $0.dump() }.allSatisfy { $0.contains("other") })
    #expect(try index.read { try $0.indexedHead("other") } == commit(1))
  }
}
