import ClusterReader
import Foundation
import KubeModel
import StubServer
import Synchronization
import Testing

@Suite struct ClusterClientTests {
  let fixture: ClientFixture

  init() throws { fixture = try ClientFixture() }

  private static let pods = ListRequest(group: "", version: "v1", resource: "pods")

  private static func podList(_ count: Int) -> Data {
    let items = (0..<count).map { "{\"metadata\":{\"name\":\"pod-\($0)\"}}" }.joined(separator: ",")
    return Data(
      "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"77\"},\"items\":[\(items)]}".utf8)
  }

  private static func names(_ page: ListPage) throws -> [String] {
    let list = try JSONSerialization.jsonObject(with: Data(page.body)) as? [String: Any]
    let items = list?["items"] as? [[String: Any]] ?? []
    return items.compactMap { ($0["metadata"] as? [String: Any])?["name"] as? String }
  }

  @Test func `the version of a plain http server is read`() async throws {
    try await StubAPIServer.with { server in
      server.route("/version", .json(versionJSON))
      try await fixture.withClient(server: server.url) { client in
        let version = try await client.version()
        #expect(version.gitVersion == "v1.33.1")
      }
    }
  }

  @Test func `a path before the api is kept`() async throws {
    try await StubAPIServer.with { server in
      server.route("/k8s/clusters/c-1/version", .json(versionJSON))
      try await fixture.withClient(server: "\(server.url)/k8s/clusters/c-1/") { client in
        let version = try await client.version()
        #expect(version.minor == "33")
      }
    }
  }

  @Test func `a list comes in pages of the size asked for`() async throws {
    try await StubAPIServer.with { server in
      try server.list("/api/v1/pods", json: Self.podList(5))
      var options = fixture.options()
      options.pageSize = 2
      try await fixture.withClient(server: server.url, options: options) { client in
        var pages: [[String]] = []
        for try await event in client.list(Self.pods) {
          guard case .page(let page) = event else { continue }
          #expect(page.resourceVersion == "77")
          #expect(page.isLast == (pages.count == 2))
          pages.append(try Self.names(page))
        }
        #expect(pages == [["pod-0", "pod-1"], ["pod-2", "pod-3"], ["pod-4"]])
      }
      #expect(server.requests.map { $0.query["limit"] } == ["2", "2", "2"])
      #expect(server.requests.map { $0.query["continue"] } == [nil, "2", "4"])
    }
  }

  @Test func `an exact version is asked on the first page only`() async throws {
    try await StubAPIServer.with { server in
      try server.list("/apis/apps/v1/namespaces/web/deployments", json: Self.podList(3))
      var options = fixture.options()
      options.pageSize = 2
      try await fixture.withClient(server: server.url, options: options) { client in
        let request = ListRequest(
          group: "apps", version: "v1", resource: "deployments", namespace: "web", exactResourceVersion: "42")
        for try await _ in client.list(request) {}
      }
      #expect(server.requests.map { $0.query["resourceVersion"] } == ["42", nil])
      #expect(server.requests.map { $0.query["resourceVersionMatch"] } == ["Exact", nil])
    }
  }

  @Test func `a list that expires midway starts again and says so`() async throws {
    let expired = Mutex(false)
    try await StubAPIServer.with(handler: { request in
      guard request.query["continue"] == "2" else { return nil }
      let isFirst = expired.withLock { done in
        defer { done = true }
        return !done
      }
      return isFirst ? .status(410, reason: "Expired", message: "the continue token is too old") : nil
    }) { server in
      try server.list("/api/v1/pods", json: Self.podList(3))
      var options = fixture.options()
      options.pageSize = 2
      try await fixture.withClient(server: server.url, options: options) { client in
        var collected: [String] = []
        var restarts = 0
        for try await event in client.list(Self.pods) {
          switch event {
          case .restart:
            restarts += 1
            collected = []
          case .page(let page): collected += try Self.names(page)
          }
        }
        #expect(restarts == 1)
        #expect(collected == ["pod-0", "pod-1", "pod-2"])
      }
    }
  }

  @Test func `a list that always expires ends with an error`() async throws {
    try await StubAPIServer.with(handler: { request in
      request.query["continue"] == nil ? nil : .status(410, reason: "Expired")
    }) { server in
      try server.list("/api/v1/pods", json: Self.podList(3))
      var options = fixture.options()
      options.pageSize = 2
      let error = await fixture.failure {
        try await fixture.withClient(server: server.url, options: options) { client in
          for try await _ in client.list(Self.pods) {}
        }
      }
      #expect(error?.code == .expired)
      #expect(server.requests.count == 8)
    }
  }

  @Test func `a server that repeats its continue token is not followed forever`() async throws {
    try await StubAPIServer.with { server in
      server.route("/api/v1/pods", .json(#"{"metadata":{"continue":"again"},"items":[]}"#))
      let error = await fixture.failure {
        try await fixture.withClient(server: server.url) { client in
          for try await _ in client.list(Self.pods) {}
        }
      }
      #expect(error?.code == .badAnswer)
      #expect(server.requests.count == 2)
    }
  }

  @Test func `an exact version that is gone, or not yet there, is told apart`() async throws {
    try await StubAPIServer.with { server in
      server.route("/api/v1/pods", .status(410, reason: "Expired", message: "too old resource version"))
      server.route(
        "/api/v1/nodes",
        .status(
          504, reason: "Timeout", message: "Too large resource version: 99",
          details: #"{"causes":[{"reason":"ResourceVersionTooLarge","message":"x"}],"retryAfterSeconds":1}"#))
      try await fixture.withClient(server: server.url) { client in
        var request = Self.pods
        request.exactResourceVersion = "1"
        let old = await fixture.failure { for try await _ in client.list(request) {} }
        #expect(old?.code == .expired)
        request.resource = "nodes"
        let early = await fixture.failure { for try await _ in client.list(request) {} }
        #expect(early?.code == .resourceVersionTooLarge)
      }
    }
  }

  @Test func `a server that is busy is asked again when it says`() async throws {
    let count = Mutex(0)
    try await StubAPIServer.with(handler: { _ in
      let number = count.withLock { count in
        count += 1
        return count
      }
      switch number {
      case 1: return .status(429, reason: "TooManyRequests", headers: [("retry-after", "7")])
      case 2: return .status(503, reason: "ServiceUnavailable", headers: [("retry-after", "86400")])
      case 3: return StubAPIServer.Response(delivery: .dropped)
      default: return .json(versionJSON)
      }
    }) { server in
      try await fixture.withClient(server: server.url) { client in _ = try await client.version() }
      #expect(fixture.recordedWaits == [.seconds(7), .seconds(30), .milliseconds(3)])
    }
  }

  @Test func `a server that stays broken is given up on`() async throws {
    try await StubAPIServer.with(handler: { _ in .status(500, reason: "InternalError", message: "etcd \\u001b[31m") }) {
      server in
      let error = await fixture.failure {
        try await fixture.withClient(server: server.url) { client in _ = try await client.version() }
      }
      #expect(error?.code == .serverError)
      #expect(error?.failure == .unreachable)
      #expect(error?.cause.map { "\($0)" } == #"etcd \u{1b}[31m"#)
      #expect(server.requests.count == 5)
    }
  }

  @Test func `a cut body is fetched again`() async throws {
    let count = Mutex(0)
    try await StubAPIServer.with(handler: { _ in
      let isFirst = count.withLock { count in
        count += 1
        return count == 1
      }
      var response = StubAPIServer.Response.json(versionJSON)
      if isFirst { response.delivery = .cut(missing: 10) }
      return response
    }) { server in
      try await fixture.withClient(server: server.url) { client in
        let version = try await client.version()
        #expect(version.major == "1")
      }
      #expect(server.requests.count == 2)
    }
  }

  @Test func `forbidden and absent are told apart`() async throws {
    try await StubAPIServer.with { server in
      server.route("/api/v1/pods", .status(403, reason: "Forbidden", message: "pods is forbidden"))
      try await fixture.withClient(server: server.url) { client in
        let forbidden = await fixture.failure { for try await _ in client.list(Self.pods) {} }
        #expect(forbidden?.code == .forbidden)
        #expect(forbidden?.failure == .notPermitted)
        #expect(forbidden?.message.contains("/api/v1/pods") == true)
        #expect(forbidden?.cause.map { "\($0)" } == "pods is forbidden")
        let absent = await fixture.failure {
          for try await _ in client.list(ListRequest(group: "x", version: "v1", resource: "ys")) {}
        }
        #expect(absent?.code == .absent)
      }
      #expect(server.requests.count == 2)
    }
  }

  @Test func `a redirect is not followed`() async throws {
    try await StubAPIServer.with { server in
      server.route("/version", .json("", status: 302, headers: [("location", "https://login.example/")]))
      let error = await fixture.failure {
        try await fixture.withClient(server: server.url) { client in _ = try await client.version() }
      }
      #expect(error?.code == .refused)
      #expect(error?.message.contains("https://login.example/") == true)
    }
  }

  @Test func `a body that never ends meets the idle limit`() async throws {
    try await StubAPIServer.with(handler: { _ in
      var response = StubAPIServer.Response.json("{")
      response.delivery = .stalled
      return response
    }) { server in
      var options = fixture.options()
      options.idleTimeout = .milliseconds(1500)
      options.retry.maximumAttempts = 2
      let error = await fixture.failure {
        try await fixture.withClient(server: server.url, options: options) { client in
          _ = try await client.version()
        }
      }
      // On a busy machine the time may pass before the request is out.
      #expect(error?.code == .timedOut)
      #expect(server.requests.count <= 2)
    }
  }

  @Test func `the limit on a whole answer bounds its body too`() async throws {
    try await StubAPIServer.with(handler: { _ in
      var response = StubAPIServer.Response.json("{")
      response.delivery = .stalled
      return response
    }) { server in
      var options = fixture.options()
      options.answerTimeout = .milliseconds(1500)
      let error = await fixture.failure {
        try await fixture.withClient(server: server.url, options: options) { client in
          _ = try await client.version()
        }
      }
      #expect(error?.code == .timedOut)
      #expect(server.requests.count <= 1)
    }
  }

  @Test func `a body over the limit is refused`() async throws {
    try await StubAPIServer.with { server in
      server.route("/version", .json(String(repeating: " ", count: 5000) + versionJSON))
      var options = fixture.options()
      options.maximumBodyBytes = 4000
      let error = await fixture.failure {
        try await fixture.withClient(server: server.url, options: options) { client in
          _ = try await client.version()
        }
      }
      #expect(error?.code == .badAnswer)
    }
  }

  @Test func `gzip is asked for and read, and a bomb is refused`() async throws {
    let small = try gzip(Data(versionJSON.utf8))
    let bomb = try gzip(Data(count: 8 << 20))
    try await StubAPIServer.with(handler: { request in
      guard request.header("accept-encoding")?.contains("gzip") == true else { return nil }
      return StubAPIServer.Response(
        headers: [("content-encoding", "gzip")], body: request.path == "/version" ? small : bomb)
    }) { server in
      var options = fixture.options()
      options.maximumBodyBytes = 1 << 20
      try await fixture.withClient(server: server.url, options: options) { client in
        let version = try await client.version()
        #expect(version.major == "1")
        let error = await fixture.failure { for try await _ in client.list(Self.pods) {} }
        #expect(error?.code == .badAnswer)
      }
    }
  }

  @Test func `nobody at the address is told at once, with the address`() async throws {
    // No server of the other tests can be given this port.
    let port = 1
    let error = await fixture.failure {
      try await fixture.withClient(server: "http://127.0.0.1:\(port)") { client in _ = try await client.version() }
    }
    #expect(error?.code == .unreachable)
    #expect(error?.failure == .unreachable)
    #expect(error?.message.contains("127.0.0.1:\(port)") == true)
    #expect(fixture.recordedWaits.isEmpty)
  }

  @Test func `a name cannot climb out of its path`() async throws {
    try await StubAPIServer.with { server in
      try await fixture.withClient(server: server.url) { client in
        let error = await fixture.failure {
          _ = try await client.object(
            group: "", version: "v1", resource: "namespaces", namespace: nil, name: "..")
        }
        #expect(error?.code == .badInput)
        let absent = await fixture.failure {
          _ = try await client.object(
            group: "", version: "v1", resource: "namespaces", namespace: nil, name: "a/b?c")
        }
        #expect(absent?.code == .absent)
      }
      #expect(server.requests.map(\.path) == ["/api/v1/namespaces/a%2Fb%3Fc"])
    }
  }

  @Test func `a cancelled list ends as cancelled`() async throws {
    try await StubAPIServer.with(handler: { _ in
      var response = StubAPIServer.Response.json("{")
      response.delivery = .stalled
      return response
    }) { server in
      let fixture = fixture
      let url = server.url
      let task = Task {
        try await fixture.withClient(server: url) { client in _ = try await client.version() }
      }
      while server.requests.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
    }
  }

  @Test func `only reads leave the client`() async throws {
    try await StubAPIServer.with { server in
      server.route("/version", .json(versionJSON))
      try server.list("/api/v1/pods", json: Self.podList(3))
      try await fixture.withClient(server: server.url) { client in
        _ = try await client.version()
        for try await _ in client.list(Self.pods) {}
        _ = try? await client.discovery()
      }
      #expect(server.requests.count == 3)
      #expect(server.requests.allSatisfy { $0.method == "GET" })
    }
  }

  private func gzip(_ data: Data) throws -> [UInt8] {
    let source = fixture.directory.appending(path: "\(UUID().uuidString)")
    try data.write(to: source)
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["gzip", source.path]
    try process.run()
    process.waitUntilExit()
    return [UInt8](try Data(contentsOf: source.appendingPathExtension("gz")))
  }
}
