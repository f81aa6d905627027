/// How one kind, or one kind in one namespace, came out of a reading.
public struct KindCoverage: Sendable, Hashable {
  public enum Status: Sendable, Hashable {
    /// All of it was read.
    case read
    /// The server does not serve the kind.
    case absent
    /// It could not be read, and why. Nothing may be concluded from its objects, or their lack.
    case unread(reason: String)
  }

  public let group: String
  public let resource: String
  /// Nil where the whole cluster was read in one list.
  public let namespace: String?
  public let status: Status
  public let objectCount: Int
  /// The version of the list, where the server told one.
  public let resourceVersion: String?

  public init(
    group: String, resource: String, namespace: String? = nil, status: Status, objectCount: Int = 0,
    resourceVersion: String? = nil
  ) {
    self.group = group
    self.resource = resource
    self.namespace = namespace
    self.status = status
    self.objectCount = objectCount
    self.resourceVersion = resourceVersion
  }

  public var qualifiedName: String { group.isEmpty ? resource : "\(resource).\(group)" }
  public var unreadReason: String? { if case .unread(let reason) = status { reason } else { nil } }
}
