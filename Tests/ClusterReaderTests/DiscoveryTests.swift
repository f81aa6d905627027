import ClusterReader
import Foundation
import KubeModel
import StubServer
import Testing

/// Which kinds a server serves, in the new form of two answers and the old one of an answer per version.
@Suite struct DiscoveryTests {
  let fixture: ClientFixture

  init() throws { fixture = try ClientFixture() }

  private func discover(
    _ routes: [String: StubAPIServer.Response], handler: @escaping StubAPIServer.Handler = { _ in nil }
  ) async throws -> (found: Discovery, requests: [StubAPIServer.Request]) {
    try await StubAPIServer.with(handler: handler) { server in
      for (path, response) in routes { server.route(path, response) }
      let found = try await fixture.withClient(server: server.url) { try await $0.discovery() }
      return (found, server.requests)
    }
  }

  private static func aggregated(_ items: String...) -> StubAPIServer.Response {
    .json(
      #"{"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","items":[\#(items.joined(separator: ","))]}"#)
  }

  private static func group(_ name: String, _ versions: String...) -> String {
    #"{"metadata":{"name":"\#(name)"},"versions":[\#(versions.joined(separator: ","))]}"#
  }

  private static func version(_ name: String, freshness: String = "Current", _ resources: String...) -> String {
    let list = resources.map {
      #"{"resource":"\#($0)","responseKind":{"kind":"K"},"scope":"Namespaced","verbs":["get","list"]}"#
    }.joined(separator: ",")
    return #"{"version":"\#(name)","freshness":"\#(freshness)","resources":[\#(list)]}"#
  }

  private static func plainGroups(_ groups: (name: String, preferred: String, versions: [String])...) -> StubAPIServer.Response {
    let list = groups.map { group in
      let versions = group.versions.map { #"{"groupVersion":"\#(group.name)/\#($0)","version":"\#($0)"}"# }
      return #"""
        {"name":"\#(group.name)","versions":[\#(versions.joined(separator: ","))],\#
        "preferredVersion":{"version":"\#(group.preferred)"}}
        """#
    }
    return .json(#"{"kind":"APIGroupList","groups":[\#(list.joined(separator: ","))]}"#)
  }

  private static func plainResources(_ names: String...) -> StubAPIServer.Response {
    let list = names.map { #"{"name":"\#($0)","kind":"K","namespaced":true,"verbs":["list"]}"# }
    return .json(#"{"kind":"APIResourceList","resources":[\#(list.joined(separator: ","))]}"#)
  }

  /// The core group, with nothing in it.
  private static let emptyCore = aggregated(group("", version("v1")))

  @Test func `aggregated discovery takes two requests, which name both its versions`() async throws {
    let (found, requests) = try await discover([
      "/api": Self.aggregated(Self.group("", Self.version("v1", "pods", "services"))),
      "/apis": Self.aggregated(Self.group("apps", Self.version("v1", "deployments"))),
    ])
    #expect(requests.map(\.path) == ["/api", "/apis"])
    for request in requests {
      let accept = try #require(request.header("accept"))
      #expect(accept.contains("g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"))
      #expect(accept.contains("g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList"))
      #expect(accept.hasSuffix(",application/json"))
    }
    #expect(found.resources.map { "\($0.group)/\($0.version)/\($0.resource)" } == ["/v1/pods", "/v1/services", "apps/v1/deployments"])
    #expect(found.resources.allSatisfy { $0.isNamespaced && $0.canList && $0.kind == "K" })
    #expect(found.unread.isEmpty)
  }

  @Test func `a stale version is unread, not absent`() async throws {
    let (found, _) = try await discover([
      "/api": Self.aggregated(Self.group("", Self.version("v1", "pods"))),
      "/apis": Self.aggregated(
        Self.group("metrics.k8s.io", Self.version("v1beta1", freshness: "Stale")),
        Self.group("apps", Self.version("v1", "deployments"))),
    ])
    #expect(found.unread.map(\.group) == ["metrics.k8s.io"])
    #expect(found.unreadReason(group: "metrics.k8s.io")?.contains("metrics.k8s.io/v1beta1") == true)
    #expect(found.unreadReason(group: "apps") == nil)
    #expect(found.versions["metrics.k8s.io"] == ["v1beta1"])
  }

  @Test func `the preferred version is the first of those that serve the kind`() async throws {
    let (found, _) = try await discover([
      "/api": Self.emptyCore,
      "/apis": Self.aggregated(
        Self.group("p.test", Self.version("v2", "new"), Self.version("v1", "new", "old"))),
    ])
    #expect(found.preferred(group: "p.test", resource: "new")?.version == "v2")
    #expect(found.preferred(group: "p.test", resource: "old")?.version == "v1")
    #expect(found.preferred(group: "p.test", resource: "none") == nil)
    #expect(found.preferred(group: "other.test", resource: "new") == nil)
  }

  @Test func `an old server is asked per version, and its preferred version counts`() async throws {
    let (found, requests) = try await discover([
      "/api": .json(#"{"kind":"APIVersions","versions":["v1"]}"#), "/api/v1": Self.plainResources("pods", "pods/log"),
      "/apis": Self.plainGroups((name: "p.test", preferred: "v1", versions: ["v2alpha1", "v1"])),
      "/apis/p.test/v1": Self.plainResources("things"), "/apis/p.test/v2alpha1": Self.plainResources("things", "more"),
    ])
    #expect(requests.map(\.path) == ["/api", "/api/v1", "/apis", "/apis/p.test/v1", "/apis/p.test/v2alpha1"])
    #expect(found.resources.map(\.resource) == ["pods", "things", "more", "things"])
    #expect(found.versions["p.test"] == ["v1", "v2alpha1"])
    #expect(found.preferred(group: "p.test", resource: "things")?.version == "v1")
  }

  @Test(arguments: [
    StubAPIServer.Response.status(503, reason: "ServiceUnavailable"), .status(403, reason: "Forbidden"),
    .status(404, reason: "NotFound"), .json("<html>"), .json(#"{"kind":"Other"}"#), .json("", status: 302),
  ])
  func `a version that does not answer is unread, and the rest is read`(_ answer: StubAPIServer.Response) async throws {
    let (found, _) = try await discover([
      "/api": Self.emptyCore,
      "/apis": Self.plainGroups(
        (name: "broken.test", preferred: "v1", versions: ["v1"]), (name: "p.test", preferred: "v1", versions: ["v1"])),
      "/apis/broken.test/v1": answer, "/apis/p.test/v1": Self.plainResources("things"),
    ])
    #expect(found.resources.map(\.group) == ["p.test"])
    #expect(found.unread.map { "\($0.group)/\($0.version)" } == ["broken.test/v1"])
    #expect(found.unreadReason(group: "broken.test")?.contains("/apis/broken.test/v1") == true)
    #expect(found.versions["broken.test"] == ["v1"])
  }

  @Test func `a server that refuses the credentials midway ends the reading`() async throws {
    let error = await fixture.failure {
      _ = try await discover([
        "/api": Self.emptyCore, "/apis": Self.plainGroups((name: "p.test", preferred: "v1", versions: ["v1"])),
        "/apis/p.test/v1": .status(401, reason: "Unauthorized"),
      ])
    }
    #expect(error?.code == .unauthorized)
  }

  @Test(arguments: ["<html>", "{}", #"{"kind":"Status"}"#, "[]"])
  func `an answer that is no discovery is told with the way out`(_ body: String) async {
    let error = await fixture.failure { _ = try await discover(["/api": .json(body)]) }
    #expect(error?.code == .badAnswer)
    #expect(error?.message.contains("/api") == true)
    #expect(error?.hint?.contains("address") == true)
  }

  @Test func `names that a server makes up stay within their path`() async throws {
    let (_, requests) = try await discover([
      "/api": Self.emptyCore,
      "/apis": Self.plainGroups((name: "../secrets?x=", preferred: "v1#", versions: ["v1#"])),
    ])
    #expect(requests.last?.path == "/apis/..%2Fsecrets%3Fx%3D/v1%23")
  }
}
