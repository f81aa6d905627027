import KubeModel
import Reachability

extension Check {
  /// Decided on the set of peers, not on its spelling: halves of the address space, single exceptions and
  /// selectors that everyone satisfies count as everyone.
  static let allowAllIngress = allowAll(
    "NP-RULE-01", .ingress, "No rule allows ingress from everyone")

  /// Decided on the set of peers, not on its spelling: halves of the address space, single exceptions and
  /// selectors that everyone satisfies count as everyone.
  static let allowAllEgress = allowAll("NP-RULE-02", .egress, "No rule allows egress to everyone")

  private static func allowAll(_ id: String, _ direction: Direction, _ title: String) -> Check {
    Check(
      id: id, title: title, reason: "A rule without a limit on its peers undoes the isolation around it.",
      remedy: "Name the peers that need the connection.", restsOnEnforcement: false
    ) { context, check in
      var findings: [CheckResult.Finding] = []
      var outcomes: [CheckResult.Outcome] = []
      for namespace in context.namespaces {
        let together = rulesTogether(namespace, direction, context)
        for (policy, path) in context.isolation.policies[namespace] ?? []
        where policy.directions.contains(direction) {
          let subject = CheckResult.Subject(
            kind: "NetworkPolicy", namespace: namespace, name: policy.name)
          if let defect = policy.defect {
            outcomes.append(.init(subject: subject, status: .notEvaluated, reason: defect))
            continue
          }
          let open = (policy.rules[direction] ?? []).filter {
            $0.everyone != nil || together[policy.name]?.contains($0.path) == true
          }
          for rule in open {
            let ports = rule.ports.isEveryPort ? "every port" : "the ports it lists"
            let way = direction == .ingress ? "from" : "to"
            findings.append(
              .init(
                subject: subject,
                message: rule.everyone.map { "allows \(direction.rawValue) \(way) \($0) on \(ports)" }
                  ?? "allows \(direction.rawValue) \(way) any address on \(ports), together with other rules",
                storePath: path, yamlPath: rule.path,
                remedy: "Name the peers that need it in '\(rule.path)'.", remedyYAML: nil))
          }
          outcomes.append(
            .init(
              subject: subject, status: open.isEmpty ? .pass : .fail,
              reason: open.isEmpty ? "" : "\(open.count) rules allow everyone"))
        }
      }
      return CheckResult(
        check, population: "policies", outcomes: outcomes + context.unjudgedPolicies,
        findings: findings,
        empty: context.namespaces.isEmpty
          ? CheckContext.nothingRead
          : (.notApplicable, "no NetworkPolicy isolates for \(direction.rawValue)"))
    }
  }

  /// Rules that let everyone through only together, by policy: on a pod that is there, or on a new one.
  private static func rulesTogether(
    _ namespace: String, _ direction: Direction, _ context: CheckContext
  ) -> [String: Set<String>] {
    let labels = Set(
      (context.workloadsByNamespace[namespace] ?? []).flatMap(\.variants).map(\.labels) + [[:]])
    var rules: [String: Set<String>] = [:]
    for labels in labels {
      for source in context.isolation.openness(labels, in: namespace, direction).sources {
        rules[source.policy, default: []].insert(source.rule.path)
      }
    }
    return rules
  }
}
