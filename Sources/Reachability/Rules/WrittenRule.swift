package import KubeModel

/// One statement of a policy as its author wrote it.
///
/// Equal ones of one kind of policy have the same normal form, which is cheaper to see than to make.
package struct WrittenRule: Sendable, Hashable {
  /// Which reader knows it.
  enum Dialect: Sendable, Hashable {
    case networkPolicy, admin, calico, cilium

    init?(_ object: KubeObject) {
      switch (object.group, object.kind) {
      case ("networking.k8s.io", "NetworkPolicy"): self = .networkPolicy
      case ("policy.networking.k8s.io", _): self = .admin
      case (ResourceCatalog.calicoGroup, "NetworkPolicy"), (ResourceCatalog.calicoGroup, "GlobalNetworkPolicy"):
        self = .calico
      case (CiliumPolicies.group, "CiliumNetworkPolicy"), (CiliumPolicies.group, "CiliumClusterwideNetworkPolicy"):
        self = .cilium
      default: return nil
      }
    }
  }

  let dialect: Dialect
  let role: RuleForm.Role
  let direction: Direction?
  let value: Value
  /// Whom the rule is for, where the object has several policies that differ in it.
  let subject: Value?
  /// Whether it stands in a list of what is denied.
  let isDenial: Bool
  /// Where it stands in the object, such as `spec.ingress[0]`.
  package let path: String

  init(
    _ dialect: Dialect, _ role: RuleForm.Role, of direction: Direction? = nil, _ value: Value, subject: Value? = nil,
    isDenial: Bool = false, at path: String
  ) {
    self.dialect = dialect
    self.role = role
    self.direction = direction
    self.value = value
    self.subject = subject
    self.isDenial = isDenial
    self.path = path
  }

  /// The name that the rule has of its own, which is no part of its meaning.
  package var name: String? { dialect == .admin ? value["name"]?.string : nil }

  /// Whether two are written alike, wherever they stand.
  package func isWritten(like other: WrittenRule) -> Bool {
    role == other.role && direction == other.direction && isDenial == other.isDenial && value == other.value
      && subject == other.subject && dialect == other.dialect
  }

  /// Every statement of a policy, in its order; nil where the object is of no kind whose rules are known.
  package static func all(of object: KubeObject) -> [WrittenRule]? {
    guard let dialect = Dialect(object) else { return nil }
    let spec = object.spec ?? .null
    switch dialect {
    case .networkPolicy: return networkPolicy(spec)
    case .admin: return admin(spec, object.kind)
    case .calico: return calico(spec)
    case .cilium: return cilium(object)
    }
  }

  /// The directions that a policy states to close where it allows nothing.
  package static func closedDirections(of object: KubeObject) -> Set<Direction> {
    Set((all(of: object) ?? []).filter { $0.role == .isolation }.compactMap(\.direction))
  }

  /// The normal form.
  package var form: RuleForm {
    guard role != .unreadable else { return RuleForm(.unreadable, conditions: ["\(path) \(JSONWriter.line(of: value))"]) }
    return switch dialect {
    case .networkPolicy: RuleForm(networkPolicy: self)
    case .admin: RuleForm(admin: self)
    case .calico: RuleForm(calico: self)
    case .cilium: RuleForm(cilium: self)
    }
  }

  /// The rules of a list; what is none is a statement that cannot be read.
  static func list(
    _ value: Value?, _ dialect: Dialect, _ direction: Direction, subject: Value? = nil, isDenial: Bool = false,
    _ path: String
  ) -> [WrittenRule] {
    guard let value, !value.isNull else { return [] }
    guard let list = value.list else { return [WrittenRule(dialect, .unreadable, value, at: path)] }
    return list.enumerated().map { index, rule in
      WrittenRule(dialect, .rule, of: direction, rule, subject: subject, isDenial: isDenial, at: "\(path)[\(index)]")
    }
  }

  /// The rules of both directions, of a kind that lists them in `ingress` and `egress`.
  static func directions(of spec: Value, _ dialect: Dialect) -> [WrittenRule] {
    Direction.allCases.flatMap { list(spec[$0.rawValue], dialect, $0, "spec.\($0.rawValue)") }
  }

  /// The directions that a list of types names, and what in it names none.
  static func isolations(_ types: [Value], _ dialect: Dialect, _ path: String) -> [WrittenRule] {
    types.map { type in
      switch type.string {
      case "Ingress": WrittenRule(dialect, .isolation, of: .ingress, .null, at: path)
      case "Egress": WrittenRule(dialect, .isolation, of: .egress, .null, at: path)
      default: WrittenRule(dialect, .unreadable, type, at: path)
      }
    }
  }
}
