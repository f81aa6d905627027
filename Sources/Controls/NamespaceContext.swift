package import KubeModel
internal import Reachability
package import Registers

/// A namespace, prepared once for all checks that judge each namespace by itself.
///
/// Its answers rest on nothing but: the objects that stand in it, those that `NamespaceParts` shares, what was looked at,
/// how policy is enforced, and what the owner decided. Results are kept by these, so a check that read more would be wrong
/// when it changes.
package struct NamespaceContext: Sendable {
  package let name: String
  /// The namespace's own objects and the shared ones.
  let state: ClusterState
  let rulings: Rulings
  let policies: PolicyScope
  let workloads: [Workload]
  private let workloadPaths: [String: String]

  /// - Parameter state: what `NamespaceParts` gives for the namespace.
  package init(_ name: String, _ state: ClusterState, _ rulings: Rulings = .none) {
    self.name = name
    self.state = state
    self.rulings = rulings
    policies = PolicyScope(name, state, rulings)
    let entries = state.entries(of: ResourceCatalog.workloads)
    workloads = entries.compactMap { Workload($0.object) }
    workloadPaths = Dictionary(entries.map { ($0.object.name, $0.path) }, uniquingKeysWith: { first, _ in first })
  }

  var isolation: Isolation { policies.isolation }

  var subject: CheckResult.Subject { .init(kind: "Namespace", namespace: nil, name: name) }

  /// The file of the Namespace object.
  var path: String? { state.entries(of: ResourceCatalog.namespaces).first { $0.object.name == name }?.path }

  func path(of workload: Workload) -> String? { workloadPaths[workload.object.name] }

  func subject(_ workload: Workload) -> CheckResult.Subject {
    .init(kind: workload.kind, namespace: name, name: workload.name)
  }

  /// Why the list of its workloads may have holes, or nil.
  var unreadWorkloads: String? {
    for type in ResourceCatalog.all where type.role == .folded {
      if let reason = state.unreadReason(type, namespace: name) { return "\(type.qualifiedName) unread: \(reason)" }
    }
    return nil
  }

  /// The outcome that stands for workloads that nobody saw.
  var unseenWorkloads: CheckResult.Outcome? {
    unreadWorkloads.map { .init(subject: subject, status: .notEvaluated, reason: $0) }
  }
}
