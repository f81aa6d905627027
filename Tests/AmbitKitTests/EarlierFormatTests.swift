import AmbitKit
import Foundation
import HistoryIndex
import KubeModel
import SnapshotStore
import Testing

/// Stores that earlier versions wrote, and later ones will.
@Suite struct EarlierFormatTests {
  let fixture: StoreFixture

  init() throws { fixture = try StoreFixture() }

  private static let policy = """
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: deny
      namespace: shop
      uid: u-1
    spec:
      podSelector: {}

    """

  private static let facts = """
    apiVersion: ambit/v1
    kind: Cluster
    metadata:
      name: c
    spec:
      scope: cluster

    """

  /// A snapshot and its observation as format 1 had them: time, result and state in the file, and the evidence by path.
  private func writeFormat1() throws {
    let path = "namespaces/shop/networkpolicies.networking.k8s.io/deny.yaml"
    func file(_ path: String, _ text: String) -> String { "M 100644 inline \(path)\ndata \(text.utf8.count)\n\(text)\n" }
    func commit(_ ref: String, _ message: String, _ files: String...) -> String {
      "commit \(ref)\ncommitter Ambit <ambit@c> 1700000000 +0000\ndata \(message.utf8.count)\n\(message)\n" + files.joined()
    }
    let trailers = "Ambit-Complete: true\nAmbit-Captured-From: 2023-11-14T22:13:19Z\nAmbit-Captured-To: 2023-11-14T22:13:20Z\n"
    _ = try fixture.git(
      "fast-import", "--quiet",
      input: commit(
        "refs/heads/c", "snapshot: 1 added\n\nAmbit-Kind: snapshot\n\(trailers)Ambit-Source: server\nAmbit-State-SHA256: \(String(repeating: "0", count: 64))\n",
        file("cluster.yaml", EarlierFormatTests.facts), file(path, EarlierFormatTests.policy)))
    let state = try fixture.git("rev-parse", "c").prefix(40)
    let testimony = """
      apiVersion: ambit/v1
      kind: Observation
      spec:
        capturedFrom: "2023-11-14T22:13:19Z"
        capturedTo: "2023-11-14T22:13:20Z"
        complete: true
        coverage:
        - group: networking.k8s.io
          objects: 1
          resource: networkpolicies
          resourceVersion: "9"
          status: read
        diagnostics: []
        notes: []
        oneInstant: true
        result: changed
        source: server
        state: "\(state)"
        timeGiven: false
        tool: ambit 0.1.0

      """
    let evidence = "managedFields:\n- manager: kubectl-edit\n  time: \"2023-11-14T22:00:00Z\"\n"
    _ = try fixture.git(
      "fast-import", "--quiet",
      input: commit(
        "refs/ambit/observations/c", "observation: changed\n\nAmbit-Kind: observation\n\(trailers)Ambit-State: \(state)\n",
        file("observation.yaml", testimony), file("changed/\(path)", evidence)))
    _ = try fixture.git("config", "ambit.storeversion", "1")
  }

  @Test func `a store of format 1 is read, and goes on as one of format 2`() throws {
    try writeFormat1()
    let ambit = try Ambit(path: fixture.path)
    let history = try ClusterHistory(ambit, cluster: "c", now: Moment(milliseconds: 1_800_000_000_000))
    let changes = try ambit.index.read { try $0.changes("c", HistoryView.Filter()) }
    let deny = try #require(changes.first { $0.change.id.name == "deny" })
    #expect(deny.change.actor.name == "kubectl-edit" && deny.change.actor.time == 1_699_999_200)
    let observation = try #require(try history.point(nil).observation)
    #expect(observation.result == "changed" && observation.source == "server" && observation.capturedTo == 1_700_000_000_000)
    #expect(observation.coverage.first?.resourceVersion == "9")
    #expect(try fixture.git("config", "ambit.storeversion") == "1\n", "what only reads changes nothing")
    try fixture.record([EarlierFormatTests.policy], cluster: "c")
    #expect(try fixture.git("config", "ambit.storeversion") == "2\n")
    #expect(try fixture.git("fsck", "--strict") == "")
    #expect(try IndexComparison(Ambit(path: fixture.path)).firstDifference == nil)
  }

  @Test func `a store of a later format is refused with what to do`() throws {
    _ = try fixture.git("config", "ambit.storeversion", "3")
    let error = #expect(throws: StoreError.self) { try SnapshotStore.open(at: fixture.path) }
    #expect(error?.message.contains("format '3'") == true && error?.hint?.contains("newer") == true)
  }
}
