internal import KubeModel

/// What a reading may decide on: only kinds that it read, or that the server does not have, can be missing.
struct ReadingAuthority {
  private let coverage: [String: [KindCoverage]]

  init(_ coverage: [KindCoverage]) {
    self.coverage = Dictionary(grouping: coverage, by: \.qualifiedName)
  }

  /// Whether the reading tells all there is about an object, so that its absence means that it is gone.
  func decides(on id: ObjectID) -> Bool {
    guard id.isWorkload else {
      // A Namespace may be read by itself, as what it holds may be.
      let namespace = id.qualifiedResource == ResourceCatalog.namespaces.qualifiedName ? id.name : id.namespace
      return isRead(id.qualifiedResource, namespace: namespace)
    }
    // A workload is told by its controller, its pods, and the owners between them.
    let kind = id.name.prefix { $0 != "." }
    let between = ["deployment", "rollout"].contains(kind) ? ["replicasets.apps"] : []
    let own = ResourceCatalog.all.first { $0.role == .folded && $0.kind.lowercased() == kind }
    return ([own?.qualifiedName ?? "replicasets.apps", "pods"] + between).allSatisfy {
      isRead($0, namespace: id.namespace)
    }
  }

  private func isRead(_ qualifiedName: String, namespace: String?) -> Bool {
    let found = (coverage[qualifiedName] ?? []).filter {
      $0.namespace == nil || $0.namespace == namespace
    }
    if let own = found.first(where: { $0.namespace != nil }) { return own.unreadReason == nil }
    return !found.isEmpty && found.allSatisfy { $0.unreadReason == nil }
  }
}
