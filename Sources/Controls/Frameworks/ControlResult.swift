package import KubeModel

/// What came of a control, and from what.
package struct ControlResult: Sendable {
  /// A check's part in it.
  package struct Part: Sendable {
    package let id: String
    package let strength: Framework.Strength
    /// Nil where no check computes it yet.
    package let result: CheckResult?
  }

  package let control: Framework.Control
  package let status: ControlStatus
  package let explanation: String
  package let parts: [Part]
  /// Verdicts that stand beside the control's own.
  package let effective: [CheckResult]
}

/// Rolls results of checks up into controls.
package enum FrameworkEvaluator {
  /// - Parameter enforcement: whether the CNI enforces policy. A control that rests on enforcement never
  ///   passes where that is not known, and fails where it does not.
  package static func evaluate(
    _ framework: Framework, results: [CheckResult], enforcement: ClusterState.Enforcement
  ) -> [ControlResult] {
    let byID = Dictionary(results.map { ($0.check.id, $0) }, uniquingKeysWith: { first, _ in first })
    return framework.controls.map { control in
      let parts = control.checks.map {
        ControlResult.Part(id: $0.check, strength: $0.strength, result: byID[$0.check])
      }
      let (status, explanation) = verdict(control, parts, enforcement)
      return ControlResult(
        control: control, status: status, explanation: explanation, parts: parts,
        effective: control.effective.compactMap { byID[$0] })
    }
  }

  private static func verdict(
    _ control: Framework.Control, _ parts: [ControlResult.Part], _ enforcement: ClusterState.Enforcement
  ) -> (ControlStatus, String) {
    let deciding = parts.filter { $0.strength != .context }
    let computed = deciding.compactMap(\.result)
    let ids = { (status: ControlStatus) in
      computed.filter { $0.status == status }.map(\.check.id).joined(separator: ", ")
    }
    if computed.contains(where: { $0.status == .fail }) { return (.fail, "failed: \(ids(.fail))") }
    if computed.contains(where: { $0.status == .error }) { return (.error, "could not run: \(ids(.error))") }
    if computed.contains(where: { $0.status == .notEvaluated }) {
      return (.notEvaluated, "not evaluated: \(ids(.notEvaluated))")
    }
    let applicable = computed.filter { $0.status != .notApplicable }
    let passed = applicable.count { $0.status == .pass }
    let tally = "checks passed: \(passed) of \(applicable.count)"
    let isAtStake = applicable.contains(where: \.check.restsOnEnforcement)
    if isAtStake && enforcement.isKnown && !enforcement.isOn {
      return (.fail, "\(tally) as modelled, but the CNI does not enforce policy: \(enforcement.detail)")
    }
    let missing = deciding.filter { $0.result == nil }.map(\.id)
    if !missing.isEmpty {
      let before = applicable.isEmpty ? "" : "\(tally); "
      return (.manual, "\(before)not computed, a person answers: \(missing.joined(separator: ", "))")
    }
    if deciding.isEmpty { return (.manual, "no check decides it; a person does") }
    guard deciding.allSatisfy({ $0.strength == .full }) else {
      return (.manual, "\(tally); they cover a part of the requirement")
    }
    if !control.attestations.isEmpty {
      return (.manual, "\(tally); attestation needed: \(control.attestations.joined(separator: "; "))")
    }
    if applicable.isEmpty { return (.notApplicable, "nothing in the cluster that it applies to") }
    if isAtStake && !enforcement.isKnown {
      return (.manual, "\(tally) as modelled; whether the CNI enforces policy is not known")
    }
    return (.pass, tally)
  }
}
