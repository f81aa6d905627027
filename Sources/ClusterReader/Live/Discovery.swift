/// Which kinds an API server serves, by its own account.
package struct Discovery: Sendable, Hashable {
  /// One kind in one version.
  package struct Resource: Sendable, Hashable {
    /// Empty for the core group.
    package var group: String
    package var version: String
    /// Plural, as in paths.
    package var resource: String
    package var kind: String
    package var isNamespaced: Bool
    package var verbs: [String]
    package var shortNames: [String]

    package init(
      group: String, version: String, resource: String, kind: String, isNamespaced: Bool,
      verbs: [String], shortNames: [String] = []
    ) {
      self.group = group
      self.version = version
      self.resource = resource
      self.kind = kind
      self.isNamespaced = isNamespaced
      self.verbs = verbs
      self.shortNames = shortNames
    }

    package var canList: Bool { verbs.contains("list") }
  }

  /// A group whose kinds the server could not tell: they are unread, not absent.
  package struct Unread: Sendable, Hashable {
    package var group: String
    package var version: String
    package var reason: String
  }

  /// Sorted by group, then by the server's preference of version, then by resource; no subresources.
  package let resources: [Resource]
  /// The versions of each group, the preferred one first.
  package let versions: [String: [String]]
  /// Sorted by group, then version.
  package let unread: [Unread]

  init(resources: [Resource], versions: [String: [String]], unread: [Unread]) {
    let rank = versions.mapValues { list in
      Dictionary(list.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
    }
    func key(_ resource: Resource) -> (String, Int, String) {
      (resource.group, rank[resource.group]?[resource.version] ?? .max, resource.resource)
    }
    self.resources = resources.sorted { key($0) < key($1) }
    self.versions = versions
    self.unread = unread.sorted { ($0.group, $0.version) < ($1.group, $1.version) }
  }

  /// The kind in the version that the server prefers among those that serve it; nil where it is not served.
  package func preferred(group: String, resource: String) -> Resource? {
    resources.first { $0.group == group && $0.resource == resource }
  }

  /// Why `group` is not known whole, or nil where it is.
  package func unreadReason(group: String) -> String? {
    unread.first { $0.group == group }?.reason
  }
}
