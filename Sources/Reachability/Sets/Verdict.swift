/// Whether traffic passes.
package enum Verdict: UInt8, Sendable, Hashable, CaseIterable {
  case denied
  case allowed
  /// It depends on what the objects do not tell: a request's content, a name's addresses, where a pod runs.
  case conditional
  /// Two policies of one rank decide differently.
  case ambiguous
  /// Something that was not read, or is not modelled, may decide otherwise.
  case unknown
  /// No rule decided so far; never an answer.
  case undecided
  /// Allowed, or not decided so far; never an answer.
  case perhapsAllowed
  /// Denied, or not decided so far; never an answer.
  case perhapsDenied
  /// Not in question; never an answer.
  case outside

  package var name: String {
    switch self {
    case .denied: "denied"
    case .allowed: "allowed"
    case .conditional: "conditional"
    case .ambiguous: "ambiguous"
    case .unknown: "unknown"
    case .undecided, .perhapsAllowed, .perhapsDenied, .outside: "undecided"
    }
  }

  /// What becomes of traffic that has to pass at both ends: one denial is enough.
  static func both(_ left: Verdict, _ right: Verdict) -> Verdict {
    if left == .denied || right == .denied { return .denied }
    return left.rawValue > right.rawValue ? left : right
  }

  /// What becomes of the traffic of pods that fare differently: what one of them may do counts.
  static func any(_ left: Verdict, _ right: Verdict) -> Verdict {
    if left == .allowed || right == .allowed { return .allowed }
    return left.rawValue > right.rawValue ? left : right
  }

  /// What becomes of traffic that a rule decides in some cases, and what follows it in the others.
  static func either(_ left: Verdict, _ right: Verdict) -> Verdict {
    if left == right { return left }
    if right == .undecided { return left == .allowed ? .perhapsAllowed : left == .denied ? .perhapsDenied : left }
    if right == .perhapsAllowed && left == .allowed { return .perhapsAllowed }
    if right == .perhapsDenied && left == .denied { return .perhapsDenied }
    for doubt in [Verdict.unknown, .ambiguous] where left == doubt || right == doubt { return doubt }
    return .conditional
  }

  /// What becomes of traffic, given what decides where nothing has decided so far.
  func filled(with rest: Verdict) -> Verdict {
    switch self {
    case .undecided: rest
    case .perhapsAllowed: Verdict.either(.allowed, rest)
    case .perhapsDenied: Verdict.either(.denied, rest)
    default: self
    }
  }

  /// What becomes of traffic that two policies of one rank decide.
  static func tied(_ left: Verdict, _ right: Verdict) -> Verdict {
    if left == .undecided { return right }
    if right == .undecided || left == right { return left }
    for (perhaps, sure) in [(Verdict.perhapsAllowed, Verdict.allowed), (.perhapsDenied, .denied)]
    where (left == perhaps && right == sure) || (right == perhaps && left == sure) {
      return sure
    }
    return left == .unknown || right == .unknown ? .unknown : .ambiguous
  }
}
