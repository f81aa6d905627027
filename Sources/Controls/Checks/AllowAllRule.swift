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
        for (policy, path) in context.isolation.policies[namespace] ?? []
        where policy.directions.contains(direction) {
          let subject = CheckResult.Subject(
            kind: "NetworkPolicy", namespace: namespace, name: policy.name)
          if let defect = policy.defect {
            outcomes.append(.init(subject: subject, status: .notEvaluated, reason: defect))
            continue
          }
          let open = (policy.rules[direction] ?? []).filter { $0.everyone != nil }
          for rule in open {
            let ports = rule.isEveryPort ? "every port" : "the ports it lists"
            findings.append(
              .init(
                subject: subject,
                message: "allows \(direction.rawValue) \(direction == .ingress ? "from" : "to") \(rule.everyone ?? "everyone") on \(ports)",
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
}
