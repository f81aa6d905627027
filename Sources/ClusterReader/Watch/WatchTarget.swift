package import KubeModel

/// One list that is followed: a kind in the whole cluster, or in one namespace.
package struct WatchTarget: Sendable, Hashable {
  package let type: ResourceType
  let served: Discovery.Resource
  /// Nil where the whole cluster is followed.
  package let namespace: String?

  /// A server may let a kind be listed and not watched: it is then listed again at each interval.
  var isWatchable: Bool { served.verbs.contains("watch") && !isOneNamespace }

  /// Whether it is the one Namespace that a reading is confined to; listing all may not be allowed.
  var isOneNamespace: Bool { type == ResourceCatalog.namespaces && namespace != nil }

  var list: ListedKind { ListedKind(type: type, servedAs: served) }

  /// `pods`, or `pods in shop`
  package var title: String { type.qualifiedName + (namespace.map { " in \($0)" } ?? "") }

  var request: ListRequest {
    ListRequest(
      group: served.group, version: served.version, resource: served.resource,
      namespace: isOneNamespace ? nil : namespace)
  }
}
