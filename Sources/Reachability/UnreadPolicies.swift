package import KubeModel

extension ClusterState {
  /// Why there may be policies in a namespace (nil: anywhere) that nobody saw, or nil.
  ///
  /// Policies of kinds that Ambit does not model count too.
  package func unreadPolicies(namespace: String? = nil) -> String? {
    for type in ResourceCatalog.all where type.isPolicy {
      if let reason = unreadReason(type, namespace: namespace) {
        return "\(type.qualifiedName) unread: \(reason)"
      }
    }
    for kind in unmodelledCoverage
    where namespace == nil || kind.namespace == nil || kind.namespace == namespace {
      guard let reason = kind.unreadReason else { continue }
      return "\(kind.qualifiedName) unread: \(reason)"
    }
    return nil
  }
}
