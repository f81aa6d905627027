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
      guard let versions = group["versions"]?.list, !versions.isEmpty else {
        unknownGroups.insert(name)
        continue
      }
      for version in versions {
        // The server could not ask the one behind this group, or the answer is damaged.
        guard version["freshness"]?.string != "Stale", let list = version["resources"]?.list else {
          unknownGroups.insert(name)
          continue
        }
        resources[name, default: []].formUnion(list.compactMap { $0["resource"]?.string })
      }
    }
    return true
  }

  /// Whether the server is known not to serve a kind.
  func lacks(_ type: ResourceType) -> Bool {
    guard !ResourceCatalog.isAlwaysServed(type) else { return false }
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
