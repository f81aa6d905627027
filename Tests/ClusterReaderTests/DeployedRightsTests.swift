import Foundation
import KubeModel
import Testing

/// What `deploy/rbac.yaml` grants is what Ambit reads, and reading is all.
@Suite struct DeployedRightsTests {
  private struct Grant: Hashable {
    let group: String
    let resource: String
  }

  private static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "deploy/rbac.yaml")

  private func rules(_ kind: String) throws -> [Value] {
    let (documents, problems) = YAMLReader.documents([UInt8](try Data(contentsOf: DeployedRightsTests.file)))
    #expect(problems.isEmpty)
    return documents.map(\.value).filter { $0["kind"] == .string(kind) }.flatMap { $0["rules"]?.list ?? [] }
  }

  private func grants(_ rules: [Value]) -> Set<Grant> {
    Set(
      rules.flatMap { rule in
        (rule["apiGroups"]?.strings ?? []).flatMap { group in
          (rule["resources"]?.strings ?? []).map { Grant(group: group, resource: $0) }
        }
      })
  }

  @Test func `no rule does more than read`() throws {
    for rule in try rules("ClusterRole") + rules("Role") {
      let verbs = Set(rule["verbs"]?.strings ?? [])
      #expect(!verbs.isEmpty && verbs.isSubset(of: ["get", "list", "watch"]))
      #expect(rule["nonResourceURLs"] == nil)
    }
  }

  @Test func `every kind that is read is granted, and no other`() throws {
    let types = ResourceCatalog.all + ResourceCatalog.knownUnmodelledPolicies
    var expected = Set(types.map { Grant(group: $0.group, resource: $0.resource) })
    for type in ResourceCatalog.all where type.group == ResourceCatalog.calicoGroup {
      expected.insert(Grant(group: ResourceCatalog.calicoStorageGroup, resource: type.resource))
    }
    #expect(grants(try rules("ClusterRole")) == expected)
  }

  @Test func `what is listed may be watched`() throws {
    for rule in try rules("ClusterRole") { #expect(Set(rule["verbs"]?.strings ?? []) == ["get", "list", "watch"]) }
  }

  @Test(arguments: ["cronjob.yaml", "watch.yaml"])
  func `what is deployed reads as the account that the rights are given to, and confines itself`(_ file: String) throws {
    let path = DeployedRightsTests.file.deletingLastPathComponent().appending(path: file)
    let (documents, problems) = YAMLReader.documents([UInt8](try Data(contentsOf: path)))
    #expect(problems.isEmpty)
    let workload = try #require(documents.map(\.value).first { ["CronJob", "Deployment"].contains($0["kind"]?.string) })
    let spec = try #require(workload[["spec", "template", "spec"]] ?? workload[["spec", "jobTemplate", "spec", "template", "spec"]])
    #expect(spec["serviceAccountName"] == "ambit" && spec[["securityContext", "runAsNonRoot"]] == true)
    let container = try #require(spec["containers"]?.list?.first)
    #expect(container[["securityContext", "readOnlyRootFilesystem"]] == true)
    #expect(documents.contains { $0.value["kind"] == "NetworkPolicy" && $0.value[["metadata", "name"]] == "default-deny" })
  }

  @Test func `of ConfigMaps, one by its name and nothing else`() throws {
    let rules = try rules("Role")
    #expect(grants(rules) == [Grant(group: "", resource: "configmaps")])
    #expect(rules.allSatisfy { $0["resourceNames"]?.strings == ["cilium-config"] && $0["verbs"]?.strings == ["get"] })
  }
}
