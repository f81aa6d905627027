import ClusterReader
import Foundation
import KubeModel
import StubServer
import Testing

/// What a credential plugin is told, what its answers mean and when it runs again.
@Suite struct ExecPluginTests {
  let fixture: ClientFixture

  init() throws { fixture = try ClientFixture() }

  /// The Authorization headers of the requests that `body` sends.
  @discardableResult
  private func headers(
    user: String, cluster: String = "", variables: [String: String] = [:], clock: StubClock = StubClock(),
    refused: Set<String> = [], _ body: (ClusterClient) async throws -> Void = { _ = try await $0.version() }
  ) async throws -> [String?] {
    try await StubAPIServer.with(handler: { request in
      refused.contains(request.header("authorization") ?? "")
        ? .status(401, reason: "Unauthorized") : .json(versionJSON)
    }) { server in
      let connection = try fixture.connection(to: server, cluster: cluster, user: user, variables: variables)
      try await fixture.withClient(connection, options: fixture.options(now: { clock.now }), body)
      return server.requests.map { $0.header("authorization") }
    }
  }

  /// The plugin's KUBERNETES_EXEC_INFO, as it found it.
  private func execInfo() throws -> [String: Any] {
    let text = try #require(fixture.text("info"))
    return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  /// A script that prints a token with the number of the run, and counts its runs.
  private static let counting = """
    echo run >> "$dir/runs"
    number=$(wc -l < "$dir/runs" | tr -d ' ')
    """

  private static func counted(_ more: String = "") -> String {
    counting + "\ncat <<END\n" + execCredential(#""token":"token-$number"\#(more)"#) + "\nEND"
  }

  @Test func `the plugin's token is sent`() async throws {
    let user = try fixture.plugin("echo '\(execCredential(#""token":"abc""#))'")
    #expect(try await headers(user: user) == ["Bearer abc"])
  }

  @Test func `the plugin gets its arguments, the environment and its own variables`() async throws {
    let user = try fixture.plugin(
      #"printf '%s|' "$#" "$1" "$2" "$KEPT" "$CHANGED" "$ADDED" > "$dir/seen"; echo '\#(execCredential(#""token":"a""#))'"#,
      fields: "env:\n- {name: CHANGED, value: from-plugin}\n- {name: ADDED, value: 'a b=c'}",
      arguments: ["one two", "$HOME"])
    try await headers(user: user, variables: ["KEPT": "kept", "CHANGED": "from-outside"])
    #expect(fixture.text("seen") == "2|one two|$HOME|kept|from-plugin|a b=c|")
  }

  @Test(arguments: ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"])
  func `the plugin is told the version, and nothing of the cluster unless it asks`(_ version: String) async throws {
    let script = "printf '%s' \"$KUBERNETES_EXEC_INFO\" > \"$dir/info\"; echo '\(execCredential(#""token":"a""#, apiVersion: version))'"
    let user = try fixture.plugin(script).replacing("client.authentication.k8s.io/v1", with: version)
    try await headers(user: user)
    let info = try execInfo()
    #expect(info["apiVersion"] as? String == version)
    #expect(info["kind"] as? String == "ExecCredential")
    let spec = try #require(info["spec"] as? [String: Any])
    #expect(spec["interactive"] as? Bool == false)
    #expect(spec["cluster"] == nil)
  }

  @Test func `provideClusterInfo tells the plugin of the cluster`() async throws {
    try fixture.write("ca.crt", "authority")
    let user = try fixture.plugin(
      "printf '%s' \"$KUBERNETES_EXEC_INFO\" > \"$dir/info\"; echo '\(execCredential(#""token":"a""#))'",
      fields: "provideClusterInfo: true")
    let cluster = """
      certificate-authority: ca.crt
      tls-server-name: inner.test
      extensions:
      - {name: other, extension: {a: 1}}
      - {name: client.authentication.k8s.io/exec, extension: {audience: "1234", list: [true, null, 2]}}
      """
    try await headers(user: user, cluster: cluster)
    let told = try #require((try execInfo()["spec"] as? [String: Any])?["cluster"] as? [String: Any])
    #expect((told["server"] as? String)?.hasPrefix("https://127.0.0.1:") == true)
    #expect(told["certificate-authority-data"] as? String == Data("authority".utf8).base64EncodedString())
    #expect(told["tls-server-name"] as? String == "inner.test")
    #expect(told["insecure-skip-tls-verify"] == nil)
    let config = try #require(told["config"] as? [String: Any])
    #expect(config["audience"] as? String == "1234")
    #expect((config["list"] as? [Any])?.count == 3)
  }

  /// Also where the time has a fraction or a zone.
  @Test(arguments: ["1970-01-01T00:10:00Z", "1970-01-01T00:10:00.123456789Z", "1970-01-01T01:10:00+01:00"])
  func `one answer serves until it expires`(_ time: String) async throws {
    let clock = StubClock(0)
    let user = try fixture.plugin(Self.counted(#","expirationTimestamp":"\#(time)""#))
    let sent = try await headers(user: user, clock: clock) { client in
      _ = try await client.version()
      clock.advance(599)
      _ = try await client.version()
      clock.advance(2)
      _ = try await client.version()
    }
    #expect(sent == ["Bearer token-1", "Bearer token-1", "Bearer token-2"])
  }

  @Test func `a refused answer runs the plugin once more, and only once`() async throws {
    let user = try fixture.plugin(Self.counted())
    #expect(try await headers(user: user, refused: ["Bearer token-1"]) == ["Bearer token-1", "Bearer token-2"])
    let error = await fixture.failure {
      try await headers(user: user, refused: ["Bearer token-3", "Bearer token-4"])
    }
    #expect(error?.code == .unauthorized)
    #expect(fixture.text("runs") == "run\nrun\nrun\nrun\n")
  }

  @Test func `requests side by side share one run`() async throws {
    let user = try fixture.plugin("sleep 0.3\n" + Self.counted())
    let sent = try await headers(user: user) { client in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<8 { group.addTask { _ = try await client.version() } }
        try await group.waitForAll()
      }
    }
    #expect(sent.count == 8)
    #expect(fixture.text("runs") == "run\n")
  }

  @Test func `a kubeconfig's own token beats its plugin, as in kubectl`() async throws {
    let user = try fixture.plugin(Self.counted()) + "\ntoken: own"
    #expect(try await headers(user: user) == ["Bearer own"])
    #expect(fixture.text("runs") == nil)
  }

  @Test func `a command with a slash starts at the kubeconfig`() async throws {
    let script = try fixture.write("plugin.sh", "echo '\(execCredential(#""token":"abc""#))'\n")
    let bin = fixture.directory.appending(path: "bin")
    try FileManager.default.createDirectory(at: bin, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      at: bin.appending(path: "plugin"), withDestinationURL: URL(filePath: "/bin/sh"))
    let user = """
      exec: {apiVersion: client.authentication.k8s.io/v1, command: bin/plugin, args: ['\(script)']}
      """
    #expect(try await headers(user: user) == ["Bearer abc"])
  }

  @Test func `a command without a slash is looked up in PATH alone`() async throws {
    try fixture.write("plugin", "#!/bin/sh\n", isExecutable: true)
    let user = "exec: {apiVersion: client.authentication.k8s.io/v1, command: plugin}"
    let error = await fixture.failure { try await headers(user: user) }
    #expect(error?.message.hasSuffix("is not installed") == true)
  }

  @Test(.enabled(if: TestCertificates.areAvailable, "openssl is not installed"))
  func `a client certificate from the plugin is presented, and the next one after it expires`() async throws {
    let certificates = try #require(TestCertificates.shared)
    let clock = StubClock(0)
    let status = [
      "clientCertificateData": try certificates.text("alice.crt"), "clientKeyData": try certificates.text("alice.key"),
      "expirationTimestamp": "1970-01-01T00:10:00Z",
    ]
    let document: [String: Any] = [
      "apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": status,
    ]
    let answer = try fixture.write(
      "answer", String(decoding: try JSONSerialization.data(withJSONObject: document), as: UTF8.self))
    let user = try fixture.plugin(Self.counting + "\ncat '\(answer)'")
    try await StubAPIServer.with(tls: try certificates.server(isClientKnown: true)) { server in
      server.route("/version", .json(versionJSON))
      let cluster = "certificate-authority: \(certificates.path("ca.crt"))"
      let options = fixture.options(now: { clock.now })
      try await fixture.withClient(server: server.url, cluster: cluster, user: user, options: options) { client in
        _ = try await client.version()
        clock.advance(601)
        _ = try await client.version()
      }
      #expect(server.requests.count == 2)
    }
    #expect(fixture.text("runs") == "run\nrun\n")
  }
}
