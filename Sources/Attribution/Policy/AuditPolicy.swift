internal import KubeModel

/// An API server's audit policy (`audit.k8s.io`): which requests it logs, and how much of them.
///
/// The first rule that matches a request decides; a request that none matches is not logged.
/// https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/#audit-k8s-io-v1-Policy
package struct AuditPolicy: Sendable {
  package enum Level: Int, Sendable, Comparable, CaseIterable {
    case none, metadata, request, requestResponse

    package var name: String { ["None", "Metadata", "Request", "RequestResponse"][rawValue] }

    init?(_ name: String) {
      guard let level = Level.allCases.first(where: { $0.name == name }) else { return nil }
      self = level
    }

    package static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
  }

  struct Rule {
    var level: Level
    var users: [String] = []
    var userGroups: [String] = []
    var verbs: [String] = []
    /// Nil where the rule names no resources, and so takes all of them.
    var resources: [(group: String, resources: [String], names: [String])]?
    var namespaces: [String] = []
    var nonResourceURLs: [String] = []
    var omitStages: [String] = []
    /// Its place among the rules, counted from 1.
    let number: Int
  }

  let rules: [Rule]
  let omitStages: [String]

  /// Reads a policy, as YAML or JSON.
  ///
  /// - Returns: the policy, or every fault that it has, each with its place.
  package static func read(_ bytes: [UInt8]) -> (policy: AuditPolicy?, faults: [String]) {
    let (documents, problems) = YAMLReader.documents(bytes)
    if let problem = problems.first { return (nil, ["line \(problem.line): \(problem.message)"]) }
    guard documents.count == 1, let root = documents.first?.value, root.map != nil else {
      return (nil, ["one document of kind Policy is expected, and \(documents.count) are there"])
    }
    var faults: [String] = []
    if root["kind"]?.string != "Policy" || KubeObject(root).group != "audit.k8s.io" {
      faults.append("apiVersion and kind are not those of an audit policy: audit.k8s.io/v1, Policy")
    }
    check(root, among: ["apiVersion", "kind", "metadata", "omitStages", "omitManagedFields", "rules"], "", &faults)
    guard let list = root["rules"]?.list, !list.isEmpty else {
      return (nil, faults + ["rules: a policy without rules logs nothing, and the API server refuses it"])
    }
    let rules = list.enumerated().compactMap { rule($1, number: $0 + 1, &faults) }
    guard faults.isEmpty else { return (nil, faults) }
    return (AuditPolicy(rules: rules, omitStages: root["omitStages"]?.strings ?? []), [])
  }

  private static let fields = [
    "level", "users", "userGroups", "verbs", "resources", "namespaces", "nonResourceURLs", "omitStages",
    "omitManagedFields",
  ]

  private static func rule(_ value: Value, number: Int, _ faults: inout [String]) -> Rule? {
    let place = "rules[\(number - 1)]"
    check(value, among: fields, place + ".", &faults)
    guard let level = value["level"]?.string.flatMap({ Level($0) }) else {
      let near = value["level"]?.string.flatMap { NearMiss.of($0, among: Level.allCases.map(\.name)) }
      faults.append(
        "\(place).level: one of None, Metadata, Request, RequestResponse is expected"
          + (near.map { "; did you mean \($0)?" } ?? ""))
      return nil
    }
    var rule = Rule(level: level, number: number)
    func strings(_ key: String) -> [String] {
      guard let given = value[key], !given.isNull else { return [] }
      guard let list = given.list, let strings = given.strings, strings.count == list.count else {
        faults.append("\(place).\(key): a list of strings is expected")
        return []
      }
      return strings
    }
    rule.users = strings("users")
    rule.userGroups = strings("userGroups")
    rule.verbs = strings("verbs")
    rule.namespaces = strings("namespaces")
    rule.nonResourceURLs = strings("nonResourceURLs")
    rule.omitStages = strings("omitStages")
    if let resources = value["resources"]?.list, !resources.isEmpty {
      rule.resources = resources.enumerated().map { index, entry in
        check(entry, among: ["group", "resources", "resourceNames"], "\(place).resources[\(index)].", &faults)
        return (
          entry["group"]?.string ?? "", entry["resources"]?.strings ?? [], entry["resourceNames"]?.strings ?? []
        )
      }
    }
    return rule
  }

  private static func check(_ value: Value, among known: [String], _ place: String, _ faults: inout [String]) {
    for key in value.map?.keys ?? [] where !known.contains(key) {
      let near = NearMiss.of(key, among: known)
      faults.append("\(place)\(key): there is no such field" + (near.map { "; did you mean \($0)?" } ?? ""))
    }
  }

  // MARK: What it logs

  /// How much of a kind of request is logged, as far as that does not depend on who asks and where.
  struct Answer {
    /// The level where no condition on users, namespaces or names comes first.
    var level: Level
    /// The rule that says so; nil where none does.
    var rule: Int?
    /// Rules before it that log less for some users, in some namespaces or of some names.
    var less: [Rule] = []
    var omitsOutcome = false
  }

  func answer(verb: String, group: String, resource: String) -> Answer {
    var less: [Rule] = []
    for rule in rules where rule.matches(verb: verb, group: group, resource: resource) {
      if rule.isConditional(group: group, resource: resource) {
        less.append(rule)
        continue
      }
      let omits = (omitStages + rule.omitStages).contains("ResponseComplete")
      return Answer(
        level: rule.level, rule: rule.number, less: less.filter { $0.level < rule.level }, omitsOutcome: omits)
    }
    return Answer(level: .none, rule: nil)
  }
}

extension AuditPolicy.Rule {
  func matches(verb: String, group: String, resource: String) -> Bool {
    guard verbs.isEmpty || verbs.contains(verb) || verbs.contains("*") else { return false }
    guard let resources else { return nonResourceURLs.isEmpty }
    return resources.contains { $0.group == group && AuditPolicy.Rule.takes(resource, $0.resources) }
  }

  /// Whether it is about some of these requests only.
  func isConditional(group: String, resource: String) -> Bool {
    if !users.isEmpty || !userGroups.isEmpty || !namespaces.isEmpty { return true }
    guard let resources else { return false }
    return resources.filter { $0.group == group && AuditPolicy.Rule.takes(resource, $0.resources) }
      .allSatisfy { !$0.names.isEmpty }
  }

  private static func takes(_ resource: String, _ patterns: [String]) -> Bool {
    patterns.isEmpty || patterns.contains { $0 == "*" || $0 == resource || $0 == "\(resource)/*" }
  }

  /// For whom, where or of what it is.
  var condition: String {
    var parts: [String] = []
    if !users.isEmpty { parts.append("users \(users.joined(separator: ", "))") }
    if !userGroups.isEmpty { parts.append("groups \(userGroups.joined(separator: ", "))") }
    if !namespaces.isEmpty { parts.append("namespaces \(namespaces.joined(separator: ", "))") }
    let names = (resources ?? []).flatMap(\.names)
    if !names.isEmpty { parts.append("names \(names.joined(separator: ", "))") }
    return parts.joined(separator: " and ")
  }
}
