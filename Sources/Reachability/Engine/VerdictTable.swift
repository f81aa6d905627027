/// Verdict maps by number, with every result of joining two of them kept.
///
/// A cluster has few different maps, however many pairs of workloads: rows hold numbers, and each join is
/// done once.
final class VerdictTable {
  /// What a rule does to the traffic that it matches.
  struct Operation: Hashable {
    let traffic: TrafficSet
    let action: RuleAction
    /// Whether the rule decides in some cases only.
    let isConditional: Bool
  }

  private var maps = Interner<VerdictMap>()
  private var operations = Interner<Operation>()
  private var applied: [Triple: UInt32] = [:]
  private var joined: [Join: [UInt64: UInt32]] = [:]

  private struct Triple: Hashable {
    let operation: UInt32
    let state: UInt32
    let next: UInt32
  }

  enum Join: Hashable {
    /// Traffic that has to pass at both ends.
    case both
    /// Traffic of any of several pods.
    case any
    /// Traffic that is of one of two kinds, and nothing tells of which.
    case either
    /// Policies of one rank.
    case tied
    /// The first map, and the second where the first has not decided.
    case fill
  }

  func map(_ number: UInt32) -> VerdictMap { maps[number] }
  func number(of map: VerdictMap) -> UInt32 { maps.number(of: map) }
  func number(of verdict: Verdict) -> UInt32 { maps.number(of: VerdictMap(verdict)) }
  func number(of operation: Operation) -> UInt32 { operations.number(of: operation) }

  /// The state before a rule, given the state behind it.
  ///
  /// - Parameter next: what the next tier says, which is what a rule that passes hands traffic to.
  func apply(_ operation: UInt32, to state: UInt32, next: UInt32) -> UInt32 {
    let key = Triple(operation: operation, state: state, next: next)
    if let known = applied[key] { return known }
    let rule = operations[operation]
    let verdicts =
      switch rule.action {
      case .allow: VerdictMap(.allowed)
      case .deny: VerdictMap(.denied)
      case .unknown: VerdictMap(.unknown)
      case .pass: maps[next]
      }
    let isConditional = rule.isConditional
    let result = maps[state].replacing(rule.traffic, with: verdicts) { new, old in
      isConditional ? Verdict.either(new, old) : new
    }
    let number = number(of: result)
    applied[key] = number
    return number
  }

  func join(_ left: UInt32, _ right: UInt32, _ kind: Join) -> UInt32 {
    let key = UInt64(left) << 32 | UInt64(right)
    if let known = joined[kind]?[key] { return known }
    let (first, second) = (maps[left], maps[right])
    let result =
      switch kind {
      case .both: first.merged(with: second, Verdict.both)
      case .any: first.merged(with: second, Verdict.any)
      case .either: first.merged(with: second, Verdict.either)
      case .tied: first.merged(with: second, Verdict.tied)
      case .fill: first.merged(with: second) { $0.filled(with: $1) }
      }
    let number = number(of: result)
    joined[kind, default: [:]][key] = number
    return number
  }
}
