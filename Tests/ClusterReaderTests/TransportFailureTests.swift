import ClusterReader
import Foundation
import KubeModel
import StubServer
import Testing

/// What is told of connections that break, and what is tried again.
@Suite struct TransportFailureTests {
  let fixture: ClientFixture

  init() throws { fixture = try ClientFixture() }

  private func failure(
    server: String, options: ClientOptions? = nil
  ) async -> ClusterReaderError? {
    await fixture.failure {
      try await fixture.withClient(server: server, options: options) { _ = try await $0.version() }
    }
  }

  @Test func `a refused connection has the system's word as its cause`() async throws {
    let port = try await StubAPIServer.with { $0.port }
    for host in ["127.0.0.1", "localhost"] {
      let error = await failure(server: "http://\(host):\(port)")
      #expect(error?.message == "nobody answers at http://\(host):\(port)")
      #expect(error?.hint?.contains("cluster 'test' in \(fixture.directory.path)/config") == true)
      #expect(error?.causeText == "Connection refused")
    }
  }

  /// A label of a name has 63 letters at most, so that no name server is asked for this one.
  @Test func `a name that has no address is told with the name`() async {
    let name = String(repeating: "a", count: 64) + ".test"
    let error = await failure(server: "http://\(name):1")
    #expect(error?.code == .unreachable)
    #expect(error?.causeText?.hasPrefix("\(name): ") == true)
    #expect(error?.causeText?.contains("SocketAddress") == false)
  }

  @Test func `a connection that always breaks is tried five times and told without a dump`() async throws {
    try await StubAPIServer.with(handler: { _ in StubAPIServer.Response(delivery: .dropped) }) { server in
      let error = await failure(server: server.url)
      #expect(error?.code == .unreachable)
      #expect(error?.message == "the connection to \(server.url) broke")
      #expect(error?.causeText == "Remote connection closed")
      #expect(server.requests.count == 5)
      #expect(fixture.recordedWaits == [1, 2, 3, 4].map { .milliseconds($0) })
    }
  }

  @Test func `an answer that is no HTTP is told without a dump`() async throws {
    try await StubProxy.with(answer: "SSH-2.0-OpenSSH_9.2\r\n") { stub in
      let error = await failure(server: "http://127.0.0.1:\(stub.port)")
      #expect(error?.code == .unreachable)
      #expect(error?.message == "http://127.0.0.1:\(stub.port) answers /version with something that is no HTTP")
      #expect(error?.hint?.hasSuffix("should it start with https://?") == true)
      #expect(error?.causeText == "invalid constant string")
      #expect(fixture.recordedWaits.isEmpty)
    }
  }

  @Test func `a server that takes connections and never answers meets the idle limit`() async throws {
    try await StubAPIServer.with(handler: { _ in StubAPIServer.Response(delivery: .silent) }) { server in
      var options = fixture.options()
      options.idleTimeout = .seconds(2)
      options.retry.maximumAttempts = 1
      let error = await failure(server: server.url, options: options)
      #expect(error?.code == .timedOut)
      #expect(error?.message == "\(server.url) sent nothing for 2 s")
    }
  }

  @Test func `a server that was reached before and goes away is waited for`() async throws {
    try await StubAPIServer.with(handler: { request in
      request.path == "/version" ? .json(versionJSON) : StubAPIServer.Response(delivery: .dropped)
    }) { server in
      let url = server.url
      let error = await fixture.failure {
        try await fixture.withClient(server: url) { client in
          _ = try await client.version()
          try await server.stop()
          _ = try await client.discovery()
        }
      }
      #expect(error?.message == "nobody answers at \(url)")
      #expect(fixture.recordedWaits.count == 4)
    }
  }

  @Test(arguments: [
    (#"{"retryAfterSeconds":7}"#, [], Duration.seconds(7)), (#"{"retryAfterSeconds":7}"#, ["9"], .seconds(9)),
    ("{}", ["0"], .milliseconds(1)), ("{}", ["-5"], .milliseconds(1)), ("{}", ["soon"], .milliseconds(1)),
    ("{}", ["99999999999999999999"], .milliseconds(1)), (#"{"retryAfterSeconds":86400}"#, [], .seconds(30)),
  ])
  func `the server's own wait is kept to, within limits`(
    _ details: String, _ header: [String], _ expected: Duration
  ) async throws {
    let count = Shared(0)
    try await StubAPIServer.with(handler: { _ in
      let number = count.withLock { count in
        count += 1
        return count
      }
      guard number == 1 else { return .json(versionJSON) }
      return .status(
        429, reason: "TooManyRequests", details: details, headers: header.map { ("retry-after", $0) })
    }) { server in
      try await fixture.withClient(server: server.url) { _ = try await $0.version() }
      #expect(fixture.recordedWaits == [expected])
    }
  }

  @Test func `where a redirect leads is told without what it carries`() async throws {
    try await StubAPIServer.with(handler: { _ in
      .json("", status: 302, headers: [("location", "https://alice:s3cret@login.example/authorize?state=s3cret#s3cret")])
    }) { server in
      let error = await failure(server: server.url)
      #expect(error?.code == .refused)
      #expect(error?.message.hasSuffix("elsewhere: https://login.example/authorize") == true)
      #expect(error?.shown.contains("s3cret") == false)
    }
  }
}
