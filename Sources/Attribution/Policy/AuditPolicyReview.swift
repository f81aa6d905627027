internal import KubeModel

/// What an audit policy must log for changes to be attributed, and what a given one would miss.
package enum AuditPolicyReview {
  /// Something that a policy does not log.
  package struct Gap: Sendable, Hashable {
    /// Kinds, as `networkpolicies.networking.k8s.io`.
    package let resources: [String]
    package let verbs: [String]
    /// The level that the policy has, and the one that is needed.
    package let level: String
    package let needed: String
    /// The number of the rule that says so, from 1; nil where no rule is about these requests.
    package let rule: Int?
    package let consequence: String
  }

  /// The level at which writes to a kind have to be logged.
  ///
  /// Of workloads only who wrote matters, since they are folded from pods, and templates can hold secrets.
  static func needed(_ type: ResourceType) -> AuditPolicy.Level { type.role == .folded ? .metadata : .requestResponse }

  /// Groups as requests name them: Calico's objects go through two.
  private static func groups(_ type: ResourceType) -> [String] {
    type.group == ResourceCatalog.calicoGroup
      ? [ResourceCatalog.calicoGroup, ResourceCatalog.calicoStorageGroup] : [type.group]
  }

  /// What the policy would miss, in the order of the catalogue; kinds and verbs with the same answer together.
  package static func gaps(of policy: AuditPolicy) -> [Gap] {
    var order: [GapKey] = []
    var resources: [GapKey: [String]] = [:]
    for type in ResourceCatalog.all {
      for group in groups(type) {
        let name = group.isEmpty ? type.resource : "\(type.resource).\(group)"
        for (miss, verbs) in missing(policy, type, group) {
          let key = GapKey(miss: miss, verbs: verbs)
          if resources[key] == nil { order.append(key) }
          resources[key, default: []].append(name)
        }
      }
    }
    return order.map { key in
      Gap(
        resources: resources[key] ?? [], verbs: key.verbs, level: key.miss.level, needed: key.miss.needed,
        rule: key.miss.rule, consequence: key.miss.consequence)
    }
  }

  private struct Miss: Hashable {
    let level: String
    let needed: String
    let rule: Int?
    let consequence: String
  }

  private struct GapKey: Hashable {
    let miss: Miss
    let verbs: [String]
  }

  private static let verbs = ["create", "update", "patch", "delete", "deletecollection"]

  private static func missing(_ policy: AuditPolicy, _ type: ResourceType, _ group: String) -> [(Miss, [String])] {
    var order: [Miss] = []
    var verbs: [Miss: [String]] = [:]
    func add(_ miss: Miss, _ verb: String) {
      if verbs[miss] == nil { order.append(miss) }
      verbs[miss, default: []].append(verb)
    }
    let needed = needed(type)
    for verb in AuditPolicyReview.verbs {
      let answer = policy.answer(verb: verb, group: group, resource: type.resource)
      if answer.level < needed {
        add(
          Miss(
            level: answer.level.name, needed: needed.name, rule: answer.rule,
            consequence: consequence(answer.level, verb)), verb)
      } else if answer.omitsOutcome {
        add(
          Miss(
            level: answer.level.name, needed: needed.name, rule: answer.rule,
            consequence: "the stage ResponseComplete is left out, so whether a request succeeded is never logged"), verb)
      }
      for rule in answer.less where rule.level < needed {
        add(
          Miss(
            level: rule.level.name, needed: needed.name, rule: rule.number,
            consequence: "of \(rule.condition): \(consequence(rule.level, verb))"), verb)
      }
    }
    return order.map { ($0, verbs[$0] ?? []) }
  }

  private static func consequence(_ level: AuditPolicy.Level, _ verb: String) -> String {
    switch (level, verb) {
    case (.none, _): "not logged: who did it stays unknown"
    case (.metadata, "delete"): "a dry run cannot be told from a deletion"
    case (.metadata, "deletecollection"): "a dry run cannot be told from a deletion, nor what was deleted"
    case (.metadata, "create"): "no states: two writes between readings cannot be told apart, nor names that the server made"
    case (.metadata, _): "no states: two writes between readings cannot be told apart"
    case (.request, "delete"): "a deletion that finalizers hold cannot be told from one that is done"
    case (.request, "deletecollection"): "what was deleted is not logged"
    case (.request, _): "what was asked for is logged, and not the state that came of it"
    case (.requestResponse, _): ""
    }
  }

  // MARK: The recommended policy

  /// A policy that logs all that attribution needs, to be used as it is, or its rules put before one's own.
  package static var recommended: String {
    var text = """
      # What Ambit needs of the API server's audit log to say who changed what. The first rule that matches decides:
      # put these before rules of your own. None of them logs the bodies of Secrets, ConfigMaps, pods or their controllers.
      apiVersion: audit.k8s.io/v1
      kind: Policy
      omitStages:
      - RequestReceived
      rules:
      """
    text += "\n# What policy is made of: every write with the state that came of it.\n"
    text += rule(level: "RequestResponse", ResourceCatalog.all.filter { $0.role != .folded })
    text += "# Workloads: who wrote, and not what, since templates can hold secrets.\n"
    text += rule(level: "Metadata", ResourceCatalog.all.filter { $0.role == .folded })
    text += """
      # Deletions of anything else: what is deleted can own a policy, which then goes too.
      - level: Metadata
        verbs: ["delete"]

      """
    return text
  }

  private static func rule(level: String, _ types: [ResourceType]) -> String {
    var order: [String] = []
    var resources: [String: [String]] = [:]
    for type in types {
      for group in groups(type) {
        if resources[group] == nil { order.append(group) }
        resources[group, default: []].append(type.resource)
      }
    }
    var text = "- level: \(level)\n  verbs: [\(verbs.map { "\"\($0)\"" }.joined(separator: ", "))]\n  resources:\n"
    for group in order {
      text += "  - group: \"\(group)\"\n    resources:\n"
      for resource in resources[group] ?? [] { text += "    - \(resource)\n" }
    }
    return text
  }
}
