import Foundation
import KubeModel
import Reachability
import TestSupport
import Testing

/// Cilium's own examples, of which we read policies only.
@Suite(
  .enabled(
    if: SharedFolder.has("golden/cilium-cases"),
    "the corpus ../shared/golden/cilium-cases is not beside this package"))
struct CiliumExampleTests {
  static let files: [String] = {
    let root = SharedFolder.url.appending(path: "golden/cilium-cases").path
    let all = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
    return all.filter {
      $0.hasSuffix(".yaml") && !$0.hasSuffix("demo-pods.yaml") && !$0.contains("-knp")
        && ($0.hasPrefix("examples/") || $0.hasPrefix("connectivity/policies/"))
    }.sorted()
  }()

  /// What is not plain in the examples, by file: their own mistakes, and what Ambit does not model.
  static let expected: [String: Set<PolicyProblem.Effect>] = [
    // A field `auth` that never was.
    "examples/auth/auth.yaml": [.partIgnored],
    // `in` where servers take `In`.
    "examples/l3/match-expressions/and-statement.yaml": [.refused],
    "examples/l3/match-expressions/or-statement.yaml": [.refused],
    "examples/l3/requires/requires.yaml": [.surprising],
    // Services that are not among the objects.
    "examples/l3/service/service.yaml": [.surprising],
    "examples/l3/service/service-labels.yaml": [.surprising],
    // Health endpoints, pods that are starting, and nodes.
    "examples/kubernetes/clusterwide/health.yaml": [.partIgnored],
    "examples/l4/init.yaml": [.partIgnored],
    "examples/host/demo-host-policy.yaml": [.partIgnored],
    "examples/host/lock-down-dev-vms-remote-node.yaml": [.partIgnored],
    "examples/host/lock-down-gke.yaml": [.partIgnored],
    "examples/host/lock-down-ingress.yaml": [.partIgnored],
    // It selects its pods by the name of their cluster.
    "examples/kubernetes/clustermesh/cross-cluster-policy.yaml": [.unknown],
  ]

  @Test(arguments: files)
  func `an example is read, and only what is known of it is remarkable`(_ file: String) throws {
    var set = PolicySet()
    let text = try SharedFolder.text("golden/cilium-cases/\(file)")
    try CiliumPolicies.read(ClusterState(yaml: text), Semantics(.cilium), into: &set)
    let effects = Set(set.problems.map(\.effect))
    let notes = set.problems.map { "\($0.path) \($0.message)" }
    #expect(effects == Self.expected[file] ?? [], "\(notes)")
    let isOutOfForce = effects == [.refused] || effects == [.partIgnored] && !file.hasSuffix("auth.yaml")
    #expect(set.policies.isEmpty == isOutOfForce)
  }

  @Test func `the examples are there`() { #expect(Self.files.count > 80) }
}
