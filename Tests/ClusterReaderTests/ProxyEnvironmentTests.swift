import ClusterReader
import Foundation
import KubeModel
import Testing

/// The proxies of the environment, by the rules of Go's programs.
@Suite struct ProxyEnvironmentTests {
  let fixture: ClientFixture

  init() throws { fixture = try ClientFixture() }

  private func proxy(server: String, cluster: String = "", _ variables: [String: String]) throws -> ProxyAddress? {
    let path = try fixture.kubeconfig(server: server, cluster: cluster)
    return try ClusterConnection.resolve(kubeconfigPath: path, environment: fixture.environment(variables)).proxy
  }

  @Test func `HTTPS_PROXY is for TLS and HTTP_PROXY for plain servers`() throws {
    let variables = ["HTTPS_PROXY": "http://secure:1", "HTTP_PROXY": "http://plain:2"]
    #expect(try proxy(server: "https://api.test", variables)?.host == "secure")
    #expect(try proxy(server: "http://api.test", variables)?.host == "plain")
    #expect(try proxy(server: "https://api.test", ["HTTP_PROXY": "http://plain:2"]) == nil)
    #expect(try proxy(server: "https://api.test", ["https_proxy": "lower:3128"])?.port == 3128)
    let both = ["https_proxy": "lower:1", "HTTPS_PROXY": "upper:1"]
    #expect(try proxy(server: "https://api.test", both)?.host == "upper")
  }

  @Test func `proxy-url beats the environment, and NO_PROXY with it`() throws {
    let variables = ["HTTPS_PROXY": "http://outside:1", "NO_PROXY": "*"]
    #expect(try proxy(server: "https://api.test", cluster: "proxy-url: http://own:2", variables)?.host == "own")
    #expect(try proxy(server: "https://127.0.0.1", cluster: "proxy-url: http://own:2", variables)?.host == "own")
  }

  @Test(arguments: ["https://localhost:6443", "https://127.0.0.1", "https://127.8.8.8", "https://[::1]:6443"])
  func `this machine is never asked through the environment's proxy`(_ server: String) throws {
    #expect(try proxy(server: server, ["HTTPS_PROXY": "http://outside:1"]) == nil)
  }

  @Test(arguments: [
    ("*", "https://api.test"), ("other, *", "https://10.0.0.1"), ("api.test", "https://api.test"),
    ("API.Test", "https://api.tesT"), ("test", "https://api.test"), (".test", "https://api.test"),
    ("*.test", "https://api.test"), ("api.test:6443", "https://api.test:6443"), ("api.test:443", "https://api.test"),
    ("10.0.0.1", "https://10.0.0.1:6443"), ("10.0.0.1:6443", "https://10.0.0.1:6443"),
    ("10.0.0.0/8", "https://10.200.0.1"), ("10.0.0.0/9", "https://10.127.0.1"), ("0.0.0.0/0", "https://8.8.8.8"),
    ("fd00::/8", "https://[fd12::1]:6443"), ("fd00::1", "https://[fd00:0::1]"), ("[fd00::1]:6443", "https://[fd00::1]:6443"),
    ("one,,two , api.test", "https://api.test"), ("::ffff:10.0.0.1", "https://10.0.0.1"),
  ])
  func `NO_PROXY covers the server`(_ list: String, _ server: String) throws {
    let variables = ["HTTPS_PROXY": "http://outside:1"]
    #expect(try proxy(server: server, variables) != nil)
    #expect(try proxy(server: server, variables.merging(["NO_PROXY": list]) { $1 }) == nil)
    #expect(try proxy(server: server, variables.merging(["no_proxy": list]) { $1 }) == nil)
  }

  @Test(arguments: [
    ("", "https://api.test"), ("api.tes", "https://api.test"), ("pi.test", "https://api.test"),
    (".api.test", "https://api.test"), ("*.api.test", "https://api.test"), ("api.test:443", "https://api.test:6443"),
    ("10.0.0.1:443", "https://10.0.0.1:6443"), ("10.0.0.0/9", "https://10.128.0.1"), ("10.0.0.0/33", "https://10.0.0.1"),
    ("10.0.0.0/-1", "https://10.0.0.1"), ("0.0.0.1", "https://10.0.0.1"), ("0.1", "https://10.0.0.1"),
    ("10.0.0.0/8", "https://api.test"), ("fd00::/8", "https://10.0.0.1"), ("a*", "https://api.test"),
    ("http://api.test/x", "https://api.test"),
  ])
  func `NO_PROXY leaves other servers alone`(_ list: String, _ server: String) throws {
    #expect(try proxy(server: server, ["HTTPS_PROXY": "http://outside:1", "NO_PROXY": list])?.host == "outside")
  }

  @Test func `a variable that is no address is told by its name and not shown`() async throws {
    for (name, server) in [("HTTPS_PROXY", "https://api.test"), ("HTTP_PROXY", "http://api.test")] {
      let error = await fixture.failure { _ = try proxy(server: server, [name: "https://alice:s3cret@proxy"]) }
      #expect(error?.code == .unsupported)
      #expect(error?.message.hasPrefix("$\(name) ") == true)
      #expect(error?.shown.contains("s3cret") == false)
    }
  }

  @Test func `a pod takes the proxy of its environment too`() throws {
    try fixture.write("serviceaccount/token", "t")
    try fixture.write("serviceaccount/ca.crt", "PEM")
    let variables = [
      "KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "443", "HTTPS_PROXY": "http://outside:1",
    ]
    let through = try ClusterConnection.resolve(environment: fixture.environment(variables))
    #expect(through.proxy?.host == "outside")
    let excepted = variables.merging(["NO_PROXY": "10.0.0.0/8"]) { $1 }
    #expect(try ClusterConnection.resolve(environment: fixture.environment(excepted)).proxy == nil)
  }
}
