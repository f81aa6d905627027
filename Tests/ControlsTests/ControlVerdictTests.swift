@testable import Controls
import KubeModel
import Testing

@Suite struct ControlVerdictTests {
  typealias Part = (id: String, strength: Framework.Strength, status: ControlStatus?)

  func check(_ id: String) -> Check {
    Check(id: id, title: id, reason: "", remedy: "", population: "things", .cluster(.nothing) { _ in CheckAnswer() })
  }

  /// The verdict on a control that is mapped to these parts; a part without a status has no check.
  func control(
    _ parts: [Part], attestations: [String] = [], enforcement: ClusterState.Enforcement = .on, restsOnEnforcement: Bool = false,
    attestation: ControlVerdict.Attestation = .none
  ) -> ControlVerdict {
    let control = Framework.Control(
      id: "1", title: "t", requirement: "r", level: nil, assessment: nil,
      checks: parts.map { Framework.Mapping(check: $0.id, strength: $0.strength) }, attestations: attestations, effective: [])
    return ControlVerdict(
      control,
      parts.map { .init(id: $0.id, strength: $0.strength, status: $0.status, restsOnEnforcement: restsOnEnforcement) },
      enforcement, attestation)
  }

  @Test func `full checks that all pass make a pass`() {
    let result = control([("A", .full, .pass), ("B", .full, .pass)])
    #expect(result.status == .pass)
    #expect(result.explanation == "checks passed: 2 of 2")
  }

  @Test func `a partial check leaves the rest to a person`() {
    let result = control([("A", .partial, .pass)])
    #expect(result.status == .manual)
    #expect(result.explanation.hasPrefix("checks passed: 1 of 1"))
    #expect(control([("A", .full, .pass), ("B", .partial, .pass)]).status == .manual)
  }

  @Test(arguments: [Framework.Strength.full, .partial])
  func `a check that decides and fails makes a failure, and what is unknown outweighs it`(
    _ strength: Framework.Strength
  ) {
    let failed = control([("A", .full, .pass), ("B", strength, .fail), ("D", .full, nil)])
    #expect(failed.status == .fail)
    #expect(failed.explanation.hasPrefix("checks passed: 1 of 2; failed: B"))
    let unknown = control([("A", .full, .pass), ("B", strength, .fail), ("C", .full, .notEvaluated)])
    #expect(unknown.status == .notEvaluated)
    #expect(unknown.explanation.hasPrefix("checks passed: 1 of 3; not evaluated: C; failed: B"))
  }

  @Test(arguments: ControlStatus.allCases) func `context never decides`(_ status: ControlStatus) {
    #expect(control([("A", .full, .pass), ("B", .context, status)]).status == .pass)
    #expect(control([("B", .context, status)]).status == .manual)
    #expect(control([("A", .full, .fail), ("B", .context, status)]).status == .fail)
  }

  @Test func `no data is never a pass`() {
    #expect(control([("A", .full, .notEvaluated)]).status == .notEvaluated)
    #expect(control([("A", .full, .pass), ("B", .full, .notEvaluated)]).status == .notEvaluated)
    #expect(control([("A", .full, nil)]).status == .manual)
    #expect(control([("A", .full, .pass), ("B", .full, nil)]).status == .manual)
    #expect(control([]).status == .manual)
    #expect(control([("A", .full, .notApplicable)]).status == .notApplicable)
    #expect(control([("A", .full, .error), ("B", .full, .pass)]).status == .error)
  }

  @Test func `a check that nobody computes is named`() {
    let result = control([("A", .full, .pass), ("NP-REV-01", .full, nil)])
    #expect(result.explanation == "checks passed: 1 of 1; a person has to say: not computed: NP-REV-01")
  }

  @Test func `an attestation that is needed leaves it to a person`() {
    let result = control([("A", .full, .pass)], attestations: ["who reviewed it"])
    #expect(result.status == .manual)
    #expect(result.explanation.contains("who reviewed it"))
    #expect(control([("A", .full, .fail)], attestations: ["who reviewed it"]).status == .fail)
  }

  @Test func `what does not apply is not counted, and makes no control inapplicable in part`() {
    let result = control([("A", .full, .pass), ("B", .full, .notApplicable)])
    #expect(result.status == .pass)
    #expect(result.explanation == "checks passed: 1 of 1")
    #expect(control([("A", .partial, .notApplicable)]).status == .manual)
    #expect(control([("A", .full, .notApplicable)], attestations: ["x"]).status == .manual)
  }

  @Test func `a pass that rests on enforcement is none where enforcement is not known`() {
    let unknown = control([("A", .full, .pass)], enforcement: .unknown, restsOnEnforcement: true)
    #expect(unknown.status == .manual)
    #expect(unknown.explanation.contains("not known"))
    #expect(control([("A", .full, .pass)], enforcement: .unknown).status == .pass)
    #expect(control([("A", .full, .pass)], enforcement: .off, restsOnEnforcement: true).status == .fail)
    #expect(control([("A", .partial, .pass)], enforcement: .off, restsOnEnforcement: true).status == .fail)
    #expect(control([("A", .full, .pass)], enforcement: .off).status == .pass)
    #expect(control([("A", .full, .fail)], enforcement: .unknown, restsOnEnforcement: true).status == .fail)
  }

  @Test func `results add up in one direction only`() {
    func status(_ statuses: [ControlStatus]) -> ControlStatus {
      let subject = CheckResult.Subject(kind: "Pod", namespace: nil, name: "x")
      return CheckResult(
        check("A"), CheckAnswer(statuses.map { .init(subject: subject, status: $0, reason: "r") }), isAnythingThere: true
      ).status
    }
    #expect(status([.pass, .notApplicable]) == .pass)
    #expect(status([.pass, .notEvaluated]) == .notEvaluated)
    #expect(status([.pass, .notEvaluated, .fail]) == .notEvaluated)
    #expect(status([.pass, .fail, .waived, .stale, .manual, .attested]) == .fail)
    #expect(status([.pass, .waived, .stale, .manual, .attested]) == .waived)
    #expect(status([.pass, .stale, .manual, .attested]) == .stale)
    #expect(status([.pass, .manual, .attested]) == .manual)
    #expect(status([.pass, .attested]) == .attested)
    #expect(status([.notApplicable]) == .notApplicable)
    #expect(status([]) == .notApplicable)
  }

  @Test func `what a person says of a control counts for what checks leave open, and for nothing else`() {
    let partial: [Part] = [("A", .partial, .pass)]
    #expect(control(partial, attestation: .valid).status == .attested)
    #expect(control(partial, attestation: .expired).status == .stale)
    #expect(control(partial, attestation: .refused).status == .fail)
    #expect(control([("A", .partial, .fail)], attestation: .valid).status == .fail)
    #expect(control([("A", .full, .notEvaluated)], attestation: .valid).status == .notEvaluated)
    #expect(control([("A", .full, .pass)], attestation: .valid).status == .pass)
    #expect(control([("A", .full, .pass)], attestation: .refused).status == .fail)
  }
}

extension ClusterState.Enforcement {
  static let on = ClusterState.Enforcement(basis: .read, cni: "calico", detail: "DaemonSet kube-system/calico-node")
  static let off = ClusterState.Enforcement(basis: .read, isOn: false, cni: "flannel", detail: "flannel")
  static let unknown = ClusterState.Enforcement(basis: .unknown, cni: nil, detail: "nobody looked")
}
