/// What becomes of a packet.
package enum Verdict: String, Sendable, Hashable, CaseIterable {
  case allowed
  case denied
  /// Allowed or denied by facts that the objects do not hold.
  case conditional
  /// Allowed or denied by an order of policies that nothing defines.
  case ambiguous
  /// Allowed or denied by a field that cannot be decided.
  case unknown
}

extension Verdict {
  init(_ doubt: Doubt) {
    switch doubt {
    case .conditional: self = .conditional
    case .ambiguous: self = .ambiguous
    case .unknown: self = .unknown
    }
  }

  var doubt: Doubt? {
    switch self {
    case .allowed, .denied: nil
    case .conditional: .conditional
    case .ambiguous: .ambiguous
    case .unknown: .unknown
    }
  }

  /// Both verdicts may be the true one. Where they agree nothing is in doubt.
  func either(_ other: Verdict, doubt: Doubt) -> Verdict {
    guard self != other else { return self }
    return Verdict(max(doubt, max(self.doubt ?? doubt, other.doubt ?? doubt)))
  }

  /// What two ends make of a packet together: one that denies settles it.
  func and(_ other: Verdict) -> Verdict {
    if self == .denied || other == .denied { return .denied }
    guard let worst = [self.doubt, other.doubt].compactMap({ $0 }).max() else { return .allowed }
    return Verdict(worst)
  }
}
