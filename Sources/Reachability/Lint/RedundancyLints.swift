/// Policies and rules that change nothing.
///
/// From the last policy to the first, each is tried without itself and without what was found redundant
/// before: so all that is found can be deleted together, and of two that are alike the later is named.
struct RedundancyLints {
  private struct RuleKey: Hashable {
    let policy: Int
    let direction: Direction
    let rule: Int
  }

  private enum Fate {
    /// The rule decides something, or matches nothing at all.
    case decides
    case shadowed
    case covered
  }

  private let context: LintContext
  private var covers: [Direction: [RuleCover?]] = [:]
  private var removedRules: Set<RuleKey> = []
  private var removedPolicies: Set<Int> = []

  static func findings(_ context: LintContext) -> [LintFinding] {
    var lints = RedundancyLints(context)
    return context.policies.indices.reversed().flatMap { lints.findings($0) }
  }

  private init(_ context: LintContext) {
    self.context = context
    for direction in Direction.allCases {
      covers[direction] = Array(repeating: nil, count: context.groups[direction]?.count ?? 0)
    }
  }

  private mutating func findings(_ place: Int) -> [LintFinding] {
    let policy = context.policies[place]
    guard policy.isModelled, !policy.sections.isEmpty, !context.subjects[place].isEmpty else { return [] }
    if let finding = wholePolicy(place, policy) { return [finding] }
    var findings: [LintFinding] = []
    for direction in Direction.allCases {
      let rules = policy.sections[direction]?.rules ?? []
      for index in rules.indices.reversed() {
        let key = RuleKey(policy: place, direction: direction, rule: index)
        let (fate, by) = fate(key, isWhole: false)
        guard fate != .decides else { continue }
        removedRules.insert(key)
        let list = names(by, apartFrom: place)
        findings.append(
          fate == .shadowed
            ? LintFinding(.shadowedRule, policy.identity, path: rules[index].path, "all that it matches is decided before, by \(list)")
            : LintFinding(.redundantRule, policy.identity, path: rules[index].path, "all that it matches is matched by \(list)"))
      }
    }
    return findings
  }

  private mutating func wholePolicy(_ place: Int, _ policy: Policy) -> LintFinding? {
    var by: Set<RuleKey> = []
    var isolating: Set<Int> = []
    for direction in Direction.allCases {
      guard let section = policy.sections[direction] else { continue }
      if section.isolates {
        guard let other = isolator(place, policy, direction) else { return nil }
        isolating.insert(other)
      }
      for rule in section.rules.indices {
        let (fate, covering) = fate(RuleKey(policy: place, direction: direction, rule: rule), isWhole: true)
        guard fate != .decides else { return nil }
        by.formUnion(covering)
      }
    }
    removedPolicies.insert(place)
    let policies = Set(by.map(\.policy)).union(isolating)
    let titles = policies.map { context.policies[$0].identity.title }.sorted()
    return LintFinding(
      .redundantPolicy, policy.identity, path: policy.subjectPath,
      "nothing changes without it: \(RedundancyLints.list(titles)) \(titles.count == 1 ? "does" : "do") the same")
  }

  /// Another policy that isolates whatever this one does, whichever pods are yet to come.
  private func isolator(_ place: Int, _ policy: Policy, _ direction: Direction) -> Int? {
    guard let group = context.groupsOfPolicy[direction]?[place].first else { return nil }
    let asked = Set(policy.subjects.conjuncts)
    return context.groups[direction]?[group].policies.first { other in
      let candidate = context.policies[other]
      return other != place && !removedPolicies.contains(other) && candidate.tier == policy.tier
        && candidate.sections[direction]?.isolates == true && asked.isSuperset(of: candidate.subjects.conjuncts)
    }
  }

  /// What becomes of a rule in the light of the others, and which of them see to it.
  private mutating func fate(_ key: RuleKey, isWhole: Bool) -> (Fate, Set<RuleKey>) {
    var by: Set<RuleKey> = []
    var matchesAnything = false
    var isShadowed = true
    for group in context.groupsOfPolicy[key.direction]?[key.policy] ?? [] {
      let cover = cover(group, key.direction)
      guard let step = cover.steps.first(where: { $0.policy == key.policy && $0.rule == key.rule }) else { continue }
      guard !cover.pieces(step).isEmpty else { continue }
      matchesAnything = true
      func isCover(_ other: RuleCover.Step) -> Bool {
        if isWhole && other.policy == key.policy { return false }
        return !removedPolicies.contains(other.policy)
          && !removedRules.contains(RuleKey(policy: other.policy, direction: key.direction, rule: other.rule))
      }
      func note(_ other: RuleCover.Step) {
        by.insert(RuleKey(policy: other.policy, direction: key.direction, rule: other.rule))
      }
      var rest = cover.undecided(step, isCover: isCover, covering: note)
      if context.policies[key.policy].isOrdered {
        let place = context.groupPlace(key.policy, group, key.direction)
        cover.subtractRun(
          of: step, from: &rest,
          isCover: {
            isCover($0)
              && ($0.policy == key.policy
                ? $0.rule < key.rule : context.groupPlace($0.policy, group, key.direction) < place)
          }, covering: note)
      }
      if rest.isEmpty { continue }
      isShadowed = false
      cover.subtractRun(of: step, from: &rest, isCover: isCover, covering: note)
      if !rest.isEmpty { return (.decides, []) }
    }
    // What matches nothing is told of as such.
    guard matchesAnything else { return (.decides, []) }
    return (isShadowed ? .shadowed : .covered, by)
  }

  private mutating func cover(_ group: Int, _ direction: Direction) -> RuleCover {
    if let known = covers[direction]?[group] { return known }
    let cover = RuleCover(
      context.groups[direction]?[group] ?? LintContext.Group(policies: [], endpoint: 0, count: 0), direction, context)
    covers[direction]?[group] = cover
    return cover
  }

  private func names(_ rules: Set<RuleKey>, apartFrom own: Int) -> String {
    RedundancyLints.list(
      rules.map { key in
        let policy = context.policies[key.policy]
        let path = policy.sections[key.direction]?.rules[key.rule].path ?? ""
        return key.policy == own ? path : "\(policy.identity.title) \(path)"
      }.sorted())
  }

  private static func list(_ names: [String]) -> String {
    guard !names.isEmpty else { return "the end of a tier before" }
    let shown = names.prefix(3).joined(separator: ", ")
    return names.count > 3 ? "\(shown) and \(names.count - 3) more" : shown
  }
}
