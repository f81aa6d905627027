import KubeModel
import Reachability

extension Check {
  /// Rules of every kind of policy. Decided on the set of peers, not on its spelling: halves of the address space, single
  /// exceptions and selectors that everyone satisfies count as everyone.
  static let allowAllIngress = allowAll("NP-RULE-01", .ingress, "No rule allows ingress from everyone")

  /// Rules of every kind of policy. Decided on the set of peers, not on its spelling: halves of the address space, single
  /// exceptions and selectors that everyone satisfies count as everyone.
  static let allowAllEgress = allowAll("NP-RULE-02", .egress, "No rule allows egress to everyone")

  private static func allowAll(_ id: String, _ direction: Direction, _ title: String) -> Check {
    ofPolicies(
      id, title, reason: "A rule without a limit on its peers undoes the isolation around it.",
      remedy: "Name the peers that need the connection.", whenNone: "no policy is about \(direction.rawValue)"
    ) { scope in
      scope.answer(where: { $0.directions.contains(direction) }) { standing, permissions, answer in
        let subject = scope.subject(standing.identity)
        let open = permissions.filter { $0.direction == direction && ($0.everyone != nil || $0.isPartOfEveryone) }
        for rule in open {
          let ports = rule.isEveryPort ? "every port" : "the ports it lists"
          let words = "allows \(direction.rawValue) \(direction.preposition)"
          answer.findings.append(
            .init(
              subject: subject,
              message: rule.everyone.map { "\(words) \($0) on \(ports)" }
                ?? "\(words) any address on \(ports), together with other rules",
              storePath: standing.identity.path, yamlPath: rule.path, remedy: "Name the peers that need it in '\(rule.path)'."))
        }
        answer.add(subject, open.isEmpty ? .pass : .fail, open.isEmpty ? "" : "\(open.count) rules allow everyone")
      }
    }
  }
}
