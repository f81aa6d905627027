package import KubeModel

/// What came of a control, and from what.
package struct ControlResult: Sendable {
  /// A check's part in it.
  package struct Part: Sendable {
    package let id: String
    package let strength: Framework.Strength
    /// Nil where no check computes it.
    package let result: CheckResult?
  }

  package let control: Framework.Control
  package let verdict: ControlVerdict
  package let parts: [Part]
  /// Verdicts that stand beside the control's own.
  package let effective: [CheckResult]
  /// The verdict for each namespace that a check says something of, sorted by name.
  package let namespaces: [(name: String, verdict: ControlVerdict)]

  package var status: ControlStatus { verdict.status }
  package var explanation: String { verdict.explanation }
  /// Whether anything that decides it fails, also where what is unknown outweighs that.
  package var hasFailure: Bool {
    status == .fail || parts.contains { $0.strength != .context && ($0.result?.outcomes.contains { $0.status == .fail } ?? false) }
  }
}

/// Rolls results of checks up into controls.
package enum FrameworkEvaluator {
  /// - Parameters:
  ///   - enforcement: whether the CNI enforces policy. A control that rests on enforcement never passes where that is not
  ///     known, and fails where it does not.
  ///   - attestation: what a person said of the control with an id.
  package static func evaluate(
    _ framework: Framework, results: [CheckResult], enforcement: ClusterState.Enforcement,
    attestation: (String) -> ControlVerdict.Attestation = { _ in .none }
  ) -> [ControlResult] {
    let byID = Dictionary(results.map { ($0.check.id, $0) }, uniquingKeysWith: { first, _ in first })
    let byScope = byID.mapValues { result in
      Dictionary(grouping: result.outcomes.filter { $0.subject.scope != nil }, by: { $0.subject.scope ?? "" })
    }
    return framework.controls.map { control in
      func verdict(_ status: (String) -> ControlStatus?) -> ControlVerdict {
        ControlVerdict(
          control,
          control.checks.map {
            .init(
              id: $0.check, strength: $0.strength, status: status($0.check),
              restsOnEnforcement: byID[$0.check]?.check.restsOnEnforcement ?? false)
          }, enforcement, attestation(control.id))
      }
      let deciding = control.checks.filter { $0.strength != .context }.map(\.check)
      let names = Set(deciding.flatMap { byScope[$0].map { Array($0.keys) } ?? [] }).sorted()
      return ControlResult(
        control: control, verdict: verdict { byID[$0]?.status },
        parts: control.checks.map { .init(id: $0.check, strength: $0.strength, result: byID[$0.check]) },
        effective: control.effective.compactMap { byID[$0] },
        namespaces: names.map { name in
          (name, verdict { id in byScope[id].map { StatusTally(($0[name] ?? []).map(\.status)).rollUp ?? .notApplicable } })
        })
    }
  }
}
