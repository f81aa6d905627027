/// Selectors that select nothing.
enum SelectionLints {
  static func findings(_ context: LintContext, _ index: inout LabelIndex) -> [LintFinding] {
    var findings: [LintFinding] = []
    for (place, policy) in context.policies.enumerated() where policy.isModelled {
      if policy.subjects.isContradiction {
        findings.append(
          LintFinding(.contradiction, policy.identity, path: policy.subjectPath, "selects nothing, whatever pods there are"))
      } else if context.unknownPods == nil && context.subjects[place].isEmpty {
        findings.append(subject(policy, context, &index))
      }
      for direction in Direction.allCases {
        for rule in policy.sections[direction]?.rules ?? [] {
          guard case .terms(let terms) = rule.peers else { continue }
          findings += terms.compactMap { peer($0, policy, context, &index) }
        }
      }
    }
    return findings
  }

  private static func subject(_ policy: Policy, _ context: LintContext, _ index: inout LabelIndex) -> LintFinding {
    let isAboutNamespaces = policy.subjects.isAboutNamespaces
    let message =
      !index.endpoints(policy.subjects).isEmpty
      ? "selects only pods on the network of their node, which policy does not reach"
      : reason(policy.subjects, context)
    return LintFinding(
      .selectsNothing, policy.identity, path: policy.subjectPath, message,
      // A default for a namespace is often there before the first workload.
      severity: isAboutNamespaces && index.endpoints(policy.subjects).isEmpty ? .info : nil)
  }

  private static func peer(
    _ term: PeerTerm, _ policy: Policy, _ context: LintContext, _ index: inout LabelIndex
  ) -> LintFinding? {
    func finding(_ message: String, _ code: LintCode = .peerSelectsNothing) -> LintFinding {
      LintFinding(code, policy.identity, path: term.path, message)
    }
    switch term.who {
    case .pods(let expression):
      if expression.isContradiction { return finding("selects nothing, whatever pods there are", .contradiction) }
      guard context.unknownPods == nil else { return nil }
      let selected = index.endpoints(expression)
      if selected.isEmpty { return finding(reason(expression, context)) }
      var isReached = false
      selected.forEach { isReached = isReached || !context.model.endpoints[$0].isOnHostNetwork }
      return isReached ? nil : finding("selects only pods on the network of their node, which are no peers by label")
    case .addresses(let blocks, _):
      return blocks.isEmpty ? finding("holds no address: its exceptions leave nothing") : nil
    case .domains(let names):
      return names.isEmpty ? finding("lists no name") : nil
    case .nodes, .outside, .family, .unresolved, .every, .either, .not:
      return nil
    }
  }

  private static func reason(_ expression: LabelExpression, _ context: LintContext) -> String {
    let place = LabelExpression.all(of: expression.conjuncts.filter(\.isAboutNamespaces))
    let namespaces = context.model.namespaces.filter { name, labels in
      place.holds { key in
        switch key {
        case .namespace(let label): labels[label]
        case .namespaceName: name
        case .pod, .serviceAccount: nil
        }
      }
    }
    if namespaces.isEmpty { return "selects nothing: no namespace is what it asks for" }
    let count = namespaces.count
    let which = namespaces.keys.first.flatMap { count == 1 ? "namespace \($0)" : nil } ?? "the \(count) namespaces it speaks of"
    return "selects nothing: no pod of \(which) is what it asks for"
  }
}
