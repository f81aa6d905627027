internal import KubeModel

/// Where a server has each kind that a reading looks at, as discovery tells.
struct ReadingPlan: Sendable {
  enum Source: Sendable, Hashable {
    case served(Discovery.Resource)
    /// It is not known whether the server has the kind, or it does not let it be read.
    case unread(reason: String)
    case absent
  }

  struct Kind: Sendable, Hashable {
    let type: ResourceType
    let source: Source
  }

  /// The kinds of the catalogue in its order, and then policies of other projects.
  private(set) var kinds: [Kind]

  init(_ discovery: Discovery) {
    kinds = ResourceCatalog.all.map { Kind(type: $0, source: ReadingPlan.source(of: $0, discovery)) }
    for served in ReadingPlan.unmodelled(discovery) {
      guard
        let type = ResourceCatalog.unmodelledPolicy(
          group: served.group, kind: served.kind, resource: served.resource, isNamespaced: served.isNamespaced)
      else { continue }
      kinds.append(Kind(type: type, source: ReadingPlan.source(servedAs: served)))
    }
    let planned = Set(kinds.map(\.type.qualifiedName))
    for type in ResourceCatalog.knownUnmodelledPolicies where !planned.contains(type.qualifiedName) {
      guard let reason = discovery.unreadReason(group: type.group) else { continue }
      kinds.append(Kind(type: type, source: .unread(reason: "discovery: \(reason)")))
    }
  }

  private static func source(of type: ResourceType, _ discovery: Discovery) -> Source {
    // Calico's own group stands in where the one that users write is not served.
    let groups =
      type.group == ResourceCatalog.calicoGroup
      ? [type.group, ResourceCatalog.calicoStorageGroup] : [type.group]
    if let served = groups.lazy.compactMap({ discovery.preferred(group: $0, resource: type.resource) }).first {
      return source(servedAs: served)
    }
    if let reason = groups.lazy.compactMap({ discovery.unreadReason(group: $0) }).first {
      return .unread(reason: "discovery: \(reason)")
    }
    return ResourceCatalog.isAlwaysServed(type)
      ? .unread(reason: "discovery does not list it, though every server has it") : .absent
  }

  private static func source(servedAs served: Discovery.Resource) -> Source {
    served.canList ? .served(served) : .unread(reason: "the server does not let it be listed")
  }

  /// Policy kinds that the server serves and that the catalogue does not have, in their preferred version.
  private static func unmodelled(_ discovery: Discovery) -> [Discovery.Resource] {
    var seen: Set<String> = []
    return discovery.resources.filter { served in
      ResourceCatalog.type(group: served.group, resource: served.resource) == nil
        && ResourceCatalog.unmodelledPolicy(group: served.group, kind: served.kind) != nil
        && seen.insert("\(served.group)/\(served.resource)").inserted
    }
  }
}
