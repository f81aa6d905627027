/// Ports by name that no destination has.
enum NamedPortLints {
  static func findings(_ context: LintContext, _ index: inout LabelIndex) -> [LintFinding] {
    var findings: [LintFinding] = []
    var having: [NamedPort: Bitset] = [:]
    for (place, policy) in context.policies.enumerated() where policy.isModelled {
      for direction in Direction.allCases {
        for rule in policy.sections[direction]?.rules ?? [] {
          guard case .some(_, let named, _, _) = rule.traffic, !named.isEmpty else { continue }
          let destinations =
            direction == .ingress ? context.subjects[place] : peers(rule, context, &index)
          // Where there is no destination, that is the finding.
          guard let destinations, !destinations.isEmpty else { continue }
          for name in named {
            let havers = having[name] ?? endpoints(with: name, context)
            having[name] = havers
            guard havers.isDisjoint(with: destinations) else { continue }
            let transport = name.transport.map { "\($0.name) " } ?? ""
            let whom = direction == .ingress ? "no pod that the policy selects" : "no pod that the rule's peers select"
            findings.append(
              LintFinding(
                .unreachableNamedPort, policy.identity, path: rule.path,
                "\(whom) has a \(transport)port named '\(name.name)'"))
          }
        }
      }
    }
    return findings
  }

  private static func endpoints(with name: NamedPort, _ context: LintContext) -> Bitset {
    var found = Bitset(count: context.model.endpoints.count)
    for (place, endpoint) in context.model.endpoints.enumerated() where !endpoint.traffic(name).isEmpty {
      found.insert(place)
    }
    return found
  }

  /// The pods among the peers; nil where nodes are among them, whose pods nobody knows.
  private static func peers(_ rule: PolicyRule, _ context: LintContext, _ index: inout LabelIndex) -> Bitset? {
    let count = context.model.endpoints.count
    guard case .terms(let terms) = rule.peers else { return Bitset(count: count, filled: 0..<count) }
    var peers = Bitset(count: count)
    for term in terms {
      switch term.who {
      case .pods(let expression): peers.formUnion(index.endpoints(expression))
      case .addresses(_, .outside), .addresses(_, .notPods), .outside, .domains, .unresolved: break
      case .addresses(_, .everywhere), .nodes, .family, .every, .either, .not: return nil
      }
    }
    return peers
  }
}
