package import KubeModel
internal import Reachability

/// A state, prepared once for all checks.
package struct CheckContext: Sendable {
  let state: ClusterState
  let isolation: Isolation
  let namespaces: [String]
  let workloads: [Workload]
  let workloadPaths: [String: String]
  /// Files of Namespace objects by name.
  let namespacePaths: [String: String]
  let workloadsByNamespace: [String: [Workload]]

  package init(_ state: ClusterState) {
    self.state = state
    isolation = Isolation(state)
    namespaces = state.namespaces.map(\.name)
    let entries = state.entries(of: ResourceCatalog.workloads)
    workloads = entries.compactMap { Workload($0.object) }
    workloadPaths = Dictionary(
      entries.map { ("\($0.object.namespace ?? "")/\($0.object.name)", $0.path) },
      uniquingKeysWith: { first, _ in first })
    namespacePaths = Dictionary(
      state.entries(of: ResourceCatalog.namespaces).map { ($0.object.name, $0.path) },
      uniquingKeysWith: { first, _ in first })
    workloadsByNamespace = Dictionary(grouping: workloads, by: \.namespace)
  }

  func path(of workload: Workload) -> String? {
    workloadPaths["\(workload.namespace)/\(workload.object.name)"]
  }

  /// Why the list of workloads of a namespace may have holes, or nil.
  func unreadWorkloads(_ namespace: String) -> String? {
    for type in ResourceCatalog.all where type.role == .folded {
      if let reason = state.unreadReason(type, namespace: namespace) {
        return "\(type.qualifiedName) unread: \(reason)"
      }
    }
    return nil
  }

  /// Why the list of namespaces may have holes, or nil.
  var unreadNamespaces: String? {
    if let reason = state.unreadReason(ResourceCatalog.namespaces) { return "namespaces unread: \(reason)" }
    let names = state.coverage.filter { $0.qualifiedName == ResourceCatalog.namespaces.qualifiedName }
      .map(\.namespace)
    return names.contains(nil) ? nil : "of all namespaces only \(names.compactMap(\.self).joined(separator: ", ")) was read"
  }

  /// The outcome that stands for namespaces that nobody saw.
  var unseenNamespaces: CheckResult.Outcome? {
    unreadNamespaces.map {
      CheckResult.Outcome(
        subject: CheckResult.Subject(kind: "Cluster", namespace: nil, name: state.cluster),
        status: .notEvaluated, reason: $0)
    }
  }

  /// Outcomes for policies whose rules no check reads, and for those that nobody saw.
  var unjudgedPolicies: [CheckResult.Outcome] {
    let unread = state.unreadPolicies().map { reason in
      CheckResult.Outcome(
        subject: CheckResult.Subject(kind: "Cluster", namespace: nil, name: state.cluster),
        status: .notEvaluated, reason: reason)
    }
    let unmodelled = state.entries.filter {
      $0.type.isPolicy && $0.type != ResourceCatalog.networkPolicies
    }
    return (unread.map { [$0] } ?? [])
      + unmodelled.map { entry in
        CheckResult.Outcome(
          subject: CheckResult.Subject(
            kind: entry.type.kind, namespace: entry.object.namespace, name: entry.object.name),
          status: .notEvaluated,
          reason: "\(entry.type.kind) \(entry.object.name) (\(entry.type.group)) is not evaluated")
      }
  }

  static let nothingRead = (
    status: ControlStatus.notEvaluated, reason: "the state holds no namespaces, so there is nothing to judge"
  )

  static func subject(_ namespace: String) -> CheckResult.Subject {
    CheckResult.Subject(kind: "Namespace", namespace: nil, name: namespace)
  }

  static func subject(_ workload: Workload) -> CheckResult.Subject {
    CheckResult.Subject(kind: workload.kind, namespace: workload.namespace, name: workload.name)
  }
}
