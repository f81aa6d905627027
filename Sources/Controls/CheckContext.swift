package import KubeModel

/// A state, prepared once for all checks.
package struct CheckContext: Sendable {
  package let state: ClusterState
  /// Each namespace by itself, sorted by name.
  package let namespaces: [NamespaceContext]

  package init(_ state: ClusterState) {
    self.state = state
    let parts = NamespaceParts(state.entries)
    namespaces = state.namespaces.map { NamespaceContext($0.name, state.part(parts.entries(for: $0.name))) }
  }

  /// Whether the state shows a cluster at all: nothing to judge is never a pass.
  package var isAnythingThere: Bool { !namespaces.isEmpty }

  func namespace(_ name: String) -> NamespaceContext? { namespaces.first { $0.name == name } }

  /// The answer that stands for namespaces that nobody saw.
  package var unseen: CheckAnswer {
    CheckAnswer(
      unreadNamespaces.map {
        [CheckResult.Outcome(subject: .cluster(state.cluster), status: .notEvaluated, reason: $0)]
      } ?? [])
  }

  /// Why the list of namespaces may have holes, or nil.
  private var unreadNamespaces: String? {
    if let reason = state.unreadReason(ResourceCatalog.namespaces) { return "namespaces unread: \(reason)" }
    let names = state.coverage.filter { $0.qualifiedName == ResourceCatalog.namespaces.qualifiedName }
      .map(\.namespace)
    return names.contains(nil) ? nil : "of all namespaces only \(names.compactMap(\.self).joined(separator: ", ")) was read"
  }
}

/// The objects of a cluster, by the namespace whose checks read them.
package struct NamespaceParts: Sendable {
  private var own: [String: [ClusterState.Entry]] = [:]
  private var shared: [ClusterState.Entry] = []

  package init(_ entries: [ClusterState.Entry]) {
    for entry in entries {
      if let namespace = entry.object.namespace { own[namespace, default: []].append(entry) }
      if NamespaceParts.isShared(entry.type, entry.object.namespace) { shared.append(entry) }
    }
  }

  /// Whether the checks of every namespace may read an object: what is of the cluster and bears on policy, and sets of
  /// addresses, which policies elsewhere may name.
  package static func isShared(_ type: ResourceType, _ namespace: String?) -> Bool {
    if type.resource == "networksets" { return true }
    return namespace == nil && type.group != "rbac.authorization.k8s.io" && type.group != "admissionregistration.k8s.io"
  }

  package func entries(for namespace: String) -> [ClusterState.Entry] {
    shared.filter { $0.object.namespace != namespace } + (own[namespace] ?? [])
  }
}
