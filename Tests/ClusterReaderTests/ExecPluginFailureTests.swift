import ClusterReader
import Foundation
import KubeModel
import StubServer
import Testing

/// Credential plugins that give no credential: the error names the plugin and shows none of its secrets.
@Suite struct ExecPluginFailureTests {
  let fixture: ClientFixture

  init() throws { fixture = try ClientFixture() }

  /// The error of a request with the user's plugin.
  private func failure(user: String, limit: Duration? = nil) async throws -> ClusterReaderError? {
    try await StubAPIServer.with(handler: { _ in .json(versionJSON) }) { server in
      var options = fixture.options()
      options.pluginTimeout = limit
      let error = await fixture.failure {
        try await fixture.withClient(try fixture.connection(to: server, user: user), options: options) {
          _ = try await $0.version()
        }
      }
      #expect(server.requests.isEmpty)
      return error
    }
  }

  private func failure(script: String, fields: String = "", limit: Duration? = nil) async throws -> ClusterReaderError? {
    try await failure(user: try fixture.plugin(script, fields: fields), limit: limit)
  }

  /// Whether the process is there and no mere entry of one that has ended (a zombie waits for its parent).
  private func isRunning(_ process: Int32) -> Bool {
    guard kill(process, 0) == 0 else { return false }
    let status = try? String(contentsOf: URL(filePath: "/proc/\(process)/stat"), encoding: .utf8)
    return status.map { !$0.contains(") Z ") } ?? false
  }

  @Test func `a plugin that ends with an error is told with its complaint as the cause`() async throws {
    let error = try await failure(script: "echo 'please log in\u{1b}[31m' >&2; echo s3cret-output; exit 3")
    #expect(error?.code == .credentialPlugin)
    #expect(error?.failure == .notPermitted)
    #expect(error?.message == "credential plugin '/bin/sh' of user 'test' in \(fixture.directory.path)/config ended with status 3")
    #expect(error?.causeText == #"please log in\u{1b}[31m"#)
    #expect(error?.hint != nil)
    #expect(error?.shown.contains("s3cret") == false)
  }

  @Test func `a plugin that complains of its own secrets has them hidden`() async throws {
    let jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.s3cret-signature"
    let error = try await failure(
      script: "echo \"the key $API_KEY is not known, token=\(jwt)\" >&2; exit 1",
      fields: "env: [{name: API_KEY, value: s3cret-key}]")
    #expect(error?.causeText?.hasPrefix("the key (hidden) is not known") == true)
    #expect(error?.shown.contains("s3cret") == false)
  }

  @Test func `a plugin that a signal ended is told in words`() async throws {
    let error = try await failure(script: "kill -9 $$")
    #expect(error?.message.hasSuffix("ended with signal 9") == true)
  }

  @Test(arguments: [
    ("s3cret", "printed no ExecCredential"), ("", "printed no ExecCredential"), ("[]", "printed no ExecCredential"),
    (#"{"token":"s3cret"}"#, "something other than an ExecCredential"),
    (execCredential(#""token":"s3cret""#, apiVersion: "client.authentication.k8s.io/v1beta1"), "something other than"),
    (execCredential(#""token":"s3cret""#, kind: "Secret"), "something other than an ExecCredential"),
    (#"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential"}"#, "without a status"),
    (execCredential(""), "neither a token nor a certificate"),
    (execCredential(#""token":"""#), "neither a token nor a certificate"),
    (execCredential(#""clientKeyData":"s3cret""#), "a key without its certificate"),
    (execCredential(#""clientCertificateData":"s3cret""#), "a certificate without its key"),
    (execCredential(#""token":"s3cret","expirationTimestamp":"tomorrow""#), "no RFC 3339 time"),
    (execCredential(#""token":"s3cret\nInjected: header""#), "line break"),
  ])
  func `an answer that cannot be used is told and not shown`(_ output: String, _ part: String) async throws {
    try fixture.write("answer", output)
    let error = try await failure(script: "cat \"$dir/answer\"")
    #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
    #expect(error?.message.contains("'/bin/sh'") == true)
    #expect(error?.hint != nil)
    #expect(error?.shown.contains("s3cret") == false)
  }

  @Test func `a certificate that is none is told by the plugin it came from`() async throws {
    try await StubAPIServer.with { server in
      let answer = execCredential(#""clientCertificateData":"s3cret","clientKeyData":"s3cret""#)
      let user = try fixture.plugin("echo '\(answer)'")
      let error = await fixture.failure {
        try await fixture.withClient(server: "https://127.0.0.1:\(server.port)", user: user) { _ = try await $0.version() }
      }
      #expect(error?.message == "certificate from credential plugin '/bin/sh' holds no certificate")
      #expect(error?.shown.contains("s3cret") == false)
    }
  }

  @Test func `a plugin that prints without end is told so`() async throws {
    let error = try await failure(script: "yes s3cret")
    #expect(error?.code == .credentialPlugin)
    #expect(error?.message.hasSuffix("printed more than 1 MiB") == true)
    #expect(error?.shown.contains("s3cret") == false)
  }

  @Test func `a plugin that hangs is ended with all that it started`() async throws {
    let start = ContinuousClock.now
    let error = try await failure(script: "echo $$ >> \"$dir/processes\"; sleep 900 & echo $! >> \"$dir/processes\"; wait", limit: .seconds(4))
    #expect(error?.code == .credentialPlugin)
    #expect(error?.message.hasSuffix("did not end within 4 s") == true)
    #expect(error?.hint?.contains("by hand") == true)
    #expect(ContinuousClock.now - start < .seconds(600))
    let processes = try #require(fixture.text("processes")).split(separator: "\n").compactMap { Int32($0) }
    #expect(processes.count == 2)
    for process in processes {
      for _ in 0..<200 where isRunning(process) { try await Task.sleep(for: .milliseconds(50)) }
      #expect(!isRunning(process))
    }
  }

  @Test func `a plugin that is not installed shows its own hint`() async throws {
    let exec = "exec: {apiVersion: client.authentication.k8s.io/v1, command: no-such-plugin"
    let plain = try await failure(user: "\(exec)}")
    #expect(plain?.code == .credentialPlugin)
    #expect(plain?.message.hasPrefix("credential plugin 'no-such-plugin' of user 'test'") == true)
    #expect(plain?.message.hasSuffix("is not installed") == true)
    #expect(plain?.hint?.hasPrefix("install it, or correct exec of user 'test'") == true)
    let hinted = try await failure(user: "\(exec), installHint: \"get it at\\nexample.com\\u001b[0m\"}")
    #expect(hinted?.hint == #"get it at\u{a}example.com\u{1b}[0m"#)
    for path in ["./bin/no-such-plugin", "/no/such/plugin"] {
      let error = try await failure(user: exec.replacing("no-such-plugin", with: path) + "}")
      #expect(error?.message.hasSuffix("is not installed") == true, "\(error?.message ?? "")")
    }
  }

  @Test func `a plugin that may not be executed is told so`() async throws {
    let path = try fixture.write("plugin", "#!/bin/sh\n")
    let error = try await failure(user: "exec: {apiVersion: client.authentication.k8s.io/v1, command: '\(path)'}")
    #expect(error?.code == .credentialPlugin)
    #expect(error?.message.hasSuffix("may not be executed") == true)
    #expect(error?.hint?.contains("chmod") == true)
  }

  @Test func `a plugin that must ask its user is refused without a terminal`() async throws {
    let error = try await failure(script: "echo run >> \"$dir/runs\"", fields: "interactiveMode: Always")
    #expect(error?.code == .credentialPlugin)
    #expect(error?.message.hasSuffix("wants to ask its user, and there is no terminal") == true)
    #expect(fixture.text("runs") == nil)
  }

  @Test(arguments: [
    ("apiVersion: client.authentication.k8s.io/v1alpha1\ncommand: x", "apiVersion"), ("command: x", "apiVersion"),
    ("apiVersion: client.authentication.k8s.io/v1", "names no command"),
    ("apiVersion: client.authentication.k8s.io/v1\ncommand: x\nargs: [12]", "args"),
    ("apiVersion: client.authentication.k8s.io/v1\ncommand: x\nargs: s3cret", "args"),
    ("apiVersion: client.authentication.k8s.io/v1\ncommand: x\nenv: s3cret", "env"),
    ("apiVersion: client.authentication.k8s.io/v1\ncommand: x\nenv: [{name: A, value: 12}]", "env"),
    ("apiVersion: client.authentication.k8s.io/v1\ncommand: x\nenv: [{name: 'A=B', value: s3cret}]", "env"),
    ("apiVersion: client.authentication.k8s.io/v1\ncommand: x\ninteractiveMode: Sometimes", "interactiveMode"),
    ("apiVersion: client.authentication.k8s.io/v1\ncommand: x\ninteractiveMode: 1", "interactiveMode"),
    ("apiVersion: client.authentication.k8s.io/v1\ncommand: x\nprovideClusterInfo: 'true'", "provideClusterInfo"),
  ])
  func `an entry that cannot be used is told by its field`(_ fields: String, _ part: String) async throws {
    let lines = fields.split(separator: "\n").map { "\n  \($0)" }.joined()
    let error = try await failure(user: "exec:\(lines)")
    #expect(error?.failure == .badConfiguration)
    #expect(error?.message.contains(part) == true)
    #expect(error?.message.contains("user 'test' in") == true)
    #expect(error?.shown.contains("s3cret") == false)
  }
}
