import ClusterReader
import Foundation
import KubeModel
import StubServer
import Testing

/// The service account of the pod that Ambit runs in.
@Suite struct InClusterTests {
  let fixture: ClientFixture

  init() throws { fixture = try ClientFixture() }

  private var mount: String { fixture.directory.appending(path: "serviceaccount").path }

  private func writeMount(token: String? = "pod-token", authority: String? = "PEM", namespace: String? = "audit") throws {
    let files = ["token": token, "ca.crt": authority, "namespace": namespace]
    for (name, text) in files { if let text { try fixture.write("serviceaccount/\(name)", text) } }
  }

  private func resolve(
    host: String? = "10.0.0.1", port: String? = "443", context: String? = nil, _ more: [String: String] = [:]
  ) throws -> ClusterConnection {
    var variables = more
    variables["KUBERNETES_SERVICE_HOST"] = host
    variables["KUBERNETES_SERVICE_PORT"] = port
    return try ClusterConnection.resolve(context: context, environment: fixture.environment(variables))
  }

  @Test func `without a kubeconfig the pod's service account is used, with a note`() throws {
    try writeMount(namespace: "audit\n")
    let connection = try resolve()
    #expect(connection.server.url == "https://10.0.0.1:443")
    #expect(connection.namespace == "audit")
    #expect(connection.certificateAuthority?.bytes == Array("PEM".utf8))
    #expect(connection.contextName == nil)
    #expect(connection.isVerified)
    #expect(connection.notes == [.inCluster])
  }

  @Test(arguments: ["fd00::1", "[fd00::1]"])
  func `an IPv6 host is put in brackets`(_ host: String) throws {
    try writeMount()
    let connection = try resolve(host: host, port: "6443")
    #expect(connection.server.url == "https://[fd00::1]:6443")
    #expect(connection.server.host == "fd00::1")
  }

  @Test func `a kubeconfig beats the service account`() throws {
    try writeMount()
    let path = try fixture.kubeconfig(server: "https://c:1")
    #expect(try resolve(["KUBECONFIG": path]).server.host == "c")
  }

  @Test(arguments: ["token", "ca.crt"])
  func `a file that is not mounted is told with how to mount it`(_ file: String) async throws {
    try writeMount()
    try FileManager.default.removeItem(atPath: "\(mount)/\(file)")
    let error = await fixture.failure { _ = try resolve() }
    #expect(error?.code == .kubeconfig)
    #expect(error?.message.hasSuffix("of the service account is not there: \(mount)/\(file)") == true)
    #expect(error?.hint?.contains("automountServiceAccountToken") == true)
  }

  @Test func `a missing namespace file leaves the namespace open`() throws {
    try writeMount(namespace: nil)
    #expect(try resolve().namespace == nil)
    try writeMount(namespace: "")
    #expect(try resolve().namespace == nil)
  }

  @Test(arguments: ["", "tcp://10.0.0.1:443", "0", "70000"])
  func `a port that is none is told`(_ port: String) async throws {
    try writeMount()
    let error = await fixture.failure { _ = try resolve(port: port) }
    #expect(error?.code == .kubeconfig)
    #expect(error?.hint?.contains("--kubeconfig") == true)
  }

  @Test func `no kubeconfig and no pod is told with the ways out`() async {
    let error = await fixture.failure { _ = try resolve(host: nil, port: nil) }
    #expect(error?.code == .kubeconfig)
    #expect(error?.failure == .badConfiguration)
    #expect(error?.message == "no kubeconfig found")
    for word in ["--kubeconfig", "$KUBECONFIG", "~/.kube/config"] { #expect(error?.hint?.contains(word) == true) }
  }

  @Test func `a context asks for a kubeconfig, also in a pod`() async throws {
    try writeMount()
    let error = await fixture.failure { _ = try resolve(context: "prod") }
    #expect(error?.message == "no kubeconfig found")
  }

  @Test(.enabled(if: TestCertificates.areAvailable, "openssl is not installed"))
  func `the pod's token is sent over TLS and read again`() async throws {
    let certificates = try #require(TestCertificates.shared)
    let clock = StubClock()
    try writeMount(token: "first", authority: certificates.text("ca.crt"))
    try await StubAPIServer.with(tls: try certificates.server()) { server in
      server.route("/version", .json(versionJSON))
      let connection = try resolve(host: "127.0.0.1", port: "\(server.port)")
      try await fixture.withClient(connection, options: fixture.options(now: { clock.now })) { client in
        _ = try await client.version()
        try writeMount(token: "second", authority: nil)
        clock.advance(61)
        _ = try await client.version()
      }
      #expect(server.requests.map { $0.header("authorization") } == ["Bearer first", "Bearer second"])
    }
  }

  @Test func `a refused token names the service account and not the token`() async throws {
    try writeMount(token: "s3cret-token")
    try await StubAPIServer.with(handler: { _ in .status(401, reason: "Unauthorized") }) { server in
      var connection = try resolve()
      connection.server = ServerAddress(isTLS: false, host: "127.0.0.1", port: server.port)
      let error = await fixture.failure {
        try await fixture.withClient(connection) { _ = try await $0.version() }
      }
      #expect(error?.code == .unauthorized)
      #expect(error?.message.contains("service account in \(mount)") == true)
      #expect(error?.shown.contains("s3cret") == false)
      #expect(server.requests.count == 2)
    }
  }
}
