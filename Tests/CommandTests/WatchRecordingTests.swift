import Foundation
import StubServer
import Testing
import TestSupport

/// The watches of a real server, played back.
@Suite(.enabled(if: SharedFolder.has("recorded/watch"), "the recorded cluster is not beside this checkout"), .serialized)
struct WatchRecordingTests {
  private static let folder = SharedFolder.url.appending(path: "recorded")

  /// A state without what a dump, or another name of the cluster, cannot tell.
  private func comparable(_ tree: [String: String]) -> [String: String] {
    var tree = tree
    // Where two of Calico's groups serve a kind, one of them is followed.
    for path in ["cluster.yaml", "namespaces/data/networkpolicies.projectcalico.org/security.redis-only-cart.yaml"] {
      tree[path] = nil
    }
    return tree
  }

  private func play(_ faults: @escaping ReplayedCluster.Faults, _ body: (ReplayedCluster) async throws -> Void) async throws -> Int {
    let cluster = try ReplayedCluster(recording: WatchRecordingTests.folder, faults: faults)
    return try await StubAPIServer.with(handler: { cluster.answer($0) }) { server in
      let watch = try WatchFixture(server)
      try watch.start()
      #expect(try await watch.wait { try watch.snapshots() == 1 })
      try await body(cluster)
      let dump = WatchRecordingTests.folder.appending(path: "snapshot-after").path
      _ = try watch.fixture.run(["snapshot", "--from", dump, "--cluster", "after"])
      let after = comparable(try watch.tree("after"))
      #expect(try await watch.wait(20) { comparable(try watch.tree()) == after })
      let output = try watch.stop()
      #expect(output.status == 0)
      if comparable(try watch.tree()) != after { print(output.stderr) }
      #expect(try watch.git("fsck", "--strict") == "")
      return try watch.snapshots()
    }
  }

  @Test func `a watch from the lists before ends at the state of the lists after, one version at a time`() async throws {
    let snapshots = try await play({ _, _ in nil }) { $0.advance(to: $0.lastRevision) }
    // `orders/worker-scrape` alone changed three times after it was made.
    #expect(snapshots >= 5)
  }
}
