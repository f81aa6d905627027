/// Policies of one rank whose order would matter, and is nowhere said.
enum TieLints {
  private struct Pair: Hashable {
    let first: Int
    let second: Int
  }

  static func findings(_ context: LintContext) -> [LintFinding] {
    var found: [Pair: Set<Int>] = [:]
    var ways: [Pair: Set<Direction>] = [:]
    for direction in Direction.allCases {
      for group in context.groups[direction] ?? [] {
        for pair in pairs(group, direction, context) {
          found[pair, default: []].insert(group.endpoint)
          ways[pair, default: []].insert(direction)
        }
      }
    }
    return found.map { pair, endpoints in
      let (first, second) = (context.policies[pair.first].identity, context.policies[pair.second].identity)
      let directions = Direction.allCases.filter { ways[pair]?.contains($0) == true }.map(\.rawValue)
      return LintFinding(
        .undecidedOrder, second, path: "spec.priority",
        "has the priority of \(first.title), and decides \(directions.joined(separator: " and ")) of "
          + "\(context.names(endpoints.sorted())) otherwise")
    }
  }

  /// Pairs of policies that the group's traffic is ambiguous by.
  private static func pairs(_ group: LintContext.Group, _ direction: Direction, _ context: LintContext) -> [Pair] {
    let policies = context.policies
    let tied = group.policies.filter { policies[$0].rank.tieBreak == nil && policies[$0].isModelled }
    guard tied.count > 1 else { return [] }
    let isTied = zip(tied, tied.dropFirst()).contains { isTie(policies[$0], policies[$1]) }
    guard isTied else { return [] }
    let ambiguous = ambiguous(context.engine.row(group.endpoint, direction), direction, context)
    guard !ambiguous.isEmpty else { return [] }
    let cover = RuleCover(group, direction, context)
    var pairs: [Pair] = []
    for (place, first) in tied.enumerated() {
      for second in tied[(place + 1)...] where isTie(policies[first], policies[second]) {
        let isAtOdds = cover.steps.contains { left in
          left.policy == first && cover.steps.contains { right in
            right.policy == second && left.action != right.action && meet(left, right, ambiguous, cover)
          }
        }
        if isAtOdds { pairs.append(Pair(first: first, second: second)) }
      }
    }
    return pairs
  }

  private static func isTie(_ left: Policy, _ right: Policy) -> Bool { left.tier == right.tier && left.rank == right.rank }

  private static func ambiguous(_ row: Row, _ direction: Direction, _ context: LintContext) -> [RuleCover.Piece] {
    let count = context.engine.columnCount(direction)
    var base = Bitset(count: count, filled: 0..<count)
    for part in row.parts { base.subtract(part.columns) }
    return (row.parts.map { ($0.state, $0.columns) } + [(row.base, base)]).compactMap { state, columns in
      let traffic = context.engine.table.map(state).traffic(.ambiguous)
      return traffic.isEmpty ? nil : RuleCover.Piece(columns: columns, traffic: traffic)
    }
  }

  private static func meet(
    _ left: RuleCover.Step, _ right: RuleCover.Step, _ ambiguous: [RuleCover.Piece], _ cover: RuleCover
  ) -> Bool {
    cover.pieces(left).contains { one in
      cover.pieces(right).contains { other in
        ambiguous.contains { piece in
          let columns = one.columns.intersection(other.columns)
          return !columns.isDisjoint(with: piece.columns)
            && !one.traffic.intersection(other.traffic).intersection(piece.traffic).isEmpty
        }
      }
    }
  }
}
