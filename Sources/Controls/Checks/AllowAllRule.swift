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
      remedy: "Name the peers that need the connection.", population: "policies",
      whenNone: "no NetworkPolicy isolates for \(direction.rawValue)",
      .namespaces { context in
        var answer = CheckAnswer()
        let together = rulesTogether(direction, context)
        for (policy, path) in context.isolation.policies[context.name] ?? [] where policy.directions.contains(direction) {
          let subject = CheckResult.Subject(kind: "NetworkPolicy", namespace: context.name, name: policy.name)
          if let defect = policy.defect {
            answer.add(subject, .notEvaluated, defect)
            continue
          }
          let open = (policy.rules[direction] ?? []).filter {
            $0.everyone != nil || together[policy.name]?.contains($0.path) == true
          }
          for rule in open {
            let ports = rule.ports.isEveryPort ? "every port" : "the ports it lists"
            let way = direction == .ingress ? "from" : "to"
            answer.findings.append(
              .init(
                subject: subject,
                message: rule.everyone.map { "allows \(direction.rawValue) \(way) \($0) on \(ports)" }
                  ?? "allows \(direction.rawValue) \(way) any address on \(ports), together with other rules",
                storePath: path, yamlPath: rule.path, remedy: "Name the peers that need it in '\(rule.path)'."))
          }
          answer.add(subject, open.isEmpty ? .pass : .fail, open.isEmpty ? "" : "\(open.count) rules allow everyone")
        }
        answer.outcomes += context.unjudgedPolicies
        return answer
      })
  }

  /// Rules that let everyone through only together, by policy: on a pod that is there, or on a new one.
  private static func rulesTogether(
    _ direction: Direction, _ context: NamespaceContext
  ) -> [String: Set<String>] {
    let labels = Set(context.workloads.flatMap(\.variants).map(\.labels) + [[:]])
    var rules: [String: Set<String>] = [:]
    for labels in labels {
      for source in context.isolation.openness(labels, in: context.name, direction).sources {
        rules[source.policy, default: []].insert(source.rule.path)
      }
    }
    return rules
  }
}
