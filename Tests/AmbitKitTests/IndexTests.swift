import AmbitKit
import CSQLite
import Foundation
import HistoryIndex
import KubeModel
import SnapshotStore
import Testing

@Suite struct IndexTests {
  let fixture: StoreFixture

  init() throws { fixture = try StoreFixture() }

  /// A small generator, so that a failure can be made again from its seed.
  private struct Random: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state
    }
  }

  @Test(arguments: 1...5 as ClosedRange<UInt64>)
  func `an index made from nothing equals the one that grew with the history`(_ seed: UInt64) throws {
    var random = Random(state: seed)
    for _ in 0..<12 {
      var items: [String] = []
      for name in ["a", "b", "c", "d", "e"] where Bool.random(using: &random) {
        let type = ["Ingress", "Egress"].randomElement(using: &random) ?? ""
        let uid = Int.random(in: 1...2, using: &random)
        items.append(policy(name, uid: "\(uid)", spec: #"{"podSelector":{},"policyTypes":["\#(type)"]}"#))
      }
      try fixture.record([
        list("Namespace", "v1", namespace("kube-system"), namespace("shop")),
        "{\"kind\":\"NetworkPolicyList\",\"apiVersion\":\"networking.k8s.io/v1\",\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[\(items.joined(separator: ","))]}",
      ])
    }
    #expect(try IndexComparison(fixture.ambit).firstDifference == nil, "seed \(seed)")
  }

  @Test func `an index that differs from the store is found out and mended`() throws {
    try fixture.record([list("Namespace", "v1", namespace("kube-system"), namespace("shop"))])
    try fixture.ambit.index.write { try $0.reset("c") }
    #expect(try IndexComparison(fixture.ambit).firstDifference != nil)
    try Indexer(store: fixture.ambit.store, index: fixture.ambit.index).rebuild()
    #expect(try IndexComparison(fixture.ambit).firstDifference == nil)
  }

  @Test func `a missing index is made again without a word lost`() throws {
    try fixture.record([list("Namespace", "v1", namespace("kube-system"), namespace("shop"))])
    let before = try fixture.ambit.index.read { try $0.dump() }
    try FileManager.default.removeItem(atPath: fixture.path + "/ambit")
    let again = try Ambit(path: fixture.path)
    try again.catchUp("c")
    #expect(try again.index.read { try $0.dump() } == before)
  }

  @Test(arguments: ["no database", "no column"])
  func `a damaged index is put aside and made again`(damage: String) throws {
    try fixture.record([list("Namespace", "v1", namespace("kube-system"))])
    let before = try fixture.ambit.index.read { try $0.dump() }
    let other = fixture.path + "-copy"
    try FileManager.default.copyItem(atPath: fixture.path, toPath: other)
    defer { try? FileManager.default.removeItem(atPath: other) }
    let file = "\(other)/ambit/index.sqlite"
    if damage == "no column" {
      var database: OpaquePointer?
      sqlite3_open(file, &database)
      defer { sqlite3_close(database) }
      let sql = "ALTER TABLE testimony RENAME COLUMN isOneInstant TO isOneMinute"
      #expect(sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK, "\(String(cString: sqlite3_errmsg(database)))")
    } else {
      for ending in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: file + ending) }
      try Data(damage.utf8).write(to: URL(filePath: file))
    }
    let again = try Ambit(path: other)
    try again.catchUp("c")
    #expect(again.takeNotes().contains { $0.contains("made again") })
    #expect(try again.index.read { try $0.dump() } == before)
  }

  @Test func `a store that cannot be written can be read`() throws {
    try fixture.record([list("Namespace", "v1", namespace("kube-system"))])
    let other = fixture.path + "-readonly"
    try FileManager.default.copyItem(atPath: fixture.path, toPath: other)
    defer { try? FileManager.default.removeItem(atPath: other) }
    // A file in the place of the folder: no index can be opened there, whoever runs this.
    try FileManager.default.removeItem(atPath: "\(other)/ambit")
    try Data().write(to: URL(filePath: "\(other)/ambit"))
    let again = try Ambit(path: other)
    try again.catchUp("c")
    #expect(again.takeNotes().contains { $0.contains("in memory") })
    #expect(try again.index.read { try $0.observations("c").count } == 1)
  }

  @Test func `a branch that was rewritten is told and indexed anew`() throws {
    try fixture.record([list("Namespace", "v1", namespace("kube-system"))])
    try fixture.record([list("Namespace", "v1", namespace("kube-system"), namespace("shop"))])
    _ = try fixture.git("update-ref", "refs/heads/c", "c~1")
    let again = try Ambit(path: fixture.path)
    try again.catchUp("c")
    #expect(again.takeNotes().contains { $0.contains("not the one that was indexed") })
    #expect(try IndexComparison(again).firstDifference == nil)
  }
}
