package import KubeModel
package import Registers
internal import Synchronization

/// A state, and what its owner decided, for checks of the cluster as a whole.
package struct CheckContext: Sendable {
  package let state: ClusterState
  package let rulings: Rulings
  private let prepared = Once<[NamespaceContext]>()
  private let clusterScope = Once<PolicyScope>()

  package init(_ state: ClusterState, _ rulings: Rulings = .none) {
    self.state = state
    self.rulings = rulings
  }

  /// Each namespace by itself, sorted by name; prepared when it is first asked for.
  package var namespaces: [NamespaceContext] {
    prepared.value {
      let parts = NamespaceParts(state.entries)
      return state.namespaces.map { NamespaceContext($0.name, state.part(parts.entries(for: $0.name)), rulings) }
    }
  }

  /// The policies that stand in no namespace.
  var clusterPolicies: PolicyScope { clusterScope.value { PolicyScope(nil, state.part(NamespaceParts(state.entries).shared), rulings) } }

  /// Whether the state shows a cluster at all: nothing to judge is never a pass.
  package var isAnythingThere: Bool { state.entries.contains { $0.object.namespace != nil || $0.type == ResourceCatalog.namespaces } }

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

/// A value that is made when it is first asked for, and then kept.
final class Once<Value: Sendable>: Sendable {
  private let kept = Mutex<Value?>(nil)

  func value(_ make: () -> Value) -> Value {
    kept.withLock { kept in
      if let value = kept { return value }
      let value = make()
      kept = value
      return value
    }
  }
}

/// The objects of a cluster, by the namespace whose checks read them.
package struct NamespaceParts: Sendable {
  private var own: [String: [ClusterState.Entry]] = [:]
  /// What the checks of every namespace may read.
  package private(set) var shared: [ClusterState.Entry] = []

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
