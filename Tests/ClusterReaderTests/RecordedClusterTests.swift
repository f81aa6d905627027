import ClusterReader
import Foundation
import KubeModel
import Testing

/// Where the answers of a real API server are, if they are.
private enum RecordedCluster {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared/recorded")
  static var isThere: Bool { FileManager.default.fileExists(atPath: folder.path) }
}

/// The same objects of a recorded cluster, in each form in which users may have them.
@Suite(.enabled(if: RecordedCluster.isThere, "the recorded cluster is not beside this checkout"))
struct RecordedClusterTests {
  private func objects(_ snapshot: String, _ files: [String]) throws -> [ObjectID: [UInt8]] {
    var options = FileReader.Options()
    options.isAllNamespaces = true
    var found: [ObjectID: [UInt8]] = [:]
    for file in files {
      let path = RecordedCluster.folder.appending(path: "snapshot-\(snapshot)/\(file)").path
      let reading = try FileReader.read(InputFiles(path: path), options: options)
      #expect(reading.diagnostics.isEmpty, "\(file): \(reading.diagnostics)")
      for object in reading.objects where object.type != ResourceCatalog.workloads { found[object.id] = object.bytes }
    }
    return found
  }

  private func raw(_ snapshot: String) throws -> [ObjectID: [UInt8]] {
    let names = try FileManager.default.contentsOfDirectory(
      atPath: RecordedCluster.folder.appending(path: "snapshot-\(snapshot)").path)
    return try objects(
      snapshot,
      names.filter { $0.hasSuffix(".json") && !$0.hasPrefix("kubectl") && $0 != "index.json" && $0 != "endpoints.json" }.sorted())
  }

  @Test(arguments: ["before", "step20", "after"])
  func `raw lists, kubectl's JSON and kubectl's YAML give the same bytes`(_ snapshot: String) throws {
    let raw = try raw(snapshot)
    for file in [
      "kubectl-mixed.json", "kubectl-mixed.yaml", "kubectl-networkpolicies.yaml", "kubectl-networkpolicies-managedfields.yaml",
      "kubectl-policies-all-kinds.yaml",
    ]
    where FileManager.default.fileExists(
      atPath: RecordedCluster.folder.appending(path: "snapshot-\(snapshot)/\(file)").path)
    {
      let printed = try objects(snapshot, [file])
      #expect(printed.count > 5, "\(file)")
      for (id, bytes) in printed {
        #expect(raw[id] == bytes, "\(file): \(id.title)")
      }
    }
  }

  @Test(arguments: ["before", "step20", "after"])
  func `workloads are the same from raw lists and from kubectl`(_ snapshot: String) throws {
    func workloads(_ files: [String]) throws -> [[UInt8]] {
      var text: [UInt8] = []
      for file in files {
        text += try Data(
          contentsOf: RecordedCluster.folder.appending(path: "snapshot-\(snapshot)/\(file)")) + Data("\n---\n".utf8)
      }
      return try FileReader.read(InputFiles(name: "input", bytes: text), options: .init()).objects
        .filter { $0.type == ResourceCatalog.workloads }.map(\.bytes)
    }
    let raw = try workloads(["pods.json", "replicasets.json", "deployments.json", "statefulsets.json", "daemonsets.json", "networkpolicies.json"])
    #expect(raw.count > 20)
    let json = try workloads(["kubectl-mixed.json"])
    #expect(json == (try workloads(["kubectl-mixed.yaml"])))
    // kubectl was asked for pods and not for what makes them.
    let without = try workloads(["pods.json", "networkpolicies.json"])
    #expect(json == without)
  }

  @Test func `answers that hold no whole objects are told apart`() throws {
    for (file, word) in [("networkpolicies-table.json", "Table"), ("networkpolicies-partialmetadata.json", "PartialObjectMetadataList")] {
      let path = RecordedCluster.folder.appending(path: "variants/\(file)").path
      let error = #expect(throws: ClusterReaderError.self) { try FileReader.read(InputFiles(path: path), options: .init()) }
      #expect(error?.message.contains(word) == true)
    }
  }

  @Test func `the pages of one list are one list`() throws {
    var text: [UInt8] = []
    for page in 1...4 {
      text += try Data(contentsOf: RecordedCluster.folder.appending(path: "variants/networkpolicies-page-\(page).json"))
      let reading = try FileReader.read(InputFiles(name: "pages", bytes: text), options: .init())
      let coverage = reading.coverage.first { $0.qualifiedName == "networkpolicies.networking.k8s.io" }
      #expect((coverage?.unreadReason == nil) == (page == 4), "after page \(page)")
      #expect(reading.isIntact == (page == 4))
    }
  }
}
