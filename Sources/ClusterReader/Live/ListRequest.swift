/// Which objects to list.
package struct ListRequest: Sendable, Hashable {
  /// Empty for the core group.
  package var group: String
  package var version: String
  /// Plural.
  package var resource: String
  /// Nil: all namespaces, or a cluster-scoped kind.
  package var namespace: String?
  /// Asks for the objects as they were at exactly this resourceVersion; nil: as they are now.
  package var exactResourceVersion: String?

  package init(
    group: String, version: String, resource: String, namespace: String? = nil,
    exactResourceVersion: String? = nil
  ) {
    self.group = group
    self.version = version
    self.resource = resource
    self.namespace = namespace
    self.exactResourceVersion = exactResourceVersion
  }

  /// The path of the list, percent-encoded.
  package var path: String {
    var path =
      group.isEmpty
      ? "/api/\(version.percentEncoded())" : "/apis/\(group.percentEncoded())/\(version.percentEncoded())"
    if let namespace { path += "/namespaces/\(namespace.percentEncoded())" }
    return path + "/\(resource.percentEncoded())"
  }

  /// A segment of `.` or `..` would climb out of the path that it stands in.
  var isPathSafe: Bool {
    [group, version, resource, namespace ?? "x"].allSatisfy { $0 != "." && $0 != ".." }
  }
}

/// One page of a list, as the server sent it.
package struct ListPage: Sendable {
  /// The JSON of the list object.
  package let body: [UInt8]
  /// The version at which the whole list was read; the same on each page.
  package let resourceVersion: String?
  /// Whether no page follows.
  package let isLast: Bool
}

/// A step of reading a list.
package enum ListEvent: Sendable {
  case page(ListPage)
  /// The list expired midway and begins again: drop what came so far.
  case restart
}
