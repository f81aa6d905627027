import ClusterReader
import Foundation
import KubeModel
import StubServer
import Synchronization
import Testing

/// Reads the example cluster through a server that serves its lists.
@Suite struct LiveReaderTests {
  let fixture: ClientFixture

  init() throws { fixture = try ClientFixture() }

  private static let example = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "examples/shop/2026-11-23T050421Z")

  private static let paths = [
    "/api/v1/namespaces": "namespaces", "/api/v1/nodes": "nodes", "/api/v1/pods": "pods", "/api/v1/services": "services",
    "/api/v1/replicationcontrollers": "replicationcontrollers", "/apis/apps/v1/deployments": "deployments",
    "/apis/apps/v1/replicasets": "replicasets", "/apis/apps/v1/statefulsets": "statefulsets",
    "/apis/apps/v1/daemonsets": "daemonsets", "/apis/batch/v1/cronjobs": "cronjobs", "/apis/batch/v1/jobs": "jobs",
    "/apis/networking.k8s.io/v1/networkpolicies": "networkpolicies", "/apis/networking.k8s.io/v1/ingresses": "ingresses",
    "/apis/crd.projectcalico.org/v1/networkpolicies": "calico-networkpolicies",
    "/apis/crd.projectcalico.org/v1/globalnetworkpolicies": "calico-globalnetworkpolicies",
    "/apis/crd.projectcalico.org/v1/tiers": "calico-tiers",
    "/apis/crd.projectcalico.org/v1/networksets": "calico-networksets",
    "/apis/crd.projectcalico.org/v1/globalnetworksets": "calico-globalnetworksets",
  ]

  private static func file(_ name: String) throws -> Data {
    try Data(contentsOf: example.appending(path: "\(name).json"))
  }

  private func read(
    namespace: String? = nil, pageSize: Int? = nil, _ handler: @escaping StubAPIServer.Handler = { _ in nil },
    _ check: (Reading, [StubAPIServer.Request]) throws -> Void
  ) async throws {
    try await StubAPIServer.with(handler: handler) { server in
      for type in ResourceCatalog.all {
        let group = type.group == ResourceCatalog.calicoGroup ? ResourceCatalog.calicoStorageGroup : type.group
        let list = LiveReaderTests.emptyList(type)
        try server.list("\(group.isEmpty ? "/api/v1" : "/apis/\(group)/v1")/\(type.resource)", json: Data(list.utf8))
      }
      for (path, name) in LiveReaderTests.paths { try server.list(path, json: LiveReaderTests.file(name)) }
      for (path, name) in ["/version": "version", "/api": "discovery-api", "/apis": "discovery-apis"] {
        server.route(path, .json(String(decoding: try LiveReaderTests.file(name), as: UTF8.self)))
      }
      var options = fixture.options()
      if let pageSize { options.pageSize = pageSize }
      let reading = try await fixture.withClient(server: server.url, options: options) { client in
        try await LiveReader.read(client, namespace: namespace)
      }
      try check(reading, server.requests)
    }
  }

  private static func emptyList(_ type: ResourceType) -> String {
    let group = type.group == ResourceCatalog.calicoGroup ? ResourceCatalog.calicoStorageGroup : type.group
    return "{\"kind\":\"\(type.kind)List\",\"apiVersion\":\"\(group.isEmpty ? "" : group + "/")v1\",\"metadata\":{\"resourceVersion\":\"5\"},\"items\":[]}"
  }

  private func fromFiles() throws -> Reading {
    try FileReader.read(InputFiles(path: LiveReaderTests.example.path), options: .init())
  }

  private static func coverage(_ reading: Reading, _ name: String) -> [KindCoverage] {
    reading.coverage.filter { $0.qualifiedName == name }
  }

  @Test(arguments: [1, 7, 500])
  func `a server and the files of its answers give the same objects`(_ pageSize: Int) async throws {
    let files = try fromFiles()
    try await read(pageSize: pageSize) { live, requests in
      #expect(live.objects.map(\.id) == files.objects.map(\.id))
      #expect(live.objects.map(\.bytes) == files.objects.map(\.bytes))
      #expect(live.facts.enforcement == files.facts.enforcement)
      #expect(live.facts.uid == files.facts.uid)
      #expect(requests.allSatisfy { $0.method == "GET" })
    }
  }

  @Test func `all kinds are asked for at the version of the first list`() async throws {
    try await read { _, requests in
      let lists = requests.filter { $0.query["limit"] != nil && $0.query["continue"] == nil }
      #expect(lists.first?.path == "/api/v1/namespaces")
      #expect(lists.first?.query["resourceVersion"] == nil)
      #expect(Set(lists.dropFirst().map { $0.query["resourceVersion"] }).count == 1)
      #expect(lists.dropFirst().allSatisfy { $0.query["resourceVersionMatch"] == "Exact" })
    }
  }

  @Test func `a version that is gone is not insisted on, and the reading says so`() async throws {
    try await read({ request in
      guard request.path.hasSuffix("/services") && request.query["resourceVersion"] != nil else { return nil }
      return .status(410, reason: "Expired")
    }) { reading, _ in
      #expect(LiveReaderTests.coverage(reading, "services").first?.status == .read)
      #expect(!reading.isOneInstant)
      #expect(reading.isIntact)
    }
  }

  @Test func `what the server lacks is absent, what it refuses is unread with its reason`() async throws {
    try await read({ request in
      request.path.hasSuffix("/statefulsets") ? .status(403, reason: "Forbidden", message: "no") : nil
    }) { reading, _ in
      #expect(LiveReaderTests.coverage(reading, "ciliumnetworkpolicies.cilium.io").first?.status == .absent)
      let refused = LiveReaderTests.coverage(reading, "statefulsets.apps")
      // Rights may be given namespace by namespace, and so each was asked for.
      #expect(refused.count == 15)
      #expect(refused.allSatisfy { $0.unreadReason?.contains("may not read") == true })
      #expect(!reading.isComplete && !reading.isIntact)
    }
  }

  @Test func `a kind that only some namespaces let be read is read there`() async throws {
    let policies = try JSONSerialization.jsonObject(with: LiveReaderTests.file("networkpolicies")) as? [String: Any]
    let shop = (policies?["items"] as? [[String: Any]] ?? []).filter {
      ($0["metadata"] as? [String: Any])?["namespace"] as? String == "shop"
    }
    let list = try JSONSerialization.data(
      withJSONObject: [
        "kind": "NetworkPolicyList", "apiVersion": "networking.k8s.io/v1", "metadata": ["resourceVersion": "1"],
        "items": shop,
      ] as [String: Any])
    try await read({ request in
      guard request.path.hasSuffix("/networkpolicies"), request.path.hasPrefix("/apis/networking") else { return nil }
      return request.path.contains("/namespaces/shop/")
        ? .json(String(decoding: list, as: UTF8.self)) : .status(403, reason: "Forbidden")
    }) { reading, _ in
      let coverage = LiveReaderTests.coverage(reading, "networkpolicies.networking.k8s.io")
      #expect(coverage.filter { $0.unreadReason == nil }.map(\.namespace) == ["shop"])
      let found = reading.objects.filter { $0.type.kind == "NetworkPolicy" }
      #expect(found.count == shop.count && found.allSatisfy { $0.id.namespace == "shop" })
    }
  }

  @Test func `a list that expires midway is read once`() async throws {
    let hasExpired = Flag()
    let files = try fromFiles()
    try await read(pageSize: 10, { request in
      guard request.path == "/api/v1/pods", request.query["continue"] == "30", hasExpired.raise() else { return nil }
      return .status(410, reason: "Expired")
    }) { reading, _ in
      #expect(reading.objects.map(\.bytes) == files.objects.map(\.bytes))
      #expect(LiveReaderTests.coverage(reading, "pods").first?.objectCount == 63)
    }
  }

  @Test func `a reading of one namespace asks for nothing outside of it`() async throws {
    try await read(namespace: "payments", { request in
      if request.path == "/api/v1/namespaces/payments" {
        return .json(#"{"kind":"Namespace","apiVersion":"v1","metadata":{"name":"payments","uid":"x"}}"#)
      }
      let type = ResourceCatalog.all.first {
        let group = $0.group == ResourceCatalog.calicoGroup ? ResourceCatalog.calicoStorageGroup : $0.group
        return request.path == "\(group.isEmpty ? "/api/v1" : "/apis/\(group)/v1")/namespaces/payments/\($0.resource)"
      }
      return type.map { .json(LiveReaderTests.emptyList($0)) }
    }) { reading, requests in
      let lists = requests.filter { $0.query["limit"] != nil }
      #expect(lists.allSatisfy { $0.path.contains("/namespaces/payments/") })
      #expect(reading.objects.map(\.id.title) == ["namespaces/payments"])
      #expect(reading.facts.scope == ["payments"])
      #expect(reading.isIntact && !reading.isComplete)
    }
  }

  @Test func `a policy kind that is not modelled is read and told`() async throws {
    let group =
      #"{"metadata":{"name":"crd.antrea.io"},"versions":[{"version":"v1beta1","resources":[{"resource":"networkpolicies","responseKind":{"kind":"NetworkPolicy"},"scope":"Namespaced","verbs":["list"]}]}]}"#
    let discovery = String(decoding: try LiveReaderTests.file("discovery-apis"), as: UTF8.self)
      .replacingOccurrences(of: "\"items\":[", with: "\"items\":[\(group),")
    try await read({ request in
      switch request.path {
      case "/apis": return .json(discovery)
      case "/apis/crd.antrea.io/v1beta1/networkpolicies":
        return .json(#"{"kind":"NetworkPolicyList","apiVersion":"crd.antrea.io/v1beta1","metadata":{"resourceVersion":"1"},"items":[{"metadata":{"name":"x","namespace":"shop"},"spec":{}}]}"#)
      default: return nil
      }
    }) { reading, _ in
      let found = reading.objects.filter { $0.type.role == .unmodelledPolicy }
      #expect(found.map(\.id.title) == ["shop/networkpolicies.crd.antrea.io/x"])
    }
  }

  @Test func `no Secret is ever asked for, and of ConfigMaps one by its name`() async throws {
    let cilium = #"{"kind":"DaemonSetList","apiVersion":"apps/v1","metadata":{"resourceVersion":"1"},"items":[{"metadata":{"name":"cilium","namespace":"kube-system","uid":"c"},"spec":{"template":{}},"status":{"numberReady":3}}]}"#
    let settings = #"{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"cilium-config"},"data":{"enable-policy":"default","secret":"hidden"}}"#
    try await read({ request in
      switch request.path {
      case "/apis/apps/v1/daemonsets": return .json(cilium)
      case "/api/v1/namespaces/kube-system/configmaps/cilium-config": return .json(settings)
      default: return nil
      }
    }) { reading, requests in
      #expect(!requests.contains { $0.path.contains("secrets") })
      #expect(requests.filter { $0.path.contains("configmaps") }.count == 1)
      #expect(reading.facts.enforcement.basis == .read)
      #expect(reading.facts.enforcementSettings == ["enable-policy": "default"])
      #expect(!reading.objects.contains { String(decoding: $0.bytes, as: UTF8.self).contains("hidden") })
    }
  }

  @Test func `settings that cannot be read leave enforcement unknown`() async throws {
    let cilium = #"{"kind":"DaemonSetList","apiVersion":"apps/v1","metadata":{"resourceVersion":"1"},"items":[{"metadata":{"name":"cilium","namespace":"kube-system","uid":"c"},"spec":{"template":{}}}]}"#
    try await read({ request in
      switch request.path {
      case "/apis/apps/v1/daemonsets": return .json(cilium)
      case let path where path.contains("configmaps"): return .status(403, reason: "Forbidden")
      default: return nil
      }
    }) { reading, _ in
      #expect(reading.facts.enforcement.basis == .unknown)
      #expect(LiveReaderTests.coverage(reading, "configmaps").first?.unreadReason != nil)
    }
  }
}

/// Raised once.
private final class Flag: Sendable {
  private let isRaised = Mutex(false)

  /// Whether this was the first time.
  func raise() -> Bool {
    isRaised.withLock { isRaised in
      defer { isRaised = true }
      return !isRaised
    }
  }
}

