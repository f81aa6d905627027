/// A kind of object that a cluster can serve, in the words of its API: group, resource and kind.
public struct ResourceType: Sendable, Hashable {
  /// What Ambit does with objects of a kind.
  public enum Role: String, Sendable {
    /// Kept as it is, in canonical form.
    case recorded
    /// Folded into workloads: pods and the controllers that make them.
    case folded
    /// A policy that Ambit records and evaluates.
    case policy
    /// A policy that Ambit records but does not evaluate: it makes what it can affect unknown.
    case unmodelledPolicy
  }

  public let group: String
  public let resource: String
  public let kind: String
  public let isNamespaced: Bool
  public let role: Role
  /// kubectl's short names, and the singular.
  public let shortNames: [String]

  public init(
    group: String, resource: String, kind: String, isNamespaced: Bool, role: Role,
    shortNames: [String] = []
  ) {
    self.group = group
    self.resource = resource
    self.kind = kind
    self.isNamespaced = isNamespaced
    self.role = role
    self.shortNames = shortNames
  }

  /// `networkpolicies.networking.k8s.io`; the core group has no suffix.
  public var qualifiedName: String { group.isEmpty ? resource : "\(resource).\(group)" }
  public var isPolicy: Bool { role == .policy || role == .unmodelledPolicy }
}
