import ClusterReader
import Controls
import Foundation
import KubeModel
import StubServer
import Testing

/// Each case of Tests/Fixtures, read from its folder and from a server that serves its objects: both must
/// give the same objects, and the checks the answers that the case expects.
@Suite struct FixtureTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures")

  static let cases: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()

  private func expected(_ name: String) throws -> [String: String] {
    let file = FixtureTests.folder.appending(path: "\(name)/expected.yaml")
    let value = YAMLReader.documents([UInt8](try Data(contentsOf: file))).documents.first?.value
    return try #require(value?.stringMap)
  }

  private func statuses(_ reading: Reading, _ ids: some Sequence<String>) throws -> [String: String] {
    let entries = try reading.objects.map { object in
      ClusterState.Entry(
        object: KubeObject(try #require(CanonicalYAML.value(of: object.bytes))), type: object.type,
        path: StoreLayout().path(of: object.id))
    }
    let context = CheckContext(
      ClusterState(
        cluster: "c", entries: entries, coverage: reading.coverage, enforcement: reading.facts.enforcement))
    var statuses: [String: String] = [:]
    for id in ids { statuses[id] = try #require(CheckCatalog.check(id)).result(context).status.rawValue }
    return statuses
  }

  @Test(arguments: cases)
  func `a folder gives the expected answers`(_ name: String) throws {
    let path = FixtureTests.folder.appending(path: "\(name)/manifests").path
    let reading = try FileReader.read(InputFiles(path: path), options: .init())
    let expected = try expected(name)
    #expect(!expected.isEmpty)
    #expect(try statuses(reading, expected.keys) == expected)
  }

  @Test(arguments: cases)
  func `a server gives the same objects and answers as the folder`(_ name: String) async throws {
    let folder = FixtureTests.folder.appending(path: "\(name)/manifests")
    let files = try FileReader.read(InputFiles(path: folder.path), options: .init())
    var items: [String: [String]] = [:]
    for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      let bytes = [UInt8](try Data(contentsOf: folder.appending(path: file)))
      for document in YAMLReader.documents(bytes).documents {
        let object = KubeObject(document.value)
        let type = try #require(ResourceCatalog.type(group: object.group, kind: object.kind))
        let root = type.group.isEmpty ? "/api/v1" : "/apis/\(object.apiVersion)"
        items["\(root)/\(type.resource)", default: []].append(JSONWriter.string(of: object.value))
      }
    }
    let fixture = try ClientFixture()
    try await StubAPIServer.with { server in
      server.route("/version", .json(versionJSON))
      server.route("/api", .json(FixtureTests.discovery { $0.group.isEmpty }))
      server.route("/apis", .json(FixtureTests.discovery { !$0.group.isEmpty }))
      for type in ResourceCatalog.all {
        let root = type.group.isEmpty ? "/api/v1" : "/apis/\(type.group)/\(FixtureTests.version(type))"
        let list = "{\"kind\":\"\(type.kind)List\",\"apiVersion\":\"\(type.group.isEmpty ? "" : "\(type.group)/")\(FixtureTests.version(type))\",\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[\((items["\(root)/\(type.resource)"] ?? []).joined(separator: ","))]}"
        try server.list("\(root)/\(type.resource)", json: Data(list.utf8))
      }
      let live = try await fixture.withClient(server: server.url) { client in
        try await LiveReader.read(client, namespace: nil)
      }
      #expect(live.objects.map(\.id) == files.objects.map(\.id))
      #expect(live.objects.map(\.bytes) == files.objects.map(\.bytes))
      let expected = try expected(name)
      #expect(try statuses(live, expected.keys) == expected)
    }
  }

  private static func version(_ type: ResourceType) -> String { type.group == "cilium.io" ? "v2" : "v1" }

  /// What a server says that serves every kind of the catalogue.
  private static func discovery(_ isIncluded: (ResourceType) -> Bool) -> String {
    let groups = Dictionary(grouping: ResourceCatalog.all.filter(isIncluded), by: \.group).sorted { $0.key < $1.key }
    let items = groups.map { group, types in
      let resources = types.map {
        "{\"resource\":\"\($0.resource)\",\"responseKind\":{\"kind\":\"\($0.kind)\"},\"scope\":\"\($0.isNamespaced ? "Namespaced" : "Cluster")\",\"verbs\":[\"list\"]}"
      }
      return "{\"metadata\":{\"name\":\"\(group)\"},\"versions\":[{\"version\":\"\(version(types[0]))\",\"resources\":[\(resources.joined(separator: ","))]}]}"
    }
    return "{\"kind\":\"APIGroupDiscoveryList\",\"items\":[\(items.joined(separator: ","))]}"
  }
}
