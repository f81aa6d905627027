import AmbitKit
import Controls
import Foundation
import HistoryIndex
import KubeModel
import Registers
import Testing

/// What is told of a period, held against what is told of each moment in it.
@Suite struct PeriodTests {
  private static let who = Journal.Operator(user: "ann", host: "desk")
  private static let hour: Int64 = 3_600_000
  private let fixture: StoreFixture
  /// The hour before the first reading of `fixture`.
  private let start: Int64 = 1_790_000_000_000

  init() throws { fixture = try StoreFixture() }

  // MARK: Clusters

  private func cluster(_ namespaces: [String], _ policies: [String], _ workloads: [String] = []) -> [String] {
    namespaces.map { "{apiVersion: v1, kind: Namespace, metadata: {name: \($0)}}" }
      + policies.map { text in
        let parts = text.split(separator: "/", maxSplits: 2).map(String.init)
        return "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: \(parts[1]), namespace: \(parts[0])}, spec: \(parts[2])}"
      }
      + workloads.map { text in
        let parts = text.split(separator: "/").map(String.init)
        return """
          {apiVersion: apps/v1, kind: Deployment, metadata: {name: \(parts[1]), namespace: \(parts[0])},
           spec: {template: {metadata: {labels: {app: \(parts[1])}}, spec: {containers: []}}}}
          """
      }
  }

  private static let routes = [
    "{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: edge, namespace: z}, spec: {listeners: [{name: http, port: 80, protocol: HTTP}]}}",
    """
    {apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: shop, namespace: z},
     spec: {parentRefs: [{name: edge}], rules: [{backendRefs: [{name: web, namespace: a, port: 80}]}]}}
    """, "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: a}, spec: {selector: {app: web}, ports: [{port: 80}]}}",
  ]

  private static let deny = "deny/{podSelector: {}, policyTypes: [Ingress, Egress]}"
  private static let open = "open/{podSelector: {}, policyTypes: [Ingress], ingress: [{}]}"

  private func history() throws -> ClusterHistory {
    try ClusterHistory(fixture.ambit, cluster: "c", now: Moment(milliseconds: start + 1_000 * PeriodTests.hour))
  }

  private func assess(_ hours: Range<Int64>) throws -> Assessor {
    try Assessor(history(), over: start + hours.lowerBound * PeriodTests.hour..<start + hours.upperBound * PeriodTests.hour)
  }

  private func put(_ text: String, at hours: Int64) throws {
    try _ = RegisterBook(fixture.ambit).put(
      [("register.yaml", Array("apiVersion: ambit/v1\n\(text)\n".utf8))], message: nil, by: PeriodTests.who,
      at: Moment(milliseconds: start + hours * PeriodTests.hour))
  }

  private func check(_ id: String, _ assessor: Assessor) throws -> CheckAssessment {
    try #require(assessor.checks.first { $0.check.id == id })
  }

  /// The intervals of a check, in hours after the start: `1-3 fail`.
  private func intervals(_ id: String, _ assessor: Assessor) throws -> [String] {
    try check(id, assessor).timeline.intervals.map { interval in
      let (from, to) = (interval.range.lowerBound - start, interval.range.upperBound - start)
      return "\(from / PeriodTests.hour)-\(to / PeriodTests.hour) \(interval.isGap ? "gap" : interval.status.rawValue)"
    }
  }

  // MARK: The slow way

  @Test func `a period tells what each state of it tells by itself, and a second look asks nothing`() throws {
    var random = SplitMix(seed: 7)
    for _ in 0..<14 {
      let namespaces = ["a", "b", "c", "default"].filter { _ in random.next() % 4 > 0 } + ["z"]
      let policies = namespaces.flatMap { name in
        [PeriodTests.deny, PeriodTests.open].filter { _ in random.next() % 2 == 0 }.map { "\(name)/\($0)" }
      }
      let workloads = namespaces.flatMap { name in ["web", "db"].filter { _ in random.next() % 2 == 0 }.map { "\(name)/\($0)" } }
      // A route to another namespace, which comes and goes.
      let routes = random.next() % 2 == 0 ? PeriodTests.routes : []
      try fixture.record(cluster(namespaces, policies, workloads) + routes)
    }
    let assessor = try assess(0..<20)
    #expect(assessor.work.asked > 0)
    let history = try history()
    for hour in Int64(1)...14 {
      let time = start + hour * PeriodTests.hour
      let state = try history.state(at: history.point(Moment(milliseconds: time).text))
      let context = CheckContext(state)
      for check in CheckCatalog.all where check.asksStates {
        let slow = check.result(context)
        let fast = try self.check(check.id, assessor)
        #expect(fast.timeline.status(at: time) == slow.status, "\(check.id) in hour \(hour)")
        guard hour == 14 else { continue }
        #expect(Set(fast.result.outcomes) == Set(slow.outcomes), "\(check.id)")
        #expect(Set(fast.result.findings) == Set(slow.findings), "\(check.id)")
        #expect(Set(fast.findings.filter(\.isOpen).map(\.finding)) == Set(slow.findings), "\(check.id)")
      }
    }
    let again = try assess(0..<20)
    #expect(again.work.asked == 0 && again.work.known > 0)
    for (one, other) in zip(assessor.checks, again.checks) { #expect(one.timeline == other.timeline, "\(one.check.id)") }
  }

  @Test func `only what changed is asked again`() throws {
    let names = (0..<20).map { "n\($0)" }
    for round in 0..<10 {
      try fixture.record(cluster(names, round % 2 == 0 ? names.map { "\($0)/\(PeriodTests.deny)" } : names.dropFirst().map { "\($0)/\(PeriodTests.deny)" }))
    }
    let work = try assess(0..<12).work
    // Two states that alternate are two states, of which all but one namespace is the same.
    #expect(work.asked * 8 < work.anew)
  }

  // MARK: Findings

  @Test func `a finding tells which change opened it, and which closed it`() throws {
    try fixture.record(cluster(["a"], ["a/\(PeriodTests.deny)"]))
    try fixture.record(cluster(["a"], []))
    try fixture.record(cluster(["a"], ["a/\(PeriodTests.deny)"]))
    let assessor = try assess(1..<6)
    #expect(try intervals("NP-COV-01", assessor) == ["1-2 pass", "2-3 fail", "3-6 pass"])
    let commits = try fixture.git("rev-list", "--reverse", "c").split(separator: "\n").map(String.init)
    let finding = try #require(check("NP-COV-01", assessor).findings.first)
    #expect(!finding.isOpen && finding.spans.count == 1)
    let path = "namespaces/a/networkpolicies.networking.k8s.io/deny.yaml"
    #expect(finding.spans.first?.opened?.commit == commits[1] && finding.spans.first?.opened?.path == path)
    #expect(finding.spans.first?.closed?.commit == commits[2] && finding.spans.first?.closed?.path == path)
  }

  // MARK: Gaps

  @Test func `time in which nobody looked is a gap, and in no share`() throws {
    try put("kind: Cadence\nspec: {every: 1h, tolerance: 1h}", at: 0)
    for _ in 0..<3 { try fixture.record(cluster(["a"], [])) }
    for _ in 0..<4 { _ = fixture.nextTime() }
    try fixture.record(cluster(["a"], ["a/\(PeriodTests.deny)"]))
    let assessor = try assess(1..<9)
    #expect(try intervals("NP-COV-01", assessor) == ["1-5 fail", "5-8 gap", "8-9 pass"])
    let timeline = try check("NP-COV-01", assessor).timeline
    #expect(timeline.observed == 5 * PeriodTests.hour && timeline.length(of: .fail) == 4 * PeriodTests.hour)
    #expect(assessor.observed.gaps.count == 1 && assessor.observed.cadence == PeriodTests.hour)
    #expect(try check("NP-HIST-01", assessor).result.status == .fail)
  }

  @Test func `before the first reading and after the last, nobody looked`() throws {
    try put("kind: Cadence\nspec: {every: 1h, tolerance: 1h}", at: 0)
    try fixture.record(cluster(["a"], []))
    #expect(try intervals("NP-COV-01", assess(0..<8)) == ["0-1 gap", "1-3 fail", "3-8 gap"])
  }

  // MARK: Waivers

  private func waiver(_ fingerprint: String, expires hours: Int64, from: String = "") -> String {
    """
    kind: Waivers
    spec:
      waivers:
      - {id: W-1, check: NP-COV-01, fingerprints: ["\(fingerprint)"], owner: alice, approver: bob, reason: later,
         expires: "\(Moment(milliseconds: start + hours * PeriodTests.hour).text)"\(from)}
    """
  }

  @Test func `a waiver holds from when it was recorded until it expires, to the millisecond, and for its finding only`() throws {
    for _ in 0..<8 { try fixture.record(cluster(["a", "b"], ["b/\(PeriodTests.deny)"])) }
    let finding = try #require(check("NP-COV-01", assess(1..<9)).findings.first)
    try put(waiver(finding.fingerprint, expires: 12), at: 10)
    for _ in 0..<6 { try fixture.record(cluster(["a", "b"], ["b/\(PeriodTests.deny)"])) }
    let assessor = try assess(1..<15)
    #expect(try intervals("NP-COV-01", assessor) == ["1-10 fail", "10-12 waived", "12-15 fail"])
    #expect(assessor.waivers.map(\.standings) == [[.expired]])
    // Another finding of the same check is not waived.
    try put(waiver(finding.fingerprint, expires: 30), at: 15)
    try fixture.record(cluster(["a", "b"], []))
    let both = try check("NP-COV-01", assess(14..<18))
    #expect(both.result.status == .fail)
    #expect(Set(both.result.outcomes.map(\.status)) == [.waived, .fail])
    #expect(both.findings.first { $0.fingerprint == finding.fingerprint }?.waiver == "W-1")
    #expect(both.findings.filter { $0.waiver == nil }.count == 1)
  }

  @Test func `a waiver of what was before it was recorded is told as retroactive, and one that covers nothing as such`() throws {
    for _ in 0..<3 { try fixture.record(cluster(["a"], ["a/\(PeriodTests.deny)"])) }
    let from = ", from: \"\(Moment(milliseconds: start).text)\""
    try put(waiver(String(repeating: "ab", count: 32), expires: 10_000, from: from), at: 4)
    #expect(try assess(1..<6).waivers.map(\.standings) == [[.inForce, .unmatched, .retroactive]])
  }

  // MARK: Attestations

  @Test func `what people attest counts from when they did, and then is stale`() throws {
    for _ in 0..<12 { try fixture.record(cluster(["a"], [])) }
    try put(
      """
      kind: Attestations
      spec:
        attestations:
        - {id: A-1, for: NP-REV-01, statement: reviewed, by: alice, validUntil: "\(Moment(milliseconds: start + 8 * PeriodTests.hour).text)"}
      """, at: 4)
    let assessor = try assess(1..<12)
    #expect(try intervals("NP-REV-01", assessor) == ["1-4 not-evaluated", "4-8 attested", "8-12 stale"])
    let pci = try #require(FrameworkCatalog.framework("pci"))
    let control = try #require(assessor.assessment(of: pci).controls.first { $0.control.id == "1.2.7" })
    #expect(control.verdict.status == .stale)
    #expect(control.clocks.map(\.standing) == [.done])
  }

  // MARK: Moments

  @Test func `a moment is judged by what was recorded until then`() throws {
    try fixture.record(cluster(["a"], []))
    let history = try history()
    let finding = try #require(check("NP-COV-01", Assessor(history, at: history.point(nil))).findings.first)
    #expect(finding.isOpen && finding.waiver == nil)
    try put(waiver(finding.fingerprint, expires: 10_000), at: 3)
    func status(at hour: Int64) throws -> ControlStatus {
      let point = try history.point(Moment(milliseconds: start + hour * PeriodTests.hour).text)
      return try check("NP-COV-01", Assessor(history, at: point)).result.status
    }
    #expect(try status(at: 2) == .fail)
    #expect(try status(at: 3) == .waived)
  }
}

/// A small generator whose numbers are the same everywhere.
private struct SplitMix {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
