import ClusterReader
import Foundation
import KubeModel
import StubServer
import Testing

/// The way to a server through a proxy.
@Suite struct ProxyTests {
  let fixture: ClientFixture

  init() throws { fixture = try ClientFixture() }

  private static let login = Data("alice:s3cret@1".utf8).base64EncodedString()

  private func failure(proxy: String, server: String = "https://api.test:6443") async -> ClusterReaderError? {
    await fixture.failure {
      try await fixture.withClient(server: server, cluster: "proxy-url: '\(proxy)'") { _ = try await $0.version() }
    }
  }

  @Test(.enabled(if: TestCertificates.areAvailable, "openssl is not installed"))
  func `a server is reached through the proxy, and TLS ends at the server`() async throws {
    let certificates = try #require(TestCertificates.shared)
    try await StubAPIServer.with(tls: try certificates.server("named-server")) { server in
      server.route("/version", .json(versionJSON))
      try await StubProxy.with(to: server.port) { proxy in
        let cluster = """
          certificate-authority: \(certificates.path("ca.crt"))
          proxy-url: http://127.0.0.1:\(proxy.port)
          """
        let user = "token: s3cret-token"
        try await fixture.withClient(server: "https://cluster.test:6443", cluster: cluster, user: user) {
          _ = try await $0.version()
        }
        #expect(proxy.heads.count == 1)
        #expect(proxy.heads.first?.hasPrefix("CONNECT cluster.test:6443 HTTP/1.1\r\n") == true)
        #expect(proxy.heads.first?.contains("s3cret") == false)
        #expect(proxy.heads.first?.lowercased().contains("proxy-authorization") == false)
        #expect(server.requests.map { $0.header("authorization") } == ["Bearer s3cret-token"])
        #expect(server.requests.map { $0.header("host") } == ["cluster.test:6443"])
      }
    }
  }

  @Test(.enabled(if: TestCertificates.areAvailable, "openssl is not installed"))
  func `tls-server-name is for the certificate, and the proxy is asked for the address`() async throws {
    let certificates = try #require(TestCertificates.shared)
    try await StubAPIServer.with(tls: try certificates.server("named-server")) { server in
      server.route("/version", .json(versionJSON))
      try await StubProxy.with(to: server.port) { proxy in
        let cluster = """
          certificate-authority: \(certificates.path("ca.crt"))
          tls-server-name: cluster.test
          proxy-url: http://127.0.0.1:\(proxy.port)
          """
        for host in ["10.11.12.13", "outer.test"] {
          try await fixture.withClient(server: "https://\(host):6443", cluster: cluster) { _ = try await $0.version() }
          #expect(proxy.heads.last?.hasPrefix("CONNECT \(host):6443 HTTP/1.1\r\n") == true)
        }
      }
    }
  }

  @Test func `a login in the address goes to the proxy alone`() async throws {
    try await StubProxy.with(answer: "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n") { proxy in
      let error = await failure(proxy: "http://alice:s3cret%401@127.0.0.1:\(proxy.port)")
      let head = try #require(proxy.heads.first)
      #expect(head.lowercased().contains("\r\nproxy-authorization: basic \(Self.login.lowercased())\r\n"))
      #expect(head.contains(Self.login))
      #expect(error?.code == .unreachable)
      #expect(error?.message.contains("the proxy on the way to https://api.test:6443 refuses") == true)
      #expect(error?.hint?.contains("login") == true)
      #expect(error?.shown.contains("s3cret") == false)
      #expect(error?.shown.contains(Self.login) == false)
      #expect(proxy.heads.count == 1)
    }
  }

  @Test func `a proxy that says no is told as the proxy`() async throws {
    try await StubProxy.with(answer: "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n") { proxy in
      let error = await failure(proxy: "http://127.0.0.1:\(proxy.port)")
      #expect(error?.code == .unreachable)
      #expect(error?.message.contains("the proxy") == true)
      #expect(error?.causeText?.contains("HTTPClientError") == false)
      #expect(fixture.recordedWaits.isEmpty)
    }
  }

  @Test func `nobody at the proxy is told as the proxy, without its login`() async throws {
    let port = try await StubProxy.with { $0.port }
    let error = await failure(proxy: "http://alice:s3cret@127.0.0.1:\(port)")
    #expect(error?.code == .unreachable)
    #expect(error?.message == "nobody answers at the proxy 127.0.0.1:\(port) on the way to https://api.test:6443")
    #expect(error?.hint?.contains("proxy-url") == true)
    #expect(error?.causeText == "Connection refused")
    #expect(error?.shown.contains("s3cret") == false)
  }

  @Test func `a plain server is reached through a tunnel too`() async throws {
    try await StubAPIServer.with { server in
      server.route("/version", .json(versionJSON))
      try await StubProxy.with(to: server.port) { proxy in
        let cluster = "proxy-url: http://alice:s3cret%401@127.0.0.1:\(proxy.port)"
        try await fixture.withClient(server: "http://api.test:8080", cluster: cluster) { _ = try await $0.version() }
        #expect(proxy.heads.first?.hasPrefix("CONNECT api.test:8080 HTTP/1.1\r\n") == true)
        #expect(proxy.heads.first?.contains("Basic \(Self.login)") == true)
        #expect(server.requests.map { $0.header("proxy-authorization") } == [nil])
      }
    }
  }

  @Test(arguments: [
    ("http://proxy", "proxy:80", ProxyAddress.Kind.http), ("proxy:3128", "proxy:3128", .http),
    ("http://[fd00::1]:3128/", "[fd00::1]:3128", .http), ("socks5://proxy", "proxy:1080", .socks5),
    ("socks5h://proxy:9050", "proxy:9050", .socks5), ("SOCKS5://[::1]:9050", "[::1]:9050", .socks5),
  ])
  func `a proxy's address is read`(_ text: String, _ authority: String, _ kind: ProxyAddress.Kind) throws {
    let path = try fixture.kubeconfig(server: "https://c:1", cluster: "proxy-url: '\(text)'")
    let connection = try ClusterConnection.resolve(kubeconfigPath: path, environment: fixture.environment())
    let proxy = try #require(connection.proxy)
    let host = proxy.host.contains(":") ? "[\(proxy.host)]" : proxy.host
    #expect("\(host):\(proxy.port)" == authority)
    #expect(proxy.kind == kind)
    #expect(proxy.login == nil)
  }

  @Test(arguments: [
    "https://alice:s3cret@proxy:3128", "socks5://alice:s3cret@proxy", "ftp://proxy", "alice:s3cret://proxy",
    "http://alice:s3cret@", "http://alice:s3cret@proxy:0", "http://alice:s3/s3cret@proxy", "http://alice:s3cret?@proxy",
    "http://proxy/s3cret", "http://al ice:s3cret@proxy",
  ])
  func `an address that cannot be used is told by its field and not shown`(_ text: String) async {
    let error = await failure(proxy: text)
    #expect(error?.failure == .badConfiguration)
    #expect(error?.message.hasPrefix("proxy-url of cluster 'test' in \(fixture.directory.path)/config") == true)
    #expect(error?.hint != nil)
    #expect(error?.shown.contains("s3cret") == false)
  }
}
