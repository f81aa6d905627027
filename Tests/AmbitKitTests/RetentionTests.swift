@testable import AmbitKit
import ClusterReader
import Foundation
import HistoryIndex
import Integrity
import KubeModel
import SnapshotStore
import Testing

/// Stores that begin later, and what they say of what was cut.
@Suite struct RetentionTests {
  let fixture: StoreFixture
  private let environment = ProcessInfo.processInfo.environment

  init() throws { fixture = try StoreFixture() }

  private let namespaces = list("Namespace", "v1", namespace("kube-system"), namespace("shop"))

  private func policies(_ versions: [(name: String, version: Int)]) -> String {
    let items = versions.map { name, version in
      #"{"metadata":{"name":"\#(name)","namespace":"shop","uid":"\#(name)","resourceVersion":"\#(version)","generation":\#(version),"managedFields":[{"manager":"m\#(version)","operation":"Update","fieldsV1":{"f:spec":{}}}]},"spec":{"podSelector":{"matchLabels":{"v":"\#(version)"}}}}"#
    }
    return list("NetworkPolicy", "networking.k8s.io/v1").replacing(#""items":[]"#, with: #""items":[\#(items.joined(separator: ","))]"#)
  }

  /// Four snapshots and an unchanged reading after the second; gives the time between the third and fourth reading.
  private func record(cluster: String = "c") throws -> Moment {
    try fixture.record([namespaces, policies([("a", 1), ("b", 1)])], cluster: cluster)
    try fixture.record([namespaces, policies([("a", 2), ("b", 1)])], cluster: cluster)
    try fixture.record([namespaces, policies([("a", 2), ("b", 1)])], cluster: cluster)
    let cut = fixture.nextTime()
    try fixture.record([namespaces, policies([("a", 2), ("b", 3)])], cluster: cluster)
    try fixture.record([namespaces, policies([("a", 4), ("c", 4)])], cluster: cluster)
    return cut
  }

  private func retain(_ source: Ambit, from start: Moment) async throws -> Ambit {
    let path = "\(fixture.path)/../ambit-kept-\(UUID().uuidString).git"
    let new = try RetainedStore(path: path)
    let cuts = try source.store.clusters().map { cluster in
      try source.catchUp(cluster)
      return try RetentionCut(cluster, before: start, in: source.store)
    }
    try await RetainedHistory(
      of: source, into: new.store, by: "J. Doe", now: Moment(milliseconds: 1_900_000_000_000), variables: environment
    ).write(cuts)
    try new.finish()
    return try Ambit(path: path)
  }

  private func fsck(_ store: Ambit) throws -> String { try fixture.git("--git-dir=\(store.store.path)", "fsck", "--strict") }

  @Test func `states, log and readings of the kept period are those of the old store`() async throws {
    let cut = try record()
    let refs = try fixture.git("for-each-ref")
    let kept = try await retain(fixture.ambit, from: cut)
    defer { try? FileManager.default.removeItem(atPath: kept.store.path) }
    #expect(try fsck(kept) == "")
    #expect(try fixture.git("for-each-ref") == refs)
    let now = Moment(milliseconds: 1_900_000_000_000)
    let (old, new) = (
      try ClusterHistory(fixture.ambit, cluster: "c", now: now), try ClusterHistory(kept, cluster: "c", now: now)
    )
    #expect(try IndexComparison(kept).firstDifference == nil)
    var filter = HistoryView.Filter()
    filter.since = cut.milliseconds
    func log(_ ambit: Ambit) throws -> [String] {
      try ambit.index.read { [filter] in try $0.changes("c", filter) }.map {
        "\($0.change.id.title) \($0.change.step) \($0.change.blob ?? "-") \($0.change.actor.name ?? "-") \($0.snapshot.capturedTo) \($0.snapshot.recorded) \($0.snapshot.stateDigest)"
      }
    }
    #expect(try log(kept) == log(fixture.ambit) && log(kept).count == 4)
    for when in [cut.text, "HEAD~1", "HEAD"] {
      let (before, after) = (try old.point(when), try new.point(when))
      #expect(before.snapshot.stateDigest == after.snapshot.stateDigest)
      #expect(before.observation?.capturedTo == after.observation?.capturedTo)
      #expect(try old.entries(at: before).map(\.blob) == new.entries(at: after).map(\.blob))
      #expect(after.observation?.state == after.snapshot.commit)
    }
    // The versions in which the objects were last seen, and so what the next reading need not look at again.
    func known(_ ambit: Ambit) throws -> [String] {
      try ambit.index.read { try $0.current(in: "c") }.map { "\($0.entry.id.title) \($0.version?.resourceVersion ?? "-")" }
    }
    #expect(try known(kept) == known(fixture.ambit))
  }

  @Test func `the first commits say what was cut, and its root is that of the commits`() async throws {
    let cut = try record()
    let kept = try await retain(fixture.ambit, from: cut)
    defer { try? FileManager.default.removeItem(atPath: kept.store.path) }
    let gone = try fixture.ambit.store.history(from: fixture.ambit.store.observationHead(of: "c")).prefix(3)
    let root = try MerkleTree(leaves: gone.map { .leaf(try fixture.ambit.store.commitBytes($0)) }).root
    let heads = try kept.store.heads(of: "c")
    for head in [heads.state, heads.observation] {
      let first = try kept.store.commit(try #require(kept.store.history(from: head).first))
      #expect(first.trailer("Ambit-Cut-Before") == cut.text)
      #expect(first.trailer("Ambit-Cut-Snapshots") == "2" && first.trailer("Ambit-Cut-Observations") == "3")
      #expect(first.trailer("Ambit-Cut-Root") == SHA256Value(bytes: root.bytes[...])?.hex)
      #expect(first.trailer("Ambit-Cut-Observation-Head") == gone.last?.description)
      #expect(first.trailer("Ambit-Cut-By") == "J. Doe" && first.committer.time == 1_900_000_000)
    }
    let last = try kept.store.commit(try #require(heads.state))
    #expect(last.trailer("Ambit-Original") == (try fixture.ambit.store.head(of: "c"))?.description)
    // What was known of the objects in force, as three observations told it.
    let first = try #require(kept.store.history(from: heads.observation).first)
    let seen = try fixture.git("--git-dir=\(kept.store.path)", "show", "\(first):seen/namespaces/shop.yaml")
    for part in ["/a\n", "/b\n", "manager: m1", "manager: m2", "resourceVersion: \"2\"", "sha256"] { #expect(seen.contains(part)) }
  }

  @Test func `a store that was cut can be cut again, and says so`() async throws {
    let cut = try record()
    let once = try await retain(fixture.ambit, from: cut)
    defer { try? FileManager.default.removeItem(atPath: once.store.path) }
    let twice = try await retain(once, from: Moment(milliseconds: cut.milliseconds + 5_400_000))
    defer { try? FileManager.default.removeItem(atPath: twice.store.path) }
    #expect(try fsck(twice) == "")
    try twice.catchUp("c")
    #expect(try IndexComparison(twice).firstDifference == nil)
    let first = try twice.store.commit(try #require(twice.store.history(from: twice.store.head(of: "c")).first))
    #expect(first.trailer("Ambit-Cut-Earlier")?.contains("Before=\(cut.text); Snapshots=2; Observations=3") == true)
  }

  @Test func `a cluster of which nothing goes keeps its commits`() async throws {
    let cut = try record()
    try fixture.record([namespaces], cluster: "young")
    let kept = try await retain(fixture.ambit, from: cut)
    defer { try? FileManager.default.removeItem(atPath: kept.store.path) }
    #expect(try kept.store.heads(of: "young") == fixture.ambit.store.heads(of: "young"))
    #expect(try kept.store.heads(of: "c") != fixture.ambit.store.heads(of: "c"))
    #expect(try fsck(kept) == "")
  }

  @Test func `recording goes on in a store that was cut`() async throws {
    let kept = try await retain(fixture.ambit, from: record())
    defer { try? FileManager.default.removeItem(atPath: kept.store.path) }
    let time = fixture.nextTime()
    var options = FileReader.Options()
    options.isAllNamespaces = true
    options.known = try Recorder(kept).known("c")
    let text = policies([("a", 4), ("c", 5)])
    let reading = try FileReader.read(InputFiles(name: "list", bytes: Array(text.utf8)), options: options)
    #expect(reading.carried.count == 1)
    let outcome = try Recorder(kept).record(
      reading, cluster: "c", Recorder.Options(capturedFrom: time, capturedTo: time, isTimeGiven: true, recorded: time))
    #expect(outcome.modified == 1 && outcome.added == 0 && outcome.deleted == 0)
    #expect(try IndexComparison(kept).firstDifference == nil)
  }

  @Test func `a path that is taken is refused, and what is unfinished goes`() throws {
    #expect(throws: AmbitError.self) { _ = try RetainedStore(path: fixture.path) }
    let path = "\(fixture.path).kept"
    do { _ = try RetainedStore(path: path) }
    #expect(!FileManager.default.fileExists(atPath: path) && !FileManager.default.fileExists(atPath: "\(path).unfinished"))
  }

  @Test(arguments: [
    ("13mo", "2025-02-28T00:00:00Z"), ("1mo", "2026-02-28T00:00:00Z"), ("2y", "2024-03-31T00:00:00Z"),
    ("2d", "2026-03-29T10:20:30Z"), ("2w", "2026-03-17T10:20:30Z"), ("2026-01-02", "2026-01-02T00:00:00Z"), ("13", nil), ("mo", nil),
    ("99999mo", nil), ("9999y", nil), ("", nil), ("-1mo", nil),
  ] as [(String, String?)])
  func `periods are read`(_ given: (text: String, start: String?)) throws {
    let now = try #require(Moment(rfc3339: "2026-03-31T10:20:30Z"))
    #expect(RetentionPeriod.start(given.text, now: now)?.text == given.start)
  }
}
