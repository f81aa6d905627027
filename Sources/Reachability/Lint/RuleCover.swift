/// What other rules leave of a rule, for one group of endpoints.
///
/// All that is asked here is which traffic of which peers is surely decided elsewhere: what applies in some
/// cases only decides nothing.
struct RuleCover {
  /// A rule in the order in which the group's policies are asked.
  struct Step: Sendable {
    let policy: Int
    let rule: Int
    let action: RuleAction
    let tier: Tier
    /// Rules of one number do the same, one after the other: their order says nothing.
    let run: Int
    /// Policies of one rank, of which nothing says which is first; nil where there is but one.
    let tie: Int?
    let parts: [CompiledRule.Part]
  }

  /// Traffic of peers.
  struct Piece {
    let columns: Bitset
    let traffic: TrafficSet
  }

  let steps: [Step]
  private let columnCount: Int
  /// Tiers that deny what no rule of theirs decides.
  private let closed: Set<Tier>
  private let tiers: [Tier]

  init(_ group: LintContext.Group, _ direction: Direction, _ context: LintContext) {
    columnCount = context.engine.columnCount(direction)
    let own = context.model.endpoints[group.endpoint]
    var steps: [Step] = []
    var closed: Set<Tier> = []
    var ties: [Int: Int] = [:]
    for (place, policy) in group.policies.enumerated() {
      guard place > 0 else { continue }
      let before = group.policies[place - 1]
      let (left, right) = (context.policies[before], context.policies[policy])
      guard left.tier == right.tier, left.rank == right.rank, right.rank.tieBreak == nil else { continue }
      let tie = ties[before] ?? before
      ties[before] = tie
      ties[policy] = tie
    }
    var run = 0
    for place in group.policies {
      let policy = context.policies[place]
      let section = policy.sections[direction]
      if section?.isolates == true && policy.tier.end == .deny { closed.insert(policy.tier) }
      for (index, rule) in context.engine.rules(place, direction).enumerated() {
        let isSubject = rule.subjects?.sure.contains(group.endpoint) ?? true
        let parts = !(rule.subjects?.possible.contains(group.endpoint) ?? true) ? [] : rule.parts.map { part in
          CompiledRule.Part(
            columns: part.columns, traffic: rule.traffic(part, at: own),
            isConditional: part.isConditional || !isSubject)
        }
        if let last = steps.last {
          let isSame = last.tier == policy.tier && last.action == rule.action
          // A tie keeps to itself, and so does each of its policies.
          let isApart = last.policy != place && (last.tie != nil || ties[place] != nil)
          if !isSame || isApart { run += 1 }
        }
        steps.append(
          Step(
            policy: place, rule: index, action: rule.action, tier: policy.tier, run: run, tie: ties[place],
            parts: parts))
      }
    }
    self.steps = steps
    self.closed = closed
    tiers = closed.union(steps.map(\.tier)).sorted()
  }

  /// What a rule matches.
  func pieces(_ step: Step) -> [Piece] {
    step.parts.compactMap { part in
      guard !part.traffic.isEmpty else { return nil }
      let columns = part.columns ?? Bitset(count: columnCount, filled: 0..<columnCount)
      return columns.isEmpty ? nil : Piece(columns: columns, traffic: part.traffic)
    }
  }

  /// What of a rule is left when the rules before its run have decided.
  ///
  /// - Parameter covering: is told of each rule that took something away.
  func undecided(_ step: Step, isCover: (Step) -> Bool, covering: (Step) -> Void) -> [Piece] {
    var undecided = pieces(step)
    for tier in tiers where tier < step.tier {
      var passed: [Piece] = []
      for other in steps where other.tier == tier && !undecided.isEmpty {
        if other.action == .pass || other.action == .unknown {
          passed += overlap(undecided, other)
          // In a tie, what passes may also be decided first: it is kept on both ways.
          if other.action == .unknown || other.tie != nil { continue }
        }
        if isCover(other), subtract(other, from: &undecided) { covering(other) }
      }
      // What the tier denies at its end is decided; what was passed goes on.
      undecided = closed.contains(tier) ? passed : undecided + passed
    }
    for other in steps where other.tier == step.tier && other.run < step.run && !undecided.isEmpty {
      // Nothing says that a policy of the same rank is asked before.
      if let tie = other.tie, tie == step.tie, other.policy != step.policy { continue }
      if other.action != .unknown, isCover(other), subtract(other, from: &undecided) { covering(other) }
    }
    return undecided
  }

  /// Takes away what other rules of the same run match.
  func subtractRun(
    of step: Step, from pieces: inout [Piece], isCover: (Step) -> Bool, covering: (Step) -> Void
  ) {
    for other in steps where other.run == step.run && isCover(other) {
      guard other.policy != step.policy || other.rule != step.rule else { continue }
      if pieces.isEmpty { return }
      if subtract(other, from: &pieces) { covering(other) }
    }
  }

  /// Takes away what a rule surely matches; whether that was anything.
  private func subtract(_ step: Step, from pieces: inout [Piece]) -> Bool {
    var isHit = false
    for part in step.parts where !part.isConditional && !part.traffic.isEmpty {
      var rest: [Piece] = []
      for piece in pieces {
        let inside = part.columns.map { piece.columns.intersection($0) } ?? piece.columns
        guard !inside.isEmpty else {
          rest.append(piece)
          continue
        }
        let traffic = part.traffic == .everything ? TrafficSet.none : piece.traffic.subtracting(part.traffic)
        guard traffic != piece.traffic else {
          rest.append(piece)
          continue
        }
        isHit = true
        if !traffic.isEmpty { rest.append(Piece(columns: inside, traffic: traffic)) }
        let outside = piece.columns.subtracting(inside)
        if !outside.isEmpty { rest.append(Piece(columns: outside, traffic: piece.traffic)) }
      }
      pieces = rest
    }
    return isHit
  }

  /// What of pieces a rule may match, in some cases only or always.
  private func overlap(_ pieces: [Piece], _ step: Step) -> [Piece] {
    step.parts.flatMap { part in
      pieces.compactMap { piece in
        let columns = part.columns.map { piece.columns.intersection($0) } ?? piece.columns
        let traffic = piece.traffic.intersection(part.traffic)
        return columns.isEmpty || traffic.isEmpty ? nil : Piece(columns: columns, traffic: traffic)
      }
    }
  }
}
