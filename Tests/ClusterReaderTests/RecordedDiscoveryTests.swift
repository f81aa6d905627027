import ClusterReader
import Foundation
import KubeModel
import StubServer
import Testing

/// Where the discovery answers of a real API server are, if they are.
private enum RecordedDiscovery {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared/recorded/discovery")
  static var isThere: Bool { FileManager.default.fileExists(atPath: folder.path) }
}

/// A real server's account of itself, in both forms.
@Suite(.enabled(if: RecordedDiscovery.isThere, "the recorded cluster is not beside this checkout"))
struct RecordedDiscoveryTests {
  let fixture: ClientFixture

  init() throws { fixture = try ClientFixture() }

  private func discover(_ files: [String: String]) async throws -> Discovery {
    try await StubAPIServer.with { server in
      for (path, file) in files {
        let body = try Data(contentsOf: RecordedDiscovery.folder.appending(path: file))
        server.route(path, StubAPIServer.Response(body: [UInt8](body)))
      }
      var options = fixture.options()
      options.retry.maximumAttempts = 1
      return try await fixture.withClient(server: server.url, options: options) { try await $0.discovery() }
    }
  }

  private func aggregated() async throws -> Discovery {
    try await discover(["/api": "api-aggregated.json", "/apis": "apis-aggregated.json"])
  }

  /// The group versions whose lists of kinds were recorded in the old form.
  private static let plainVersions = [
    "apps/v1", "cilium.io/v2", "crd.projectcalico.org/v1", "networking.k8s.io/v1", "policy.networking.k8s.io/v1alpha1",
    "policy.networking.k8s.io/v1alpha2", "projectcalico.org/v3",
  ]

  @Test func `both forms tell the same kinds`() async throws {
    let new = try await aggregated()
    var files = ["/api": "api.json", "/api/v1": "api-v1.json", "/apis": "apis.json"]
    for version in Self.plainVersions {
      files["/apis/\(version)"] = "apis-\(version.replacing("/", with: "-")).json"
    }
    let old = try await discover(files)
    let isRecorded = { (resource: Discovery.Resource) in
      resource.group.isEmpty || Self.plainVersions.contains("\(resource.group)/\(resource.version)")
    }
    func known(_ discovery: Discovery) -> [Discovery.Resource] {
      discovery.resources.filter(isRecorded).map { resource in
        var resource = resource
        resource.verbs.sort()
        return resource
      }
    }
    #expect(known(new).count > 30)
    #expect(known(old) == known(new))
    #expect(old.versions == new.versions)
    #expect(new.unread.isEmpty)
    #expect(old.unread.count == new.versions.values.map(\.count).reduce(0, +) - 1 - Self.plainVersions.count)
  }

  @Test func `the policy kinds are found in their groups`() async throws {
    let found = try await aggregated()
    for group in ["networking.k8s.io", "crd.projectcalico.org", "projectcalico.org"] {
      let policies = try #require(found.preferred(group: group, resource: "networkpolicies"))
      #expect(policies.isNamespaced)
      #expect(policies.canList)
      #expect(policies.kind == "NetworkPolicy")
    }
    #expect(found.versions["policy.networking.k8s.io"] == ["v1alpha2", "v1alpha1"])
    #expect(found.preferred(group: "policy.networking.k8s.io", resource: "adminnetworkpolicies")?.version == "v1alpha1")
    #expect(found.preferred(group: "policy.networking.k8s.io", resource: "clusternetworkpolicies")?.version == "v1alpha2")
    #expect(found.preferred(group: "cilium.io", resource: "ciliumclusterwidenetworkpolicies")?.isNamespaced == false)
  }

  @Test func `the version is read`() async throws {
    let body = try Data(contentsOf: RecordedDiscovery.folder.appending(path: "version.json"))
    try await StubAPIServer.with { server in
      server.route("/version", StubAPIServer.Response(body: [UInt8](body)))
      try await fixture.withClient(server: server.url) { client in
        let version = try await client.version()
        #expect(version.gitVersion == "v1.33.13")
      }
    }
  }
}
