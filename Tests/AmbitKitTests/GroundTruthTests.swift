import AmbitKit
import Attribution
import ClusterReader
import Foundation
import HistoryIndex
import KubeModel
import SnapshotStore
import TestSupport
import Testing

/// A recorded story of 75 steps by known people, told by an API server's audit log and two readings.
@Suite(.enabled(if: SharedFolder.has("recorded/audit/audit-main.jsonl"), "needs the folder of recorded answers"))
struct GroundTruthTests {
  private static let folder = SharedFolder.url.appending(path: "recorded")
  private static var log: String { folder.appending(path: "audit/audit-main.jsonl").path }
  private static let before = Moment(rfc3339: "2026-11-23T04:58:50Z") ?? Moment(milliseconds: 0)
  private static let after = Moment(rfc3339: "2026-11-23T05:04:25Z") ?? Moment(milliseconds: 0)

  /// Who did what, as the script that did it wrote down.
  private struct Step {
    let number: Int64
    let user: String
    let from: Int64
    let to: Int64
    let failed: Bool
  }

  private static let users = [
    "alice": "alice", "bob": "bob", "ci": "system:serviceaccount:ci:gitops-deployer", "admin": "kubernetes-admin",
  ]

  private static func steps() throws -> [Step] {
    try SharedFolder.text("recorded/journal-history.jsonl").split(separator: "\n").map { line in
      let value = try JSONReader.value(Array(line.utf8))
      func time(_ key: String) -> Int64 { value[key]?.string.map(AuditTime.init)?.microseconds ?? 0 }
      return Step(
        number: value["step"]?.int ?? 0, user: users[value["user"]?.string ?? ""] ?? "?", from: time("started"),
        to: time("finished"), failed: value["rc"]?.int != 0)
    }
  }

  /// Reads both snapshots, and the log with the second one where it is given.
  private static func store(withLog: Bool) throws -> StoreFixture {
    let fixture = try StoreFixture()
    for (name, time) in [("snapshot-before", before), ("snapshot-after", after)] {
      let reading = try FileReader.read(
        InputFiles(path: folder.appending(path: name).path), options: FileReader.Options())
      if withLog && time == after { _ = try Attributor(fixture.ambit, cluster: "c").read([log], at: time) }
      try fixture.ambit.store.clusters().first.map { try fixture.ambit.catchUp($0) }
      var options = Recorder.Options(
        capturedFrom: time, capturedTo: time, isTimeGiven: true, recorded: Moment(milliseconds: time.milliseconds + 1000))
      options.commitsChanges = true
      _ = try Recorder(fixture.ambit).record(reading, cluster: "c", options)
    }
    return fixture
  }

  private static func changes(_ fixture: StoreFixture) throws -> [HistoryEntry] {
    try fixture.ambit.catchUp("c")
    return try fixture.ambit.index.read { try $0.changes("c", .init()) }.filter { $0.snapshot.parent != nil }
  }

  @Test func `read with the snapshot, each step is a commit by who took it`() throws {
    let fixture = try GroundTruthTests.store(withLog: true)
    let changes = try GroundTruthTests.changes(fixture)
    let steps = try GroundTruthTests.steps()
    var told: Set<Int64> = []
    for entry in changes {
      let attribution = try #require(entry.change.attribution, "\(entry.change.id.title) has no author")
      #expect([.exact, .sole].contains(attribution.certainty), "\(entry.change.id.title)")
      let last = try #require(attribution.steps.last)
      // What a namespace takes along goes some seconds after the command.
      let step = steps.last { $0.from <= last.time && last.time <= $0.to + 500_000 }
      #expect(step?.user == entry.change.actor.name, "\(entry.change.id.title) at \(last.time)")
      #expect(step?.failed == false, "\(entry.change.id.title)")
      if let step { told.insert(step.number) }
    }
    // Refused, tried, without effect, or of labels that were put back, of which the log has no state.
    let without: Set<Int64> = [
      11, 12, 16, 17, 18, 19, 24, 25, 27, 30, 32, 33, 42, 43, 44, 48, 50, 58, 59, 61, 67,
    ]
    #expect(told == Set(1...75).subtracting(without))
    #expect(try StoreVerifier(fixture.ambit, StoreVerifier.Options()).run().findings.isEmpty)
  }

  @Test func `read afterwards, the same people are told`() throws {
    let fixture = try GroundTruthTests.store(withLog: false)
    #expect(try GroundTruthTests.changes(fixture).allSatisfy { $0.change.attribution == nil })
    _ = try Attributor(fixture.ambit, cluster: "c").read([GroundTruthTests.log], at: GroundTruthTests.after)
    let captured = try GroundTruthTests.store(withLog: true)
    // The last change of each object is what the snapshot shows.
    var expected: [ObjectID: String] = [:]
    for entry in try GroundTruthTests.changes(captured).reversed() { expected[entry.change.id] = entry.change.actor.name }
    let changes = try GroundTruthTests.changes(fixture)
    #expect(changes.count == 29)
    for entry in changes { #expect(entry.change.actor.name == expected[entry.change.id], "\(entry.change.id.title)") }
    #expect(try fixture.records() == captured.records())
  }

  @Test func `in pieces, out of order and twice, the log leads to the same records`() throws {
    let whole = try GroundTruthTests.store(withLog: false)
    _ = try Attributor(whole.ambit, cluster: "c").read([GroundTruthTests.log], at: GroundTruthTests.after)
    let pieces = try GroundTruthTests.store(withLog: false)
    let folder = FileManager.default.temporaryDirectory.appending(path: "ambit-log-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let lines = try SharedFolder.text("recorded/audit/audit-main.jsonl").split(separator: "\n")
    for (number, range) in [2000..<3125, 0..<900, 700..<1500, 1500..<2100, 0..<900].enumerated() {
      let file = folder.appending(path: "\(number).log")
      try Data(lines[range].reversed().joined(separator: "\n").utf8).write(to: file)
      _ = try Attributor(pieces.ambit, cluster: "c").read([file.path], at: GroundTruthTests.after)
      try pieces.ambit.catchUp("c")
    }
    #expect(try pieces.records() == whole.records())
    try whole.ambit.catchUp("c")
    try pieces.ambit.catchUp("c")
    #expect(try pieces.ambit.index.read { try $0.dump() } == whole.ambit.index.read { try $0.dump() })
  }

  @Test func `without bodies nothing false is told`() throws {
    let truth = try GroundTruthTests.changes(GroundTruthTests.store(withLog: true))
    var last: [ObjectID: String] = [:]
    for entry in truth.reversed() { last[entry.change.id] = entry.change.actor.name }
    let bare = try SharedFolder.text("recorded/audit/audit-main.jsonl").split(separator: "\n").map { line in
      var event = try JSONReader.value(Array(line.utf8)).map ?? Mapping()
      event["requestObject"] = nil
      event["responseObject"] = nil
      event["level"] = "Metadata"
      return JSONWriter.string(of: .map(event)).replacing("\n", with: " ")
    }
    let file = FileManager.default.temporaryDirectory.appending(path: "ambit-bare-\(UUID().uuidString).log")
    try Data(bare.joined(separator: "\n").utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let fixture = try GroundTruthTests.store(withLog: false)
    _ = try Attributor(fixture.ambit, cluster: "c").read([file.path], at: GroundTruthTests.after)
    var counts: [IndexedAttribution.Certainty: Int] = [:]
    for entry in try GroundTruthTests.changes(fixture) {
      guard let attribution = entry.change.attribution else { continue }
      counts[attribution.certainty, default: 0] += 1
      #expect(attribution.certainty != .exact || entry.change.step == .deleted, "\(entry.change.id.title)")
      let users = attribution.steps.compactMap(\.user)
      #expect(users.contains(last[entry.change.id] ?? "?"), "\(entry.change.id.title): \(users)")
      if attribution.isCertain { #expect(entry.change.actor.name == last[entry.change.id], "\(entry.change.id.title)") }
    }
    #expect(counts[.sole, default: 0] > 15)
  }
}

extension StoreFixture {
  /// The tree of the change records.
  func records() throws -> String { try git("rev-parse", "refs/ambit/changes/c^{tree}") }
}
