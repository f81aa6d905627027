import KubeModel
import Registers

extension Check {
  /// Everyone who may create, update, patch or delete policies of any kind, through wildcards, aggregated roles and
  /// bindings in a namespace too. Subjects that are parts of Kubernetes are told apart; those that the owner allows pass.
  static let policyWriters = access(
    "NP-RBAC-01", "Only those who are allowed can write policies",
    reason: "Whoever can write a policy can open what it closes.",
    remedy: "Take the right away, or name the subject in the parameter allowedPolicyWriters.", \.allowedPolicyWriters, "write policies"
  ) { grant in
    ResourceCatalog.all.filter { $0.role == .policy }.flatMap { type -> [String] in
      guard type.isNamespaced || grant.namespace == nil else { return [] }
      let groups = type.group == ResourceCatalog.calicoGroup ? [type.group, ResourceCatalog.calicoStorageGroup] : [type.group]
      let verbs = groups.reduce(into: Set<String>()) {
        $0.formUnion(AccessRules.verbs(["create", "update", "patch", "delete", "deletecollection"], on: type.resource, of: $1, in: grant.rules))
      }
      return verbs.isEmpty ? [] : [type.qualifiedName]
    }
  }

  /// Everyone who may give themselves more than they have (escalate, bind, impersonate), or change what the API server
  /// refuses: admission webhooks and policies.
  static let escalators = access(
    "NP-RBAC-02", "Only those who are allowed can escalate, bind, impersonate or edit admission",
    reason: "Whoever can take on another's rights, or switch off a refusal, has all rights.",
    remedy: "Take the right away, or name the subject in the parameter allowedEscalators.", \.allowedEscalators, "escalate"
  ) { grant in
    let rbac = "rbac.authorization.k8s.io"
    var found: [String] = []
    for resource in grant.namespace == nil ? ["clusterroles", "roles"] : ["roles"] {
      let verbs = AccessRules.verbs(["bind", "escalate"], on: resource, of: rbac, in: grant.rules)
      found += verbs.sorted().map { "\($0) \(resource)" }
    }
    // A role in a namespace can let its clusterroles be bound there.
    if grant.namespace != nil, AccessRules.verbs(["bind"], on: "clusterroles", of: rbac, in: grant.rules).contains("bind") {
      found.append("bind clusterroles")
    }
    for resource in grant.namespace == nil ? ["groups", "serviceaccounts", "users"] : ["serviceaccounts"]
    where !AccessRules.verbs(["impersonate"], on: resource, of: "", in: grant.rules).isEmpty {
      found.append("impersonate \(resource)")
    }
    guard grant.namespace == nil else { return found }
    let admission = [
      "mutatingadmissionpolicies", "mutatingadmissionpolicybindings", "mutatingwebhookconfigurations", "validatingadmissionpolicies",
      "validatingadmissionpolicybindings", "validatingwebhookconfigurations",
    ]
    for resource in admission {
      let verbs = AccessRules.verbs(
        ["create", "update", "patch", "delete", "deletecollection"], on: resource, of: "admissionregistration.k8s.io", in: grant.rules)
      if !verbs.isEmpty { found.append("edit \(resource)") }
    }
    return found
  }

  private static func access(
    _ id: String, _ title: String, reason: String, remedy: String, _ allowed: @escaping @Sendable (Parameters) -> Set<String>,
    _ deed: String, _ rights: @escaping @Sendable (AccessRules.Grant) -> [String]
  ) -> Check {
    Check(
      id: id, title: title, reason: reason, remedy: remedy, population: "subjects", whenNone: "nobody can",
      .cluster(.kinds(AccessRules.types)) { context in
        var answer = CheckAnswer()
        guard context.isAnythingThere else { return answer }
        let access = AccessRules(context.state)
        let unread = AccessRules.types.compactMap { type in
          context.state.unreadReason(type).map { "\(type.qualifiedName) unread: \($0)" }
        }
        if let reason = unread.first ?? access.missing.min() { answer.add(.cluster(context.state.cluster), .notEvaluated, reason) }
        var found: [AccessRules.Subject: [(grant: AccessRules.Grant, rights: [String])]] = [:]
        for grant in access.grants {
          let rights = rights(grant)
          if !rights.isEmpty { found[grant.subject, default: []].append((grant, rights)) }
        }
        for (subject, granted) in found.sorted(by: { $0.key < $1.key }) {
          judge(subject, granted, allowed(context.rulings.parameters), deed, remedy, &answer)
        }
        return answer
      })
  }

  private static func judge(
    _ subject: AccessRules.Subject, _ granted: [(grant: AccessRules.Grant, rights: [String])], _ allowed: Set<String>,
    _ deed: String, _ remedy: String, _ answer: inout CheckAnswer
  ) {
    let own = CheckResult.Subject(kind: subject.kind, namespace: subject.namespace, name: subject.name)
    if allowed.contains(subject.text) { return answer.add(own, .pass, "allowed by the owner") }
    guard let first = granted.first(where: { !$0.grant.isOfKubernetes })?.grant else {
      return answer.add(own, .notApplicable, "a part of Kubernetes, by its own bindings")
    }
    let ways = Set(granted.filter { !$0.grant.isOfKubernetes }.map { grant, rights in
      "\(rights.joined(separator: ", ")) \(grant.namespace.map { "in namespace \($0)" } ?? "everywhere") through \(grant.binding) (\(grant.role))"
    }).sorted()
    answer.findings.append(
      .init(
        subject: own, message: "can \(deed): \(ways.joined(separator: "; "))", storePath: first.path, yamlPath: "subjects",
        remedy: remedy))
    answer.add(own, .fail, "can \(deed)")
  }
}
