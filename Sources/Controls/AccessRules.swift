internal import KubeModel

/// Who may do what, as the RBAC objects of a cluster grant it.
struct AccessRules {
  /// Somebody who is granted something, as RBAC names them.
  struct Subject: Hashable, Comparable {
    let kind: String
    let namespace: String?
    let name: String

    /// `ServiceAccount/argocd/controller`, `Group/admins`
    var text: String { [kind, namespace, name].compactMap(\.self).joined(separator: "/") }
    static func < (left: Subject, right: Subject) -> Bool { left.text.utf8.lexicographicallyPrecedes(right.text.utf8) }

    /// Everyone, or everyone who can log in.
    var isEveryone: Bool {
      kind == "Group" && (["system:authenticated", "system:unauthenticated"].contains(name) || name.hasPrefix("system:serviceaccounts"))
        || kind == "User" && name == "system:anonymous"
    }
  }

  /// A role that somebody is bound to.
  struct Grant {
    let subject: Subject
    /// Nil for the whole cluster.
    let namespace: String?
    /// `ClusterRoleBinding admins`
    let binding: String
    /// `ClusterRole cluster-admin`
    let role: String
    let rules: [Value]
    let path: String
    /// Whether Kubernetes' own binding grants its own part what it needs.
    let isOfKubernetes: Bool
  }

  private(set) var grants: [Grant] = []
  /// Bindings to roles that were not seen.
  private(set) var missing: [String] = []

  /// The kinds that grants rest on.
  static let types = ["roles", "rolebindings", "clusterroles", "clusterrolebindings"].compactMap {
    ResourceCatalog.type(group: group, resource: $0)
  }
  private static let group = "rbac.authorization.k8s.io"

  init(_ state: ClusterState) {
    let entries = state.entries.filter { $0.type.group == AccessRules.group }
    let clusterRoles = entries.filter { $0.type.kind == "ClusterRole" }.map(\.object)
    var roles: [String: [Value]] = [:]
    for role in clusterRoles { roles["/\(role.name)"] = AccessRules.rules(of: role, among: clusterRoles) }
    for entry in entries where entry.type.kind == "Role" {
      roles["\(entry.object.namespace ?? "")/\(entry.object.name)"] = entry.object.value["rules"]?.list ?? []
    }
    for entry in entries where entry.type.kind.hasSuffix("Binding") {
      let object = entry.object
      guard let kind = object.value["roleRef"]?["kind"]?.string, let name = object.value["roleRef"]?["name"]?.string else { continue }
      let binding = "\(entry.type.kind) \(object.namespace.map { "\($0)/" } ?? "")\(object.name)"
      guard let rules = roles[kind == "Role" ? "\(object.namespace ?? "")/\(name)" : "/\(name)"] else {
        missing.append("\(binding) grants the \(kind) \(name), which was not seen")
        continue
      }
      for subject in (object.value["subjects"]?.list ?? []).compactMap({ AccessRules.subject($0, in: object.namespace) }) {
        let isSystem = subject.name.hasPrefix("system:") || subject.namespace == "kube-system" && object.name.hasPrefix("system:")
        grants.append(
          Grant(
            subject: subject, namespace: object.namespace, binding: binding, role: "\(kind) \(name)", rules: rules, path: entry.path,
            isOfKubernetes: isSystem && !subject.isEveryone))
      }
    }
  }

  /// The rules of a role, and those that it gathers from others by their labels.
  private static func rules(of role: KubeObject, among all: [KubeObject]) -> [Value] {
    let selectors = (role.value["aggregationRule"]?["clusterRoleSelectors"]?.list ?? []).compactMap { LabelSelector($0) }
    let gathered = all.filter { other in other.name != role.name && selectors.contains { $0.matches(other.labels) } }
    return (role.value["rules"]?.list ?? []) + gathered.flatMap { $0.value["rules"]?.list ?? [] }
  }

  private static func subject(_ value: Value, in namespace: String?) -> Subject? {
    guard let kind = value["kind"]?.string, let name = value["name"]?.string else { return nil }
    if kind == "ServiceAccount" { return Subject(kind: kind, namespace: value["namespace"]?.string ?? namespace, name: name) }
    let parts = name.split(separator: ":", omittingEmptySubsequences: false)
    if kind == "User", parts.count == 4, name.hasPrefix("system:serviceaccount:") {
      return Subject(kind: "ServiceAccount", namespace: String(parts[2]), name: String(parts[3]))
    }
    return Subject(kind: kind, namespace: nil, name: name)
  }

  /// The verbs of some that rules grant on a resource; a role in a namespace grants nothing on what stands in none.
  static func verbs(_ wanted: [String], on resource: String, of group: String, in rules: [Value]) -> Set<String> {
    var found: Set<String> = []
    for rule in rules {
      let groups = rule["apiGroups"]?.strings ?? []
      let resources = rule["resources"]?.strings ?? []
      guard groups.contains("*") || groups.contains(group), resources.contains("*") || resources.contains(resource) else { continue }
      let verbs = rule["verbs"]?.strings ?? []
      found.formUnion(verbs.contains("*") ? wanted : wanted.filter(verbs.contains))
    }
    return found
  }
}
