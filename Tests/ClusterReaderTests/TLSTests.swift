import ClusterReader
import Foundation
import KubeModel
import NIOSSL
import StubServer
import Testing

/// Which servers are trusted, and which clients a server lets in.
@Suite(.enabled(if: TestCertificates.areAvailable, "openssl is not installed"))
struct TLSTests {
  let fixture: ClientFixture
  let certificates: TestCertificates

  init() throws {
    fixture = try ClientFixture()
    certificates = try #require(TestCertificates.shared)
  }

  /// Asks a TLS server for its version; returns the error, or nil where it answers.
  private func ask(
    server name: String = "server", isClientKnown: Bool = false, cluster: String, user: String = ""
  ) async throws -> ClusterReaderError? {
    try await StubAPIServer.with(tls: try certificates.server(name, isClientKnown: isClientKnown)) { server in
      server.route("/version", .json(versionJSON))
      let error = await fixture.failure {
        try await fixture.withClient(server: server.url, cluster: cluster, user: user) { client in
          let version = try await client.version()
          #expect(version.gitVersion == "v1.33.1")
        }
      }
      #expect(server.requests.count == (error == nil ? 1 : 0))
      return error
    }
  }

  private func authority(_ name: String = "ca") throws -> String {
    "certificate-authority-data: \(try certificates.base64("\(name).crt"))"
  }

  @Test func `an own authority is trusted by file and by inline data`() async throws {
    #expect(try await ask(cluster: "certificate-authority: \(certificates.path("ca.crt"))") == nil)
    #expect(try await ask(cluster: authority()) == nil)
  }

  @Test func `a server of another authority is refused, naming the authority`() async throws {
    for cluster in [try authority("other-ca"), "certificate-authority: \(certificates.path("other-ca.crt"))"] {
      let error = try #require(try await ask(cluster: cluster))
      #expect(error.code == .untrusted)
      #expect(error.failure == .unreachable)
      let field = cluster.prefix { $0 != ":" }
      #expect(error.message.contains("is not signed by \(field) of cluster 'test' in "))
      #expect(error.hint?.contains("certificate-authority") == true)
      #expect(error.causeText == "certificate verify failed")
      #expect(fixture.recordedWaits.isEmpty)
    }
  }

  @Test func `without an authority the system's are asked`() async throws {
    let error = try #require(try await ask(cluster: ""))
    #expect(error.code == .untrusted)
    #expect(error.message.hasSuffix("is not signed by the system's certificate authorities"))
  }

  @Test func `a certificate for another name is refused with the way out`() async throws {
    let error = try #require(try await ask(server: "named-server", cluster: authority()))
    #expect(error.code == .untrusted)
    #expect(error.message.hasSuffix("is for another name"))
    #expect(error.hint?.contains("tls-server-name") == true)
    #expect(error.causeText?.contains("NIO") != true)
  }

  @Test func `tls-server-name is expected in the certificate, and the address stays`() async throws {
    try await StubAPIServer.with(tls: try certificates.server("named-server")) { server in
      server.route("/version", .json(versionJSON))
      let cluster = try authority() + "\ntls-server-name: cluster.test"
      try await fixture.withClient(server: server.url, cluster: cluster) { _ = try await $0.version() }
      #expect(server.requests.map { $0.header("host") } == ["127.0.0.1:\(server.port)"])
    }
    let cluster = try authority() + "\ntls-server-name: other.test"
    let error = try await ask(server: "named-server", cluster: cluster)
    #expect(error?.message.hasSuffix("is for another name") == true)
  }

  @Test func `insecure-skip-tls-verify takes any certificate and leaves a note`() async throws {
    let cluster = "insecure-skip-tls-verify: true"
    #expect(try await ask(server: "named-server", cluster: cluster) == nil)
    let path = try fixture.kubeconfig(server: "https://c:1", cluster: cluster)
    let connection = try ClusterConnection.resolve(kubeconfigPath: path, environment: fixture.environment())
    #expect(connection.notes == [.unverifiedTLS])
    #expect(ClusterConnection.Note.unverifiedTLS.message.contains("insecure-skip-tls-verify"))
  }

  @Test func `a client certificate is presented from files and from inline data`() async throws {
    let files = """
      client-certificate: \(certificates.path("alice.crt"))
      client-key: \(certificates.path("alice.key"))
      """
    let inline = """
      client-certificate-data: \(try certificates.base64("alice.crt"))
      client-key-data: \(try certificates.base64("alice.key"))
      """
    for user in [files, inline] {
      #expect(try await ask(isClientKnown: true, cluster: authority(), user: user) == nil)
    }
  }

  @Test func `requests after each other share one connection, with its client certificate`() async throws {
    try await StubAPIServer.with(tls: try certificates.server(isClientKnown: true)) { server in
      server.route("/version", .json(versionJSON))
      let user = """
        client-certificate: \(certificates.path("alice.crt"))
        client-key: \(certificates.path("alice.key"))
        """
      try await fixture.withClient(server: server.url, cluster: authority(), user: user) { client in
        for _ in 0..<5 { _ = try await client.version() }
      }
      #expect(server.requests.count == 5)
      #expect(server.connections == 1)
    }
  }

  @Test func `a server that asks for a client certificate and gets none is told apart`() async throws {
    let error = try #require(try await ask(isClientKnown: true, cluster: authority()))
    #expect(error.code == .untrusted)
    #expect(error.hint?.contains("client certificate") == true)
    #expect(fixture.recordedWaits.isEmpty)
  }

  @Test func `a certificate with the key of another is told, naming neither's content`() async throws {
    let user = """
      client-certificate: \(certificates.path("alice.crt"))
      client-key: \(certificates.path("server.key"))
      """
    let error = try #require(try await ask(isClientKnown: true, cluster: authority(), user: user))
    #expect(error.code == .kubeconfig)
    #expect(error.message.contains("client-certificate of user 'test'"))
    #expect(!error.shown.contains("BEGIN"))
  }

  @Test func `what is no certificate or key is told by the place it came from`() async throws {
    let nonsense = Data("s3cret".utf8).base64EncodedString()
    let authorityError = try await ask(cluster: "certificate-authority-data: \(nonsense)")
    #expect(authorityError?.code == .kubeconfig)
    #expect(authorityError?.message.hasSuffix("holds no certificate") == true)
    let keyError = try await ask(
      cluster: authority(),
      user: "client-certificate: \(certificates.path("alice.crt"))\nclient-key-data: \(nonsense)")
    #expect(keyError?.code == .kubeconfig)
    #expect(keyError?.message.hasPrefix("client-key-data of user 'test'") == true)
    #expect(keyError?.shown.contains("s3cret") == false)
    #expect(keyError?.shown.contains(nonsense) == false)
  }

  @Test func `plain http where TLS is spoken, and TLS where plain http is spoken, end without a dump`() async throws {
    try await StubAPIServer.with(tls: try certificates.server()) { server in
      let error = await fixture.failure {
        try await fixture.withClient(server: "http://127.0.0.1:\(server.port)") { _ = try await $0.version() }
      }
      #expect(error?.failure == .unreachable)
      #expect(error?.causeText?.contains("NIO") != true)
    }
    try await StubAPIServer.with { server in
      let error = await fixture.failure {
        try await fixture.withClient(server: "https://127.0.0.1:\(server.port)") { _ = try await $0.version() }
      }
      #expect(error?.code == .untrusted)
      #expect(error?.message == "no TLS connection with https://127.0.0.1:\(server.port)")
      #expect(error?.causeText == "wrong version number")
    }
  }

  @Test func `credentials are not sent over plain http, and a note says so`() async throws {
    let users = [
      "token: s3cret", "username: alice\npassword: s3cret",
      "client-certificate: \(certificates.path("alice.crt"))\nclient-key: \(certificates.path("alice.key"))",
      "exec: {apiVersion: client.authentication.k8s.io/v1, command: /no/such/plugin, interactiveMode: Never}",
    ]
    try await StubAPIServer.with { server in
      server.route("/version", .json(versionJSON))
      for user in users {
        let path = try fixture.kubeconfig(server: server.url, user: user)
        let connection = try ClusterConnection.resolve(kubeconfigPath: path, environment: fixture.environment())
        #expect(connection.notes == [.credentialsWithheld])
        #expect(connection.clientCertificate == nil)
        try await fixture.withClient(connection) { _ = try await $0.version() }
      }
      #expect(server.requests.count == users.count)
      #expect(server.requests.allSatisfy { $0.header("authorization") == nil })
    }
  }
}
