internal import KubeModel

/// What saved answers of `/api` and `/apis` say about the kinds that a server serves, so that a kind it
/// does not have is known to be absent rather than unread.
struct SavedDiscovery {
  private var resources: [String: Set<String>] = [:]
  private var hasNamedGroups = false
  private var unknownGroups: Set<String> = []

  /// Takes in an `APIGroupDiscoveryList`; false for any other document.
  mutating func read(_ value: Value) -> Bool {
    guard value["kind"]?.string == "APIGroupDiscoveryList" else { return false }
    for group in value["items"]?.list ?? [] {
      let name = group["metadata"]?["name"]?.string ?? ""
      if !name.isEmpty { hasNamedGroups = true }
      for version in group["versions"]?.list ?? [] {
        // The server could not ask the one behind this group.
        if version["freshness"]?.string == "Stale" { unknownGroups.insert(name) }
        let names = (version["resources"]?.list ?? []).compactMap { $0["resource"]?.string }
        resources[name, default: []].formUnion(names)
      }
    }
    return true
  }

  /// Whether the server is known not to serve a kind.
  func lacks(_ type: ResourceType) -> Bool {
    let groups =
      type.group == ResourceCatalog.calicoGroup
      ? [type.group, ResourceCatalog.calicoStorageGroup] : [type.group]
    return groups.allSatisfy { group in
      guard !unknownGroups.contains(group) else { return false }
      if let served = resources[group] { return !served.contains(type.resource) }
      return hasNamedGroups && !group.isEmpty
    }
  }
}
