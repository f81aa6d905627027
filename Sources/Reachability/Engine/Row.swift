/// What becomes of an endpoint's traffic in one direction, for every column.
struct Row: Sendable {
  struct Part: Sendable {
    /// The verdict map, by its number.
    let state: UInt32
    let columns: Bitset
  }

  /// The verdict map of the columns that no part holds.
  let base: UInt32
  let parts: [Part]

  func state(_ column: Int) -> UInt32 { parts.first { $0.columns.contains(column) }?.state ?? base }
}

/// Evaluates the policies that apply to an endpoint, from the last rule to the first.
///
/// Backwards, a rule that applies in some cases only, and one that passes to the next tier, find what comes
/// behind them already decided. Columns that fare alike are kept together as sets.
struct RowEvaluator {
  let table: VerdictTable
  let columnCount: Int

  /// One policy, as far as a row needs it.
  struct Step {
    let tier: Tier
    let rank: Policy.Rank
    let isolates: Bool
    let rules: [CompiledRule]
  }

  private struct Part {
    var state: UInt32
    /// What the next tier says.
    var next: UInt32
    var columns: Bitset
  }

  /// - Parameters:
  ///   - steps: sorted by tier and rank.
  ///   - endpoint: the place of the endpoint that the row is of.
  ///   - nodes: columns whose traffic may come from the endpoint's own node, which always passes.
  func row(_ steps: [Step], of endpoint: Int, _ own: Endpoint, nodes: Bitset?) -> Row {
    var parts = [Part(state: table.number(of: .allowed), next: 0, columns: Bitset(count: columnCount, filled: 0..<columnCount))]
    for tier in RowEvaluator.groups(steps[...], by: { $0.tier == $1.tier }).reversed() {
      let isEnd = tier.contains(where: \.isolates) && tier[tier.startIndex].tier.end == .deny
      let denied = table.number(of: .denied)
      parts = parts.map { Part(state: isEnd ? denied : $0.state, next: $0.state, columns: $0.columns) }
      for group in RowEvaluator.groups(tier, by: { $0.rank == $1.rank && $0.rank.tieBreak == nil }).reversed() {
        if group.count == 1, let step = group.first {
          apply(step, to: &parts, endpoint, own)
        } else {
          parts = parts.flatMap { tied(group, $0, endpoint, own) }
        }
      }
      // What comes behind the tier is settled in the states now.
      parts = RowEvaluator.coalesced(parts.map { Part(state: $0.state, next: 0, columns: $0.columns) })
    }
    if let nodes {
      let pass = table.number(
        of: VerdictTable.Operation(traffic: .everything, action: .allow, isConditional: true))
      split(&parts, nodes, pass)
      parts = RowEvaluator.coalesced(parts)
    }
    return RowEvaluator.row(parts)
  }

  /// One row of several that are each for one family of addresses.
  ///
  /// - Parameter speaking: the columns that speak each of the families. One that speaks none of them has no traffic.
  func joined(_ rows: [Row], speaking: [Bitset]) -> Row {
    guard var result = rows.first, var known = speaking.first else { return Row(base: 0, parts: []) }
    for (row, columns) in zip(rows, speaking).dropFirst() {
      let (both, others) = (known.intersection(columns), columns.subtracting(known))
      let parts = parts(of: result).flatMap { left in
        self.parts(of: row).flatMap { right -> [Part] in
          let shared = left.columns.intersection(right.columns)
          let (joined, own) = (shared.intersection(both), shared.intersection(others))
          let rest = shared.subtracting(both).subtracting(others)
          return [
            Part(state: table.join(left.state, right.state, .either), next: 0, columns: joined),
            Part(state: right.state, next: 0, columns: own), Part(state: left.state, next: 0, columns: rest),
          ].filter { !$0.columns.isEmpty }
        }
      }
      result = RowEvaluator.row(RowEvaluator.coalesced(parts))
      known.formUnion(columns)
    }
    return result
  }

  /// A row as parts that together hold every column.
  private func parts(of row: Row) -> [Part] {
    let explicit = row.parts.map { Part(state: $0.state, next: 0, columns: $0.columns) }
    let rest = explicit.reduce(Bitset(count: columnCount, filled: 0..<columnCount)) { $0.subtracting($1.columns) }
    return explicit + [Part(state: row.base, next: 0, columns: rest)]
  }

  /// The state of most columns is left implicit.
  private static func row(_ parts: [Part]) -> Row {
    let counts = parts.map(\.columns.count)
    let base = counts.indices.max { counts[$0] < counts[$1] } ?? 0
    return Row(
      base: parts[base].state,
      parts: parts.indices.filter { $0 != base }.map { Row.Part(state: parts[$0].state, columns: parts[$0].columns) })
  }

  private func apply(_ step: Step, to parts: inout [Part], _ endpoint: Int, _ own: Endpoint) {
    for rule in step.rules.reversed() {
      guard rule.subjects?.possible.contains(endpoint) ?? true else { continue }
      let isSubject = rule.subjects?.sure.contains(endpoint) ?? true
      for part in rule.parts {
        let traffic = rule.traffic(part, at: own)
        guard !traffic.isEmpty else { continue }
        let operation = table.number(
          of: VerdictTable.Operation(
            traffic: traffic, action: rule.action, isConditional: part.isConditional || !isSubject))
        split(&parts, part.columns, operation)
      }
      parts = RowEvaluator.coalesced(parts)
    }
  }

  /// Policies of one rank: each by itself, and then what they agree on.
  private func tied(_ group: ArraySlice<Step>, _ part: Part, _ endpoint: Int, _ own: Endpoint) -> [Part] {
    let undecided = table.number(of: .undecided)
    var joined = [Part(state: undecided, next: part.next, columns: part.columns)]
    for step in group {
      var single = [Part(state: undecided, next: part.next, columns: part.columns)]
      apply(step, to: &single, endpoint, own)
      joined = joined.flatMap { left in
        single.compactMap { right in
          let columns = left.columns.intersection(right.columns)
          guard !columns.isEmpty else { return nil }
          return Part(state: table.join(left.state, right.state, .tied), next: part.next, columns: columns)
        }
      }
    }
    return joined.map { Part(state: table.join($0.state, part.state, .fill), next: part.next, columns: $0.columns) }
  }

  private func split(_ parts: inout [Part], _ columns: Bitset?, _ operation: UInt32) {
    var result: [Part] = []
    result.reserveCapacity(parts.count + 2)
    for part in parts {
      let state = table.apply(operation, to: part.state, next: part.next)
      guard let columns, state != part.state else {
        result.append(Part(state: state, next: part.next, columns: part.columns))
        continue
      }
      guard !columns.isDisjoint(with: part.columns) else {
        result.append(part)
        continue
      }
      let inside = part.columns.intersection(columns)
      result.append(Part(state: state, next: part.next, columns: inside))
      let outside = part.columns.subtracting(columns)
      if !outside.isEmpty { result.append(Part(state: part.state, next: part.next, columns: outside)) }
    }
    parts = result
  }

  /// Joins parts that cannot be told apart any more.
  private static func coalesced(_ parts: [Part]) -> [Part] {
    guard parts.count > 1 else { return parts }
    var result: [Part] = []
    for part in parts {
      if let same = result.firstIndex(where: { $0.state == part.state && $0.next == part.next }) {
        result[same].columns.formUnion(part.columns)
      } else {
        result.append(part)
      }
    }
    return result
  }

  private static func groups(_ steps: ArraySlice<Step>, by isSame: (Step, Step) -> Bool) -> [ArraySlice<Step>] {
    var result: [ArraySlice<Step>] = []
    var start = steps.startIndex
    for index in steps.indices where index + 1 == steps.endIndex || !isSame(steps[start], steps[index + 1]) {
      result.append(steps[start...index])
      start = index + 1
    }
    return result
  }
}
