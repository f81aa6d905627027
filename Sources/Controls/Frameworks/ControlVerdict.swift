package import KubeModel

/// What came of a control in one scope, or over all of them.
package struct ControlVerdict: Sendable, Hashable {
  /// A check's part in a control.
  package struct Part: Sendable, Hashable {
    package let id: String
    package let strength: Framework.Strength
    /// Nil where nothing answers it.
    package let status: ControlStatus?
    package let restsOnEnforcement: Bool

    package init(id: String, strength: Framework.Strength, status: ControlStatus?, restsOnEnforcement: Bool) {
      self.id = id
      self.strength = strength
      self.status = status
      self.restsOnEnforcement = restsOnEnforcement
    }
  }

  /// Whether a person answered for what no check can tell of a control.
  package enum Attestation: Sendable, Hashable {
    case none
    case valid
    case expired
    /// Somebody said that it is not met.
    case refused
  }

  package let status: ControlStatus
  package let explanation: String

  /// Adds up what checks and people say of a control, as `ControlStatus.byWeight` does.
  ///
  /// What the checks that decide leave open, since they cover only a part or since papers are needed, is `manual` until a
  /// person attests it, and `stale` when that has expired. A pass that rests on enforcement is a failure where the CNI is
  /// known not to enforce, and left to a person where that is not known.
  package init(
    _ control: Framework.Control, _ parts: [Part], _ enforcement: ClusterState.Enforcement, _ attestation: Attestation = .none
  ) {
    let deciding = parts.filter { $0.strength != .context }
    let applicable = deciding.filter { $0.status != nil && $0.status != .notApplicable }
    var statuses = applicable.compactMap(\.status)
    let passed = statuses.count { $0 == .pass || $0 == .attested }
    let tally = applicable.isEmpty ? [] : ["checks passed: \(passed) of \(applicable.count)"]
    var reasons: [String] = []
    for (status, word) in [
      (ControlStatus.error, "could not run"), (.notEvaluated, "not evaluated"), (.fail, "failed"), (.waived, "waived"),
      (.stale, "out of date"), (.manual, "for a person"),
    ] {
      let ids = applicable.filter { $0.status == status }.map(\.id)
      if !ids.isEmpty { reasons.append("\(word): \(ids.joined(separator: ", "))") }
    }
    if applicable.contains(where: { $0.restsOnEnforcement && $0.status == .pass }) {
      if !enforcement.isKnown {
        statuses.append(.manual)
        reasons.append("as modelled; whether the CNI enforces policy is not known")
      } else if !enforcement.isOn {
        statuses.append(.fail)
        reasons.append("as modelled, but the CNI does not enforce policy: \(enforcement.detail)")
      }
    }
    let open = ControlVerdict.left(control, deciding)
    if attestation == .refused {
      statuses.append(.fail)
      reasons.append("a person says that it is not met")
    } else if !open.isEmpty {
      switch attestation {
      case .valid: statuses.append(.attested)
      case .expired: statuses.append(.stale)
      case .none, .refused: statuses.append(.manual)
      }
      let word = switch attestation {
      case .valid: "attested by a person"
      case .expired: "the attestation has expired"
      case .none, .refused: "a person has to say"
      }
      reasons.append("\(word): \(open.joined(separator: "; "))")
    }
    guard let heaviest = StatusTally(statuses).rollUp else {
      status = .notApplicable
      explanation = "nothing in the cluster that it applies to"
      return
    }
    status = heaviest
    explanation = (tally + reasons).joined(separator: "; ")
  }

  /// The verdict where nothing was seen, and why.
  init(unseen reason: String) { self.init(.notEvaluated, explanation: reason) }

  /// A verdict that was reached elsewhere.
  package init(_ status: ControlStatus, explanation: String) {
    self.status = status
    self.explanation = explanation
  }

  /// What the checks leave open.
  private static func left(_ control: Framework.Control, _ deciding: [Part]) -> [String] {
    var open = control.attestations
    let missing = deciding.filter { $0.status == nil }.map(\.id)
    if !missing.isEmpty { open.append("not computed: \(missing.joined(separator: ", "))") }
    if deciding.isEmpty && control.attestations.isEmpty { open.append("no check decides it") }
    if deciding.contains(where: { $0.strength == .partial }) { open.append("the checks cover a part of the requirement") }
    return open
  }
}
