@testable import Controls
import KubeModel
import Testing

@Suite struct FrameworkEvaluatorTests {
  typealias Part = (id: String, strength: Framework.Strength, status: ControlStatus?)

  func check(_ id: String, restsOnEnforcement: Bool = false) -> Check {
    Check(
      id: id, title: id, reason: "", remedy: "", population: "things", restsOnEnforcement: restsOnEnforcement,
      .cluster(.nothing) { _ in CheckAnswer() })
  }

  func result(_ check: Check, _ status: ControlStatus) -> CheckResult {
    CheckResult(check, CheckAnswer(), empty: (status, "because"))
  }

  /// The result of a control that is mapped to these parts; a part without a status has no check.
  func control(
    _ parts: [Part], attestations: [String] = [], effective: [String] = [], enforcement: ClusterState.Enforcement = .on,
    restsOnEnforcement: Bool = false
  ) throws -> ControlResult {
    let control = Framework.Control(
      id: "1", title: "t", requirement: "r", level: nil, assessment: nil,
      checks: parts.map { Framework.Mapping(check: $0.id, strength: $0.strength) }, attestations: attestations,
      effective: effective)
    let framework = Framework(
      id: "f", name: "F", version: "1", aliases: [], source: "s", note: nil, controls: [control], digest: "")
    let results = parts.compactMap { part in
      part.status.map { result(check(part.id, restsOnEnforcement: restsOnEnforcement), $0) }
    }
    return try #require(
      FrameworkEvaluator.evaluate(framework, results: results, enforcement: enforcement).first)
  }

  @Test func `full checks that all pass make a pass`() throws {
    let result = try control([("A", .full, .pass), ("B", .full, .pass)])
    #expect(result.status == .pass)
    #expect(result.explanation == "checks passed: 2 of 2")
  }

  @Test func `a partial check leaves the rest to a person`() throws {
    let result = try control([("A", .partial, .pass)])
    #expect(result.status == .manual)
    #expect(result.explanation.hasPrefix("checks passed: 1 of 1"))
    #expect(try control([("A", .full, .pass), ("B", .partial, .pass)]).status == .manual)
  }

  @Test(arguments: [Framework.Strength.full, .partial])
  func `a check that decides and fails makes a failure, and what is unknown outweighs it`(
    _ strength: Framework.Strength
  ) throws {
    let failed = try control([("A", .full, .pass), ("B", strength, .fail), ("D", .full, nil)])
    #expect(failed.status == .fail)
    #expect(failed.explanation.hasPrefix("checks passed: 1 of 2; failed: B"))
    let unknown = try control([("A", .full, .pass), ("B", strength, .fail), ("C", .full, .notEvaluated)])
    #expect(unknown.status == .notEvaluated)
    #expect(unknown.explanation.hasPrefix("checks passed: 1 of 3; not evaluated: C; failed: B"))
  }

  @Test(arguments: ControlStatus.allCases) func `context never decides`(_ status: ControlStatus) throws {
    #expect(try control([("A", .full, .pass), ("B", .context, status)]).status == .pass)
    #expect(try control([("B", .context, status)]).status == .manual)
    #expect(try control([("A", .full, .fail), ("B", .context, status)]).status == .fail)
  }

  @Test func `no data is never a pass`() throws {
    #expect(try control([("A", .full, .notEvaluated)]).status == .notEvaluated)
    #expect(try control([("A", .full, .pass), ("B", .full, .notEvaluated)]).status == .notEvaluated)
    #expect(try control([("A", .full, nil)]).status == .manual)
    #expect(try control([("A", .full, .pass), ("B", .full, nil)]).status == .manual)
    #expect(try control([]).status == .manual)
    #expect(try control([("A", .full, .notApplicable)]).status == .notApplicable)
    #expect(try control([("A", .full, .error), ("B", .full, .pass)]).status == .error)
  }

  @Test func `a check that nobody computes is named`() throws {
    let result = try control([("A", .full, .pass), ("NP-REV-01", .full, nil)])
    #expect(result.explanation == "checks passed: 1 of 1; a person has to say: not computed: NP-REV-01")
  }

  @Test func `an attestation that is needed leaves it to a person`() throws {
    let result = try control([("A", .full, .pass)], attestations: ["who reviewed it"])
    #expect(result.status == .manual)
    #expect(result.explanation.contains("who reviewed it"))
    #expect(try control([("A", .full, .fail)], attestations: ["who reviewed it"]).status == .fail)
  }

  @Test func `what does not apply is not counted, and makes no control inapplicable in part`() throws {
    let result = try control([("A", .full, .pass), ("B", .full, .notApplicable)])
    #expect(result.status == .pass)
    #expect(result.explanation == "checks passed: 1 of 1")
    #expect(try control([("A", .partial, .notApplicable)]).status == .manual)
    #expect(try control([("A", .full, .notApplicable)], attestations: ["x"]).status == .manual)
  }

  @Test func `a pass that rests on enforcement is none where enforcement is not known`() throws {
    let unknown = try control([("A", .full, .pass)], enforcement: .unknown, restsOnEnforcement: true)
    #expect(unknown.status == .manual)
    #expect(unknown.explanation.contains("not known"))
    #expect(try control([("A", .full, .pass)], enforcement: .unknown).status == .pass)
    #expect(try control([("A", .full, .pass)], enforcement: .off, restsOnEnforcement: true).status == .fail)
    #expect(try control([("A", .partial, .pass)], enforcement: .off, restsOnEnforcement: true).status == .fail)
    #expect(try control([("A", .full, .pass)], enforcement: .off).status == .pass)
    #expect(try control([("A", .full, .fail)], enforcement: .unknown, restsOnEnforcement: true).status == .fail)
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

  // MARK: CIS 5.3.2

  func cis532(_ yaml: String) throws -> ControlResult {
    let framework = try #require(FrameworkCatalog.framework("cis"))
    let context = CheckContext(try ClusterState(yaml: yaml))
    let results = FrameworkEvaluator.evaluate(
      framework, results: CheckCatalog.all.map { $0.result(context) }, enforcement: .on)
    return try #require(results.first { $0.control.id == "5.3.2" })
  }

  @Test func `CIS 5_3_2 passes as the benchmark decides, with the effective verdict beside it`() throws {
    let open = Manifest.namespace("shop")
      + Manifest.policy("open", in: "shop", "{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{}], egress: [{}]}")
    let result = try cis532(open)
    #expect(result.status == .pass)
    #expect(result.effective.map(\.check.id) == ["NP-COV-02", "NP-COV-03"])
    #expect(result.effective.map(\.status) == [.fail, .fail])
  }

  @Test func `CIS 5_3_2 passes on both sides where namespaces are closed, and fails without policies`() throws {
    let closed = try cis532(Manifest.namespace("shop") + Manifest.policy("deny", in: "shop", Manifest.denyBoth))
    #expect(closed.status == .pass)
    #expect(closed.effective.map(\.status) == [.pass, .pass])
    #expect(try cis532(Manifest.namespace("shop")).status == .fail)
    #expect(try cis532("").status == .notEvaluated)
  }
}

extension ClusterState.Enforcement {
  static let on = ClusterState.Enforcement(basis: .read, cni: "calico", detail: "DaemonSet kube-system/calico-node")
  static let off = ClusterState.Enforcement(basis: .read, isOn: false, cni: "flannel", detail: "flannel")
  static let unknown = ClusterState.Enforcement(basis: .unknown, cni: nil, detail: "nobody looked")
}
