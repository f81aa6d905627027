/// Rules without any limit.
enum OpennessLints {
  static func findings(_ context: LintContext) -> [LintFinding] {
    var everyone: [Direction: Bitset] = [:]
    for direction in Direction.allCases {
      // Pods on their node's network have the address of the node, and are no peers of their own.
      let start = context.engine.rangeStart(direction)
      var all = Bitset(
        count: context.engine.columnCount(direction),
        filled: start..<(start + context.engine.spokenRanges(direction).count))
      for (place, endpoint) in context.model.endpoints.enumerated() where !endpoint.isOnHostNetwork { all.insert(place) }
      everyone[direction] = all
    }
    var findings: [LintFinding] = []
    for (place, policy) in context.policies.enumerated() where policy.isModelled {
      for direction in Direction.allCases {
        let compiled = context.engine.rules(place, direction)
        for (rule, own) in zip(policy.sections[direction]?.rules ?? [], compiled) where rule.action == .allow {
          let isOpen = own.parts.contains { part in
            guard !part.isConditional, part.traffic.isEveryPort else { return false }
            guard let columns = part.columns else { return true }
            guard context.unknownPods == nil, let all = everyone[direction] else { return false }
            return columns.isSuperset(of: all)
          }
          guard isOpen else { continue }
          findings.append(
            LintFinding(
              .allowsEverything, policy.identity, path: rule.path,
              "allows \(direction.rawValue) \(direction == .ingress ? "from" : "to") everyone on every port"))
        }
      }
    }
    return findings
  }
}
