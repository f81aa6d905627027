package import KubeModel

extension ClusterState {
  /// Why there may be policies in a namespace (nil: anywhere) that nobody saw, or nil.
  ///
  /// Kinds outside of the catalogue are covered only where they are policies that Ambit does not model.
  package func unreadPolicies(namespace: String? = nil) -> String? {
    for type in ResourceCatalog.all where type.isPolicy {
      if let reason = unreadReason(type, namespace: namespace) {
        return "\(type.qualifiedName) unread: \(reason)"
      }
    }
    for kind in coverage
    where namespace == nil || kind.namespace == nil || kind.namespace == namespace {
      guard let reason = kind.unreadReason,
        ResourceCatalog.type(group: kind.group, resource: kind.resource) == nil
      else { continue }
      return "\(kind.qualifiedName) unread: \(reason)"
    }
    return nil
  }
}
