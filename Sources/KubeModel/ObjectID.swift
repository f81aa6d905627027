/// What tells one object from another over time: group, resource, namespace and name.
///
/// The API version is not part of it, so that a move from v1beta1 to v1 reads as a modification.
public struct ObjectID: Sendable, Hashable {
  public let group: String
  public let resource: String
  public let namespace: String?
  public let name: String

  public init(group: String, resource: String, namespace: String?, name: String) {
    self.group = group
    self.resource = resource
    self.namespace = namespace
    self.name = name
  }

  public init(_ object: KubeObject, type: ResourceType) {
    self.init(
      group: type.group, resource: type.resource,
      namespace: type.isNamespaced ? object.namespace ?? "default" : nil, name: object.name)
  }

  public var qualifiedResource: String { group.isEmpty ? resource : "\(resource).\(group)" }

  /// Whether this is a folded workload.
  public var isWorkload: Bool { group.isEmpty && resource == ResourceCatalog.workloads.resource }

  /// `shop/networkpolicies.networking.k8s.io/allow-web`
  public var title: String {
    (namespace.map { "\($0)/" } ?? "") + "\(qualifiedResource)/\(name)"
  }
}

extension ObjectID {
  /// Names tell most objects apart; the rest is compared where they do not.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(namespace)
  }

  /// Byte equality: `String.==` calls two spellings of one accented letter equal.
  public static func == (left: ObjectID, right: ObjectID) -> Bool {
    guard (left.namespace == nil) == (right.namespace == nil) else { return false }
    return Mapping.isSame(left.name, right.name) && Mapping.isSame(left.namespace ?? "", right.namespace ?? "")
      && Mapping.isSame(left.resource, right.resource) && Mapping.isSame(left.group, right.group)
  }
}
