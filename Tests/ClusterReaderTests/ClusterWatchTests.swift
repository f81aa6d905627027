import ClusterReader
import Foundation
import KubeModel
import StubServer
import Synchronization
import Testing

/// What a watch shows, whatever goes wrong on the way.
@Suite struct ClusterWatchTests {
  private static let policies = "/apis/networking.k8s.io/v1/networkpolicies"
  private static let namespaces = "/api/v1/namespaces"
  private static let pods = "/api/v1/pods"

  private static func policy(_ name: String, _ revision: Int, state: String, uid: String? = nil) -> String {
    #"{"kind":"NetworkPolicy","apiVersion":"networking.k8s.io/v1","metadata":{"name":"\#(name)","namespace":"shop","uid":"\#(uid ?? name)","resourceVersion":"\#(revision)","labels":{"state":"\#(state)"}},"spec":{"podSelector":{}}}"#
  }

  private static func cluster(
    _ policies: [String] = [policy("a", 5, state: "old")], faults: @escaping ReplayedCluster.Faults = { _, _ in nil }
  ) throws -> ReplayedCluster {
    let shop = #"{"kind":"Namespace","apiVersion":"v1","metadata":{"name":"shop","uid":"shop","resourceVersion":"2"}}"#
    return ReplayedCluster(
      [
        namespaces: try .init(kind: "Namespace", apiVersion: "v1", objects: [shop]),
        pods: try .init(kind: "Pod", apiVersion: "v1", objects: []),
        self.policies: try .init(kind: "NetworkPolicy", apiVersion: "networking.k8s.io/v1", objects: policies),
      ], revision: 10, faults: faults)
  }

  /// The watch of a cluster, and what its policies were after each step: `a=old`.
  private final class Follower {
    let watch: ClusterWatch
    private(set) var steps: [[String]] = []

    init(_ watch: ClusterWatch) { self.watch = watch }

    var policies: [String] {
      watch.reading(known: .none).objects.filter { $0.type == ResourceCatalog.networkPolicies }.map { object in
        let label = String(decoding: object.bytes, as: UTF8.self).split(separator: "state: ").last?.prefix { $0 != "\n" }
        return "\(object.id.name)=\(label ?? "")"
      }
    }

    /// Takes steps until something is so.
    func follow(until isSo: ([String]) -> Bool) async throws {
      steps.append(policies)
      while !isSo(policies) {
        _ = try #require(await watch.next())
        while watch.hasPending { if watch.advance() { steps.append(policies) } }
      }
    }
  }

  private func follow(
    _ cluster: ReplayedCluster, options: ClusterWatch.Options = .init(), user: String = "", in place: ClientFixture? = nil,
    answer: @escaping StubAPIServer.Handler = { _ in nil }, _ body: (Follower, StubAPIServer) async throws -> Void
  ) async throws {
    let fixture = try place ?? ClientFixture()
    var options = options
    options.quiet = .milliseconds(20)
    try await StubAPIServer.with(handler: { answer($0) ?? cluster.answer($0) }) { server in
      try await fixture.withClient(try fixture.connection(to: server, user: user)) { client in
        try await ClusterWatch.with(client, options) { watch in
          try await watch.start()
          try await body(Follower(watch), server)
        }
      }
    }
  }

  private static func history(_ revisions: ClosedRange<Int>) throws -> [ReplayedCluster.Event] {
    try revisions.map { try .init("MODIFIED", policy("a", $0, state: "r\($0)")) }
  }

  @Test func `each version of an object that a watch showed is there after some step`() async throws {
    let cluster = try ClusterWatchTests.cluster()
    try await follow(cluster) { follower, _ in
      cluster.happen(
        ClusterWatchTests.policies,
        [
          try .init("MODIFIED", ClusterWatchTests.policy("a", 11, state: "new")),
          try .init("ADDED", ClusterWatchTests.policy("b", 12, state: "x")),
          try .init("MODIFIED", ClusterWatchTests.policy("a", 13, state: "old")),
          try .init("DELETED", ClusterWatchTests.policy("b", 14, state: "x")),
        ])
      try await follower.follow { $0 == ["a=old"] && follower.steps.count > 2 }
      #expect(follower.steps == [["a=old"], ["a=new", "b=x"], ["a=old"]])
    }
  }

  @Test func `messages of several lists come in the order of the server's versions`() async throws {
    let cluster = try ClusterWatchTests.cluster()
    try await follow(cluster) { follower, _ in
      #expect(follower.watch.reading(known: .none).isOneInstant)
      cluster.happen(ClusterWatchTests.policies, try ClusterWatchTests.history(11...11))
      try await follower.follow { $0 == ["a=r11"] }
      let reading = follower.watch.reading(known: .none)
      let versions = Dictionary(
        reading.coverage.map { ($0.qualifiedName, $0.resourceVersion) }, uniquingKeysWith: { $1 })
      #expect(versions["networkpolicies.networking.k8s.io"] == "11" && versions["namespaces"] == "10")
      #expect(!reading.isOneInstant && reading.notes.contains { $0.contains("from watches") })
      cluster.bookmark()
      _ = await follower.watch.next()
      while follower.watch.hasPending { #expect(!follower.watch.advance()) }
      #expect(follower.watch.reading(known: .none).isOneInstant)
    }
  }

  @Test(arguments: [
    .refused(.status(500, reason: "InternalError")), .refused(.status(503, reason: "ServiceUnavailable")),
    .refused(.status(429, reason: "TooManyRequests", headers: [("retry-after", "3")])),
    .refused(.status(410, reason: "Expired")), .refused(StubAPIServer.Response(delivery: .dropped)), .expiredEvent,
    .cut(afterLines: 0), .cut(afterLines: 1), .slow, .doubled, .bookmarkOnly,
  ] as [ReplayedCluster.Fault])
  func `whatever goes wrong with a watch, it ends where the cluster is`(_ fault: ReplayedCluster.Fault) async throws {
    let cluster = try ClusterWatchTests.cluster(faults: { path, earlier in
      path == ClusterWatchTests.policies && earlier < 2 ? fault : nil
    })
    try await follow(cluster) { follower, _ in
      cluster.happen(ClusterWatchTests.policies, try ClusterWatchTests.history(11...14))
      try await follower.follow { $0 == ["a=r14"] }
      cluster.happen(ClusterWatchTests.policies, try ClusterWatchTests.history(15...16))
      try await follower.follow { $0 == ["a=r16"] }
      // Nothing comes twice, and nothing is taken for gone meanwhile.
      let seen = follower.steps.map { $0.first ?? "none" }
      #expect(!seen.contains("none"))
      let numbers = seen.compactMap { Int($0.dropFirst(3)) }
      #expect(numbers == numbers.sorted(), "\(seen)")
    }
  }

  @Test func `a watch from a version that is gone begins with a list of its kind alone`() async throws {
    let cluster = try ClusterWatchTests.cluster()
    try await follow(cluster) { follower, _ in
      cluster.cutAll()
      cluster.happen(ClusterWatchTests.policies, try ClusterWatchTests.history(11...20))
      cluster.compact()
      try await follower.follow { $0 == ["a=r20"] }
      #expect(cluster.lists(of: ClusterWatchTests.policies) == 2)
    }
  }

  @Test func `a watch goes on from its last event or bookmark`() async throws {
    let cluster = try ClusterWatchTests.cluster()
    try await follow(cluster) { follower, server in
      cluster.happen(ClusterWatchTests.policies, try ClusterWatchTests.history(11...12))
      try await follower.follow { $0 == ["a=r12"] }
      cluster.bookmark()
      cluster.cutAll()
      cluster.happen(ClusterWatchTests.policies, try ClusterWatchTests.history(13...13))
      try await follower.follow { $0 == ["a=r13"] }
      let asked = server.requests.filter { $0.path == ClusterWatchTests.policies && $0.query["watch"] == "true" }
      #expect(asked.map { $0.query["resourceVersion"] } == ["10", "12"])
      #expect(asked.allSatisfy { $0.query["allowWatchBookmarks"] == "true" && $0.query["timeoutSeconds"] != nil })
      #expect(cluster.lists(of: ClusterWatchTests.policies) == 1)
    }
  }

  @Test func `a watch that says nothing for too long is taken up again`() async throws {
    let cluster = try ClusterWatchTests.cluster(faults: { path, earlier in
      path == ClusterWatchTests.policies && earlier == 0 ? .mute : nil
    })
    var options = ClusterWatch.Options()
    options.idle = .milliseconds(300)
    try await follow(cluster, options: options) { follower, _ in
      cluster.happen(ClusterWatchTests.policies, try ClusterWatchTests.history(11...11))
      try await follower.follow { $0 == ["a=r11"] }
    }
  }

  @Test func `what a server tells once more is over`() async throws {
    let cluster = try ClusterWatchTests.cluster()
    try await follow(cluster) { follower, _ in
      let events: [ReplayedCluster.Event] = [
        try .init("DELETED", ClusterWatchTests.policy("a", 11, state: "old")),
        try .init("ADDED", ClusterWatchTests.policy("a", 12, state: "again", uid: "second")),
        // From an earlier time, as if the watch began there.
        try .init("MODIFIED", ClusterWatchTests.policy("a", 13, state: "old", uid: "a")),
        try .init("MODIFIED", ClusterWatchTests.policy("a", 14, state: "end", uid: "second")),
      ]
      cluster.happen(ClusterWatchTests.policies, events)
      try await follower.follow { $0 == ["a=end"] }
      #expect(follower.steps == [["a=old"], [], ["a=again"], ["a=end"]])
    }
  }

  @Test func `a kind whose watch is down is unread, and what is known of it stays out of readings`() async throws {
    let isBroken = Mutex(false)
    let cluster = try ClusterWatchTests.cluster(faults: { path, _ in
      path == ClusterWatchTests.policies && isBroken.withLock { $0 } ? .refused(.status(500, reason: "InternalError")) : nil
    })
    let name = ResourceCatalog.networkPolicies.qualifiedName
    try await follow(cluster) { follower, _ in
      while cluster.openWatches < 3 { try await Task.sleep(for: .milliseconds(5)) }
      isBroken.withLock { $0 = true }
      cluster.cutAll()
      cluster.happen(ClusterWatchTests.policies, try ClusterWatchTests.history(11...11))
      try await follower.follow { _ in follower.watch.coverage.contains { $0.qualifiedName == name && $0.unreadReason != nil } }
      #expect(follower.policies == [])
      #expect(follower.watch.downtimes.contains { $0.target.type == ResourceCatalog.networkPolicies })
      #expect(follower.watch.counters.byKind[name]?.errors ?? 0 > 0)
      isBroken.withLock { $0 = false }
      try await follower.follow { $0 == ["a=r11"] }
      #expect(!follower.watch.downtimes.contains { $0.target.type == ResourceCatalog.networkPolicies })
    }
  }

  @Test func `a token that was replaced is read again when the server refuses the old one`() async throws {
    let place = try ClientFixture()
    try place.write("token", "first")
    let accepted = Mutex("first")
    let cluster = try ClusterWatchTests.cluster()
    let refuse: StubAPIServer.Handler = { request in
      request.header("authorization") == accepted.withLock { "Bearer \($0)" } ? nil : .status(401, reason: "Unauthorized")
    }
    try await follow(cluster, user: "tokenFile: token", in: place, answer: refuse) { follower, _ in
      while cluster.openWatches < 3 { try await Task.sleep(for: .milliseconds(5)) }
      try place.write("token", "second")
      accepted.withLock { $0 = "second" }
      cluster.cutAll()
      cluster.happen(ClusterWatchTests.policies, try ClusterWatchTests.history(11...11))
      try await follower.follow { $0 == ["a=r11"] }
      #expect(cluster.lists(of: ClusterWatchTests.policies) == 1)
    }
  }

  @Test func `a kind that comes is followed, and one that goes is absent`() async throws {
    let cluster = try ClusterWatchTests.cluster()
    var options = ClusterWatch.Options()
    options.interval = .milliseconds(200)
    func status(_ follower: Follower) -> KindCoverage.Status? {
      follower.watch.coverage.first { $0.qualifiedName == "ciliumnetworkpolicies.cilium.io" }?.status
    }
    try await follow(cluster, options: options) { follower, _ in
      #expect(status(follower) == .absent)
      let path = "/apis/cilium.io/v2/ciliumnetworkpolicies"
      cluster.add(path, try .init(kind: "CiliumNetworkPolicy", apiVersion: "cilium.io/v2", objects: []))
      try await follower.follow { _ in status(follower) == .read }
      cluster.serve(path, false)
      try await follower.follow { _ in status(follower) == .absent }
    }
  }

  @Test func `a kind that may be read in namespaces only is followed there`() async throws {
    let cluster = try ClusterWatchTests.cluster()
    let path = "/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies"
    cluster.add(
      path,
      try .init(
        kind: "NetworkPolicy", apiVersion: "networking.k8s.io/v1", objects: [ClusterWatchTests.policy("a", 5, state: "old")]))
    let forbidden: StubAPIServer.Handler = { $0.path == ClusterWatchTests.policies ? .status(403, reason: "Forbidden") : nil }
    try await follow(cluster, answer: forbidden) { follower, _ in
      #expect(follower.policies == ["a=old"])
      cluster.happen(path, try ClusterWatchTests.history(11...11))
      try await follower.follow { $0 == ["a=r11"] }
      let coverage = follower.watch.coverage.filter { $0.qualifiedName == "networkpolicies.networking.k8s.io" }
      #expect(coverage.map(\.namespace) == ["shop"] && coverage.map(\.status) == [.read])
    }
  }

  @Test func `a kind that may be listed and not watched is listed at each interval`() async throws {
    let cluster = try ClusterWatchTests.cluster()
    var options = ClusterWatch.Options()
    options.interval = .milliseconds(200)
    let unwatchable: StubAPIServer.Handler = { request in
      guard request.path == "/apis" else { return nil }
      return .json(
        #"{"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","items":[{"metadata":{"name":"networking.k8s.io"},"versions":[{"version":"v1","resources":[{"resource":"networkpolicies","responseKind":{"kind":"NetworkPolicy"},"scope":"Namespaced","verbs":["list"]}]}]}]}"#)
    }
    try await follow(cluster, options: options, answer: unwatchable) { follower, _ in
      cluster.happen(ClusterWatchTests.policies, try ClusterWatchTests.history(11...11))
      try await follower.follow { $0 == ["a=r11"] }
      #expect(cluster.watches(of: ClusterWatchTests.policies) == 0)
    }
  }

  @Test func `an event that does not read has its kind listed again`() async throws {
    let cluster = try ClusterWatchTests.cluster()
    var options = ClusterWatch.Options()
    options.interval = .milliseconds(300)
    try await follow(cluster, options: options) { follower, _ in
      let nameless = ClusterWatchTests.policy("", 11, state: "x")
      cluster.happen(ClusterWatchTests.policies, [try .init("MODIFIED", nameless)])
      func reason() -> String? {
        follower.watch.coverage.first { $0.qualifiedName == "networkpolicies.networking.k8s.io" }?.unreadReason
      }
      try await follower.follow { _ in reason() == "NetworkPolicy without metadata.name is left out" }
      #expect(follower.policies == ["a=old"])
      // At each interval it is seen whether that has passed.
      cluster.happen(ClusterWatchTests.policies, [try .init("DELETED", ClusterWatchTests.policy("", 12, state: "x"))])
      try await follower.follow { _ in reason() == nil }
    }
  }
}
