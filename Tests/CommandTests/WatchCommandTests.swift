import Foundation
import StubServer
import Synchronization
import Testing
import TestSupport

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// `ambit watch`, run as a user would.
@Suite struct WatchCommandTests {
  private static let policies = "/apis/networking.k8s.io/v1/networkpolicies"

  private static func policy(_ name: String, _ revision: Int, ingress: String = "[]") -> String {
    #"{"kind":"NetworkPolicy","apiVersion":"networking.k8s.io/v1","metadata":{"name":"\#(name)","namespace":"shop","uid":"\#(name)","resourceVersion":"\#(revision)"},"spec":{"podSelector":{},"policyTypes":["Ingress"],"ingress":\#(ingress)}}"#
  }

  private static func cluster(_ count: Int = 1) throws -> ReplayedCluster {
    func object(_ kind: String, _ name: String, namespace: String?, _ rest: String) -> String {
      let place = namespace.map { #","namespace":"\#($0)""# } ?? ""
      return #"{"kind":"\#(kind)","apiVersion":"v1","metadata":{"name":"\#(name)","uid":"\#(kind)-\#(name)","resourceVersion":"2","labels":{"app":"\#(name)"}\#(place)}\#(rest)}"#
    }
    let spec = #","spec":{"containers":[{"name":"c","image":"i"}]},"status":{"phase":"Running"}"#
    return ReplayedCluster(
      [
        "/api/v1/namespaces": try .init(
          kind: "Namespace", apiVersion: "v1",
          objects: ["kube-system", "shop"].map { object("Namespace", $0, namespace: nil, "") }),
        "/api/v1/pods": try .init(
          kind: "Pod", apiVersion: "v1", objects: ["web", "db"].map { object("Pod", $0, namespace: "shop", spec) }),
        policies: try .init(
          kind: "NetworkPolicy", apiVersion: "networking.k8s.io/v1",
          objects: (1...count).map { policy("p\($0)", 5) }),
        "/apis/apps/v1/replicasets": try .init(kind: "ReplicaSet", apiVersion: "apps/v1", objects: []),
      ], revision: 10)
  }

  private func watching(
    _ cluster: ReplayedCluster, _ options: [String] = [], environment: [String: String] = [:],
    answer: @escaping StubAPIServer.Handler = { _ in nil }, _ body: (WatchFixture, StubAPIServer) async throws -> Void
  ) async throws {
    try await StubAPIServer.with(handler: { answer($0) ?? cluster.answer($0) }) { server in
      let watch = try WatchFixture(server)
      try watch.start(options, environment: environment)
      #expect(try await watch.wait { try watch.snapshots() == 1 && cluster.openWatches == 4 })
      try await body(watch, server)
    }
  }

  private func change(_ cluster: ReplayedCluster, _ name: String = "p1", _ revisions: Int..., ingress: String = "[{}]") throws {
    cluster.happen(
      WatchCommandTests.policies,
      try revisions.map { revision in
        try .init("MODIFIED", WatchCommandTests.policy(name, revision, ingress: revision % 2 == 1 ? ingress : "[]"))
      })
  }

  @Test func `there and back again within a moment are two snapshots, and SIGTERM ends it with 0`() async throws {
    let cluster = try WatchCommandTests.cluster()
    try await watching(cluster) { watch, _ in
      try change(cluster, "p1", 11, 12)
      #expect(try await watch.wait { try watch.snapshots() == 3 })
      let output = try watch.stop()
      #expect(output.status == 0)
      #expect(output.stderr.contains("info watching cluster=c kinds=4"))
      #expect(output.stderr.split(separator: "\n").count { $0.contains(" info recorded cluster=c ") } == 3)
      #expect(output.stderr.contains("info stopped"))
      #expect(try watch.git("fsck", "--strict") == "")
      #expect(try watch.git("rev-parse", "c^{tree}") == watch.git("rev-parse", "c~2^{tree}"))
      #expect(try watch.fixture("index", "check").status == 0)
      let log = try watch.fixture("log", "--observations", "-o", "json").stdout
      #expect(log.contains("from watches: each kind as of its resourceVersion"))
    }
  }

  @Test func `what the followed audit log tells is a commit by who did it, also after its rotation`() async throws {
    let cluster = try WatchCommandTests.cluster()
    try await watching(cluster, ["--audit-log", "audit.log"]) { watch, _ in
      let log = URL(filePath: "\(watch.fixture.directory)/audit.log")
      func tell(_ user: String, _ revision: Int, ingress: String) throws {
        let time = Date().ISO8601Format(.init(includingFractionalSeconds: true))
        let event = """
          {"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"RequestResponse","auditID":"\(revision)","stage":\
          "ResponseComplete","verb":"patch","requestURI":"/x","user":{"username":"\(user)"},"objectRef":{"resource":\
          "networkpolicies","namespace":"shop","name":"p1","apiGroup":"networking.k8s.io","apiVersion":"v1"},\
          "responseStatus":{"code":200},"requestObject":{},"responseObject":\
          \(WatchCommandTests.policy("p1", revision, ingress: ingress)),"stageTimestamp":"\(time)"}

          """
        try Data(event.utf8).write(to: log)
      }
      try tell("alice", 11, ingress: "[{}]")
      try change(cluster, "p1", 11)
      #expect(try await watch.wait { try watch.snapshots() == 3 })
      try FileManager.default.moveItem(at: log, to: log.deletingLastPathComponent().appending(path: "audit-1.log"))
      try tell("bob", 12, ingress: "[]")
      try change(cluster, "p1", 12)
      #expect(try await watch.wait { try watch.snapshots() == 5 })
      #expect(try watch.stop().status == 0)
      #expect(try watch.git("log", "--format=%an", "c") == "Ambit\nbob\nAmbit\nalice\nAmbit\n")
      #expect(try watch.fixture("verify").status == 0)
    }
  }

  @Test func `Ctrl-C ends it with 130, and pods that come and go are no change`() async throws {
    let cluster = try WatchCommandTests.cluster()
    try await watching(cluster) { watch, _ in
      let owner = #""ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"r","uid":"r","controller":true}]"#
      func pod(_ name: String, _ revision: Int) -> String {
        #"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"\#(name)","namespace":"shop","uid":"\#(name)","resourceVersion":"\#(revision)",\#(owner)},"spec":{"containers":[{"name":"c","image":"i"}]},"status":{"phase":"Running"}}"#
      }
      cluster.happen("/api/v1/pods", [try .init("ADDED", pod("r-1", 11))])
      #expect(try await watch.wait { try watch.snapshots() == 2 })
      cluster.happen("/api/v1/pods", [try .init("ADDED", pod("r-2", 12)), try .init("DELETED", pod("r-1", 13))])
      try change(cluster, "p1", 15)
      #expect(try await watch.wait { try watch.snapshots() == 3 })
      #expect(try watch.observations() == 3)
      let names = try watch.git("show", "--name-only", "--format=", "c")
      #expect(names == "namespaces/shop/networkpolicies.networking.k8s.io/p1.yaml\n")
      #expect(try watch.stop(SIGINT).status == 130)
    }
  }

  @Test func `an observation is made at each interval, and none is complete while a kind is unread`() async throws {
    let cluster = try WatchCommandTests.cluster()
    try await watching(cluster, ["--every", "1s"]) { watch, _ in
      #expect(try await watch.wait { try watch.observations() >= 3 })
      #expect(try watch.snapshots() == 1)
      // A kind that the server no longer has: its objects are gone, which a second reading confirms.
      cluster.serve(WatchCommandTests.policies, false)
      let path = "namespaces/shop/networkpolicies.networking.k8s.io/p1.yaml"
      // NetworkPolicies are what every server has: discovery is not believed.
      try await Task.sleep(for: .milliseconds(2500))
      #expect(try watch.tree()[path] != nil)
      let output = try watch.stop()
      #expect(output.stderr.contains("warning unread cluster=c kind=networkpolicies.networking.k8s.io"))
    }
  }

  @Test func `a server that is away for a while loses nothing, and what it did meanwhile is recorded`() async throws {
    let cluster = try WatchCommandTests.cluster()
    let isAway = Mutex(false)
    try await watching(
      cluster, ["--every", "1s"],
      answer: { _ in isAway.withLock { $0 } ? StubAPIServer.Response(delivery: .dropped) : nil }
    ) { watch, _ in
      isAway.withLock { $0 = true }
      cluster.cutAll()
      let failed = try await watch.wait {
        try watch.git("log", "-1", "--format=%s", "refs/ambit/observations/c").hasPrefix("observation: failed")
      }
      #expect(failed)
      #expect(try watch.snapshots() == 1)
      isAway.withLock { $0 = false }
      try change(cluster, "p1", 11)
      cluster.compact()
      #expect(try await watch.wait(40) { try watch.snapshots() == 2 })
      #expect(try watch.stop().status == 0)
    }
  }

  @Test func `another writer's snapshot in between is no obstacle`() async throws {
    let cluster = try WatchCommandTests.cluster()
    try await watching(cluster) { watch, _ in
      try change(cluster, "p1", 11)
      #expect(try await watch.wait { try watch.snapshots() == 2 })
      // Partial, since the stub lacks kinds that every server has.
      #expect(try watch.fixture.run(["snapshot", "--kubeconfig", "config"]).status == 2)
      try change(cluster, "p1", 12)
      #expect(try await watch.wait { try watch.snapshots() == 3 })
      let output = try watch.stop()
      #expect(output.status == 0)
      #expect(!output.stderr.contains("doubted"))
    }
  }

  @Test func `a lost kind is read a second time before it is believed`() async throws {
    let cluster = try WatchCommandTests.cluster(8)
    try await watching(cluster) { watch, _ in
      cluster.happen(
        WatchCommandTests.policies, try (1...8).map { try .init("DELETED", WatchCommandTests.policy("p\($0)", 10 + $0)) })
      #expect(try await watch.wait { try watch.snapshots() == 2 })
      let output = try watch.stop()
      #expect(output.stderr.contains("warning doubted cluster=c"))
      #expect(output.stderr.contains("a second reading on a new connection confirmed it"))
    }
  }

  @Test func `health and metrics are told on a loopback port`() async throws {
    let cluster = try WatchCommandTests.cluster()
    try await watching(cluster, ["--listen", "127.0.0.1:0"]) { watch, _ in
      try change(cluster, "p1", 11)
      #expect(try await watch.wait { try watch.snapshots() == 2 })
      let port = try #require(watch.log.split(separator: "listening cluster=c address=127.0.0.1:").last?.prefix { $0.isNumber })
      func get(_ path: String) async throws -> (Int, String) {
        let url = try #require(URL(string: "http://127.0.0.1:\(port)\(path)"))
        let (data, response) = try await URLSession.shared.data(from: url)
        return ((response as? HTTPURLResponse)?.statusCode ?? 0, String(decoding: data, as: UTF8.self))
      }
      #expect(try await watch.wait { try watch.observations() == 2 })
      #expect(try await get("/healthz") == (200, "ok\n"))
      let metrics = try await get("/metrics").1
      for line in [
        "ambit_watch_readings_total{result=\"changed\"} 2", "ambit_watch_kinds{status=\"read\"} 4",
        "ambit_watch_lists_down 0",
      ] {
        #expect(metrics.contains(line), "\(line) is not in\n\(metrics)")
      }
      #expect(try await get("/").0 == 404)
      _ = try watch.stop()
    }
  }

  @Test(arguments: [
    ["--listen", "0.0.0.0:9464"], ["--listen", "nowhere"], ["--notify", "ftp://x"], ["--every", "soon"],
  ])
  func `options that cannot be meant are refused`(_ options: [String]) throws {
    let fixture = try CommandFixture()
    _ = try fixture("init")
    #expect(try fixture.run(["watch"] + options).status == 64)
  }

  @Test func `changes are told to a URL, whose secrets no log holds`() async throws {
    let cluster = try WatchCommandTests.cluster()
    let refusals = Mutex(2)
    try await StubAPIServer.with(
      methods: ["POST"],
      handler: { _ in
        refusals.withLock { left in
          left -= 1
          return left >= 0 ? .status(500, reason: "InternalError") : .json("{}")
        }
      }
    ) { hook in
      let url = hook.url.replacing("http://", with: "http://user:word@") + "/hook/token?key=secret"
      try await watching(cluster, environment: ["AMBIT_NOTIFY_URL": url]) { watch, _ in
        try change(cluster, "p1", 11)
        #expect(try await watch.wait { hook.requests.count == 3 })
        let request = try #require(hook.requests.last)
        #expect(request.path == "/hook/token" && request.query["key"] == "secret")
        #expect(request.header("authorization") == "Basic dXNlcjp3b3Jk")
        let notice = try #require(try JSONSerialization.jsonObject(with: Data(request.body.utf8)) as? [String: Any])
        #expect(notice["schemaVersion"] as? Int == 1 && notice["cluster"] as? String == "c")
        #expect(notice["exposing"] as? Bool == true && notice["unattributed"] as? Bool == true)
        let change = (notice["changes"] as? [[String: Any]])?.first
        #expect(change?["object"] as? String == "shop/networkpolicies.networking.k8s.io/p1")
        #expect(change?["step"] as? String == "modified")
        let log = try watch.stop().stderr
        #expect(log.contains("error notices-fail") && log.contains("info notices-sent-again"))
        for secret in ["word", "token", "secret"] { #expect(!log.contains(secret)) }
      }
    }
  }

  @Test func `status ends with 1 where the last reading is too old, or there is none`() throws {
    let example = try CommandFixture.example()
    let status = try example("status", "--max-age", "15m")
    #expect(status.status == 1)
    #expect(status.stdout.contains("shop      stale    2026-11-23 05:04:21"))
    #expect(try example("status", "--max-age", "9999w").status == 0)
    #expect(try example("status", "--cluster", "nope").status == 66)
    let empty = try CommandFixture()
    _ = try empty("init")
    #expect(try empty("status").status == 1)
  }

  @Test func `status tells a failed reading, and is fresh again after one that did not fail`() async throws {
    let cluster = try WatchCommandTests.cluster()
    try await watching(cluster) { watch, server in
      _ = try watch.stop()
      #expect(try watch.fixture("status", "--max-age", "1h").status == 0)
      try await server.stop()
      #expect(try watch.fixture.run(["snapshot", "--kubeconfig", "config"]).status == 69)
      let status = try watch.fixture("status", "--max-age", "1h", "-o", "json")
      #expect(status.status == 0 && status.stdout.contains("\"failures\": 1"))
    }
  }
}
