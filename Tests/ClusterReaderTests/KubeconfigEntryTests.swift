import ClusterReader
import Foundation
import KubeModel
import StubServer
import Testing

/// What the entries of one kubeconfig mean, and how broken ones are told.
@Suite struct KubeconfigEntryTests {
  let fixture: ClientFixture

  init() throws { fixture = try ClientFixture() }

  private func connection(cluster: String = "", user: String = "") throws -> ClusterConnection {
    let path = try fixture.kubeconfig(server: "https://c:1", cluster: cluster, user: user)
    return try ClusterConnection.resolve(kubeconfigPath: path, environment: fixture.environment())
  }

  private func failure(cluster: String = "", user: String = "") async -> ClusterReaderError? {
    await fixture.failure { _ = try connection(cluster: cluster, user: user) }
  }

  private func failure(text: String) async throws -> ClusterReaderError? {
    let path = try fixture.write("broken", text)
    let environment = fixture.environment()
    return await fixture.failure { _ = try ClusterConnection.resolve(kubeconfigPath: path, environment: environment) }
  }

  private var config: String { "\(fixture.directory.path)/config" }

  @Test func `inline data beats the file, which need not be there`() throws {
    let data = Data("inline".utf8).base64EncodedString()
    let connection = try connection(
      cluster: "certificate-authority: missing.crt\ncertificate-authority-data: \(data)",
      user: """
        client-certificate: missing.crt
        client-certificate-data: \(data)
        client-key: missing.key
        client-key-data: \(data)
        """)
    let inline = Array("inline".utf8)
    #expect(connection.certificateAuthority?.bytes == inline)
    #expect(connection.clientCertificate?.certificate.bytes == inline)
    #expect(connection.clientCertificate?.key.bytes == inline)
  }

  @Test(arguments: ["certificate-authority", "client-certificate", "client-key", "tokenFile"])
  func `a missing file is told with the field, the entry, the path and what to do`(_ field: String) async throws {
    try fixture.write("there", "something")
    let isCluster = field == "certificate-authority"
    let partner = ["client-certificate": "client-key", "client-key": "client-certificate"][field]
    let lines = "\(field): sub/missing" + (partner.map { "\n\($0): there" } ?? "")
    let error = await failure(cluster: isCluster ? lines : "", user: isCluster ? "" : lines)
    let origin = "\(field) of \(isCluster ? "cluster" : "user") 'test' in \(config)"
    #expect(error?.code == .kubeconfig)
    #expect(error?.message == "\(origin) is not there: \(fixture.directory.path)/sub/missing")
    #expect(error?.hint == "put the file there, or correct \(origin)")
    #expect(error?.cause == nil)
  }

  @Test func `data that is no base64 is not quoted`() async {
    let error = await failure(user: "client-certificate-data: 's3cret?'\nclient-key-data: 's3cret?'")
    #expect(error?.message == "client-certificate-data of user 'test' in \(config) is not base64")
    #expect(error?.shown.contains("s3cret") == false)
  }

  @Test func `a certificate without its key, and a key without its certificate, are refused`() async {
    let data = Data("inline".utf8).base64EncodedString()
    let first = await failure(user: "client-certificate-data: \(data)")
    #expect(first?.message == "user 'test' in \(config) has a client-certificate without its client-key")
    let second = await failure(user: "client-key-data: \(data)")
    #expect(second?.message == "user 'test' in \(config) has a client-key without its client-certificate")
  }

  @Test(arguments: ["token: s3cret-token", "tokenFile: there"])
  func `a token and a username together are refused, as kubectl refuses them`(_ token: String) async throws {
    try fixture.write("there", "s3cret-token")
    let error = await failure(user: "\(token)\nusername: alice\npassword: s3cret-password")
    #expect(error?.code == .kubeconfig)
    #expect(error?.message == "user 'test' in \(config) has both a token and a username")
    #expect(error?.shown.contains("s3cret") == false)
  }

  @Test func `auth-provider is refused with what to use instead`() async {
    let error = await failure(user: "auth-provider: {name: gcp, config: {access-token: s3cret}}")
    #expect(error?.code == .unsupported)
    #expect(error?.hint?.contains("exec") == true)
    #expect(error?.shown.contains("s3cret") == false)
  }

  @Test func `broken YAML is told by its line and not quoted`() async throws {
    let error = try await failure(text: "apiVersion: v1\nusers:\n- name: a\n  user: {token: s3cret\nclusters: [\n")
    #expect(error?.code == .kubeconfig)
    #expect(error?.message.contains("\(fixture.directory.path)/broken") == true)
    #expect(error?.message.range(of: "line [4-6]$", options: .regularExpression) != nil)
    #expect(error?.hint != nil)
    #expect(error?.shown.contains("s3cret") == false)
  }

  @Test(arguments: [
    ("- s3cret", "it is not a mapping"), ("s3cret", "it is not a mapping"), ("kind: Pod", "its kind is 'Pod'"),
    ("a: 1\n---\nb: 2", "holds 2 documents"), ("clusters: s3cret", "'clusters' in"), ("users: {a: s3cret}", "'users' in"),
    ("contexts:\n- s3cret", "a context in"), ("users:\n- {name: 12, user: {token: s3cret}}", "a user in"),
    ("users:\n- {name: a, user: s3cret}", "user 'a' in"), ("current-context: 12", "current-context"),
  ])
  func `what has the wrong shape is told without its content`(_ text: String, _ part: String) async throws {
    let error = try await failure(text: text)
    #expect(error?.code == .kubeconfig)
    #expect(error?.message.contains(part) == true)
    #expect(error?.message.contains("\(fixture.directory.path)/broken") == true)
    #expect(error?.shown.contains("s3cret") == false)
  }

  @Test(arguments: [
    ("token: 123456", "token"), ("tokenFile: [a]", "tokenFile"), ("username: {a: b}", "username"),
    ("username: a\npassword: 123456", "password"), ("client-key: true", "client-key"), ("as: 12", "as"),
    ("as: a\nas-groups: system:masters", "as-groups"), ("as: a\nas-groups: [12]", "as-groups"),
    ("as: a\nas-user-extra: {scopes: all}", "as-user-extra"), ("as: a\nas-user-extra: all", "as-user-extra"),
    ("exec: s3cret", "exec"),
  ])
  func `a field of a user with the wrong type is named, not passed over`(_ fields: String, _ name: String) async {
    let error = await failure(user: fields)
    #expect(error?.code == .kubeconfig)
    #expect(error?.message.hasPrefix("\(name) of user 'test'") == true)
    #expect(error?.shown.contains("123456") == false)
    #expect(error?.shown.contains("s3cret") == false)
  }

  @Test(arguments: [
    ("insecure-skip-tls-verify: \"true\"", "insecure-skip-tls-verify"), ("disable-compression: 1", "disable-compression"),
    ("tls-server-name: 10", "tls-server-name"), ("proxy-url: 3128", "proxy-url"),
  ])
  func `a field of a cluster with the wrong type is named`(_ fields: String, _ name: String) async {
    let error = await failure(cluster: fields)
    #expect(error?.code == .kubeconfig)
    #expect(error?.message.hasPrefix("\(name) of cluster 'test'") == true)
  }

  @Test func `an authority and insecure-skip-tls-verify together are refused, as kubectl refuses them`() async {
    let data = Data("inline".utf8).base64EncodedString()
    let error = await failure(cluster: "insecure-skip-tls-verify: true\ncertificate-authority-data: \(data)")
    #expect(error?.code == .kubeconfig)
    #expect(error?.hint == "remove insecure-skip-tls-verify")
  }

  @Test(arguments: ["", "ftp://c", "https://", "https://c:0", "https://alice:s3cret@c", "https://c?token=s3cret"])
  func `a server that is no address is told without its text`(_ server: String) async throws {
    let path = try fixture.kubeconfig(server: server)
    let environment = fixture.environment()
    let error = await fixture.failure {
      _ = try ClusterConnection.resolve(kubeconfigPath: path, environment: environment)
    }
    #expect(error?.message == "cluster 'test' in \(config) has no server address that can be used")
    #expect(error?.shown.contains("s3cret") == false)
  }

  @Test func `a user or cluster that is not there is told with the context that names it`() async throws {
    let error = try await failure(
      text: """
        current-context: a
        clusters: [{name: here, cluster: {server: "https://c"}}]
        users: [{name: alice, user: {}}]
        contexts: [{name: a, context: {cluster: here, user: alise}}]
        """)
    #expect(error?.message.contains("context 'a' in") == true)
    #expect(error?.message.contains("'alise'") == true)
    #expect(error?.hint == "did you mean 'alice'?")
  }

  @Test func `impersonation goes out as headers`() async throws {
    try await StubAPIServer.with { server in
      server.route("/version", .json(versionJSON))
      let user = "as: bob\nas-uid: u-1\nas-groups: [one, two]\nas-user-extra: {\"example.com/team\": [red, blue]}"
      try await fixture.withClient(server: server.url, user: user) { _ = try await $0.version() }
      let request = try #require(server.requests.first)
      #expect(request.header("impersonate-user") == "bob")
      #expect(request.header("impersonate-uid") == "u-1")
      #expect(request.headers("impersonate-group") == ["one", "two"])
      #expect(request.headers("impersonate-extra-example.com%2Fteam") == ["red", "blue"])
    }
  }
}
