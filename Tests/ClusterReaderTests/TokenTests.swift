import ClusterReader
import Foundation
import KubeModel
import StubServer
import Testing

/// Tokens and passwords that stand in a kubeconfig or a file.
@Suite struct TokenTests {
  let fixture: ClientFixture

  init() throws { fixture = try ClientFixture() }

  /// The Authorization headers of the requests that `body` sends.
  private func headers(
    user: String, clock: StubClock = StubClock(), accepts: @escaping @Sendable (String?) -> Bool = { _ in true },
    _ body: (ClusterClient) async throws -> Void = { _ = try await $0.version() }
  ) async throws -> [String?] {
    try await StubAPIServer.with(handler: { request in
      accepts(request.header("authorization")) ? .json(versionJSON) : .status(401, reason: "Unauthorized")
    }) { server in
      let connection = try fixture.connection(to: server, user: user)
      try await fixture.withClient(connection, options: fixture.options(now: { clock.now }), body)
      return server.requests.map { $0.header("authorization") }
    }
  }

  @Test func `a token is sent as bearer, without the blanks around it`() async throws {
    #expect(try await headers(user: "token: ' abc.def '") == ["Bearer abc.def"])
  }

  @Test func `a username and password are sent as basic`() async throws {
    let login = Data("alice:p:ä".utf8).base64EncodedString()
    #expect(try await headers(user: "username: alice\npassword: 'p:ä'") == ["Basic \(login)"])
    #expect(try await headers(user: "username: alice") == ["Basic \(Data("alice:".utf8).base64EncodedString())"])
  }

  @Test func `a user without credentials sends none`() async throws {
    #expect(try await headers(user: "") == [nil])
  }

  @Test func `a token file is read again after a minute`() async throws {
    let clock = StubClock()
    let path = try fixture.write("token", "first\n")
    let sent = try await headers(user: "tokenFile: token", clock: clock, accepts: { _ in true }) { client in
      _ = try await client.version()
      try Data("second\n".utf8).write(to: URL(filePath: path))
      clock.advance(59)
      _ = try await client.version()
      clock.advance(2)
      _ = try await client.version()
    }
    #expect(sent == ["Bearer first", "Bearer first", "Bearer second"])
  }

  @Test func `a token file is read again when the server refuses the token`() async throws {
    let path = try fixture.write("token", "first")
    let isRotated = Shared(false)
    let accepts = { @Sendable (header: String?) in header != "Bearer first" || !isRotated.withLock { $0 } }
    let sent = try await headers(user: "tokenFile: token", accepts: accepts) { client in
      _ = try await client.version()
      try Data("second".utf8).write(to: URL(filePath: path))
      isRotated.withLock { $0 = true }
      _ = try await client.version()
    }
    #expect(sent == ["Bearer first", "Bearer first", "Bearer second"])
    #expect(fixture.recordedWaits.isEmpty)
  }

  @Test func `a token file that vanishes while it is rotated leaves the last token in use`() async throws {
    let clock = StubClock()
    let path = try fixture.write("token", "first")
    let sent = try await headers(user: "tokenFile: token", clock: clock, accepts: { _ in true }) { client in
      _ = try await client.version()
      try FileManager.default.removeItem(atPath: path)
      clock.advance(100)
      _ = try await client.version()
    }
    #expect(sent == ["Bearer first", "Bearer first"])
  }

  @Test func `an inline token serves where the token file is not there`() async throws {
    #expect(try await headers(user: "tokenFile: missing\ntoken: inline") == ["Bearer inline"])
    try fixture.write("there", "from-file")
    #expect(try await headers(user: "tokenFile: there\ntoken: inline") == ["Bearer from-file"])
  }

  @Test func `a token that stays refused ends with who asked and what to do`() async throws {
    for user in ["token: s3cret-token", "tokenFile: token", "username: alice\npassword: s3cret-token"] {
      try fixture.write("token", "s3cret-token")
      let error = await fixture.failure { _ = try await headers(user: user, accepts: { _ in false }) }
      #expect(error?.code == .unauthorized)
      #expect(error?.failure == .notPermitted)
      #expect(error?.message.hasSuffix("does not accept the credentials of user 'test'") == true)
      #expect(error?.hint != nil)
      #expect(error?.shown.contains("s3cret") == false)
    }
  }

  @Test(arguments: ["s3cret\\nInjected: header", "s3cret\\u0000", " \\n "])
  func `a token with a line break is refused and not shown`(_ token: String) async {
    let error = await fixture.failure { _ = try await headers(user: "token: \"\(token)\"") }
    #expect(error?.code == .kubeconfig)
    #expect(error?.message.hasPrefix("token of user 'test'") == true)
    #expect(error?.shown.contains("s3cret") == false)
  }

  @Test func `an empty token file is told by its path`() async throws {
    let path = try fixture.write("token", "\n")
    let error = await fixture.failure { _ = try await headers(user: "tokenFile: token") }
    #expect(error?.message.contains(path) == true)
  }

  @Test func `a connection shows no secret when it is printed`() throws {
    let users = ["token: s3cret", "username: a\npassword: s3cret", "tokenFile: missing\ntoken: s3cret"]
    for user in users {
      let cluster = "proxy-url: http://alice:s3cret@proxy:3128"
      let path = try fixture.kubeconfig(server: "https://c:1", cluster: cluster, user: user)
      let connection = try ClusterConnection.resolve(kubeconfigPath: path, environment: fixture.environment())
      var dumped = ""
      dump(connection, to: &dumped)
      #expect(!"\(dumped) \(connection) \(String(reflecting: connection))".contains("s3cret"))
    }
  }

  @Test func `nothing that is logged holds a secret`() async throws {
    let user = try fixture.plugin("echo '\(execCredential(#""token":"s3cret-token""#))'")
    let log = RecordedLog()
    let count = Shared(0)
    try await StubAPIServer.with(handler: { _ in
      let number = count.withLock { count in
        count += 1
        return count
      }
      switch number {
      case 1: return .status(429, reason: "TooManyRequests")
      case 2: return StubAPIServer.Response(delivery: .dropped)
      case 3: return .status(401, reason: "Unauthorized")
      default: return .json(versionJSON)
      }
    }) { server in
      let connection = try fixture.connection(to: server, cluster: "insecure-skip-tls-verify: true", user: user)
      try await ClusterClient.withClient(
        connection, options: fixture.options(), logger: log.logger,
        listMetadata: { _ in ClusterClient.ListMetadata(resourceVersion: nil, continueToken: nil) }
      ) { _ = try await $0.version() }
    }
    #expect(log.lines.contains { $0.contains("insecure-skip-tls-verify") })
    #expect(log.lines.count == 3)
    #expect(!log.lines.joined().contains("s3cret"))
  }
}
