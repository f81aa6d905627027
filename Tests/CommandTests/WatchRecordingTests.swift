import Foundation
import StubServer
import Testing
import TestSupport

/// The watches of a real server, played back: a few kinds of it, and all of it where that is beside this checkout.
@Suite struct WatchRecordingTests {
  private static let small = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Recording")
  private static let whole = SharedFolder.url.appending(path: "recorded")

  /// A state without what a dump, or another name of the cluster, cannot tell.
  private func comparable(_ tree: [String: String]) -> [String: String] {
    var tree = tree
    // Where two of Calico's groups serve a kind, one of them is followed.
    for path in ["cluster.yaml", "namespaces/data/networkpolicies.projectcalico.org/security.redis-only-cart.yaml"] {
      tree[path] = nil
    }
    return tree
  }

  /// Plays a recording, and gives how many snapshots were made once the state is that of the lists after.
  private func play(_ folder: URL, _ faults: @escaping ReplayedCluster.Faults = { _, _ in nil }) async throws -> Int {
    let cluster = try ReplayedCluster(recording: folder, faults: faults)
    return try await StubAPIServer.with(handler: { cluster.answer($0) }) { server in
      let watch = try WatchFixture(server)
      try watch.start()
      #expect(try await watch.wait { try watch.snapshots() == 1 })
      cluster.advance(to: cluster.lastRevision)
      // Partial, since a recording lacks kinds.
      let dump = folder.appending(path: "snapshot-after").path
      #expect(try watch.fixture.run(["snapshot", "--from", dump, "--cluster", "after"]).status == 0)
      let after = comparable(try watch.tree("after"))
      #expect(try await watch.wait { comparable(try watch.tree()) == after })
      let output = try watch.stop()
      #expect(output.status == 0)
      for (path, blob) in after { #expect(try watch.tree()[path] == blob, "\(path)\n\(output.stderr)") }
      #expect(try watch.git("fsck", "--strict") == "")
      return try watch.snapshots()
    }
  }

  /// Each watch goes wrong a few times, each in a way of its own.
  private static let faults: ReplayedCluster.Faults = { path, earlier in
    let ways: [ReplayedCluster.Fault] = [
      .cut(afterLines: 1), .refused(.status(429, reason: "TooManyRequests", headers: [("retry-after", "1")])), .expiredEvent,
      .refused(.status(500, reason: "InternalError")), .slow, .refused(.status(410, reason: "Expired")), .doubled, .bookmarkOnly,
      .cut(afterLines: 0),
    ]
    return earlier < 3 ? ways[(path.utf8.reduce(0) { $0 + Int($1) } + earlier) % ways.count] : nil
  }

  @Test func `a watch from the lists before ends at the state of the lists after, one version at a time`() async throws {
    // One namespace and one policy have two versions each besides the last.
    #expect(try await play(WatchRecordingTests.small) >= 3)
  }

  @Test func `so it does where each watch goes wrong in its own way`() async throws {
    _ = try await play(WatchRecordingTests.small, WatchRecordingTests.faults)
  }

  @Test(.enabled(if: SharedFolder.has("recorded/watch"), "the whole recording is not beside this checkout"))
  func `so it does with every kind that was recorded`() async throws {
    // `orders/worker-scrape` alone changed three times after it was made.
    #expect(try await play(WatchRecordingTests.whole) >= 5)
  }

  @Test(.enabled(if: SharedFolder.has("recorded/watch"), "the whole recording is not beside this checkout"))
  func `so it does with every kind, and each watch goes wrong in its own way`() async throws {
    _ = try await play(WatchRecordingTests.whole, WatchRecordingTests.faults)
  }
}
