import Controls
import KubeModel
import Testing

@testable import Evidence

@Suite struct AssessmentComparisonTests {
  private let now = Sample.clusters[0]

  private func document(_ assessments: [Assessment] = Sample.clusters) -> [UInt8] {
    Export(assessments, version: "1").bytes(.json)
  }

  /// The document with one text in the place of another.
  private func document(_ old: String, _ new: String) -> [UInt8] {
    Array(String(decoding: document([now]), as: UTF8.self).replacing(old, with: new).utf8)
  }

  private func former(_ old: String = "", _ new: String = "") throws -> ComparedAssessment {
    try #require(try ComparedAssessment.read(old.isEmpty ? document([now]) : document(old, new), name: "x").first)
  }

  private func compared(_ old: String = "", _ new: String = "") throws -> AssessmentComparison {
    AssessmentComparison(from: try former(old, new), to: ComparedAssessment(now))
  }

  // MARK: Reading

  @Test func `what was written reads as what was assessed`() throws {
    let read = try ComparedAssessment.read(document(Sample.clusters + [Sample.hostileCluster, Sample.moment]), name: "x")
    #expect(read == (Sample.clusters + [Sample.hostileCluster, Sample.moment]).map(ComparedAssessment.init))
  }

  @Test(arguments: [
    ("{", "'pack/assessment.json' is no JSON document"), ("{}", "it names no kind"),
    (#"{"kind": "ChangeList", "schemaVersion": 1}"#, "its kind is 'ChangeList', not 'Assessment'"),
    (#"{"kind": "Assessment", "schemaVersion": 2}"#, "it reads schemaVersion 1"),
    (#"{"kind": "Assessment", "schemaVersion": 1}"#, "assessments: a list is missing"),
    (#"{"kind": "Assessment", "schemaVersion": 1, "assessments": {}}"#, "assessments: a list is expected here"),
    (#"{"kind": "Assessment", "schemaVersion": 1, "assessments": [1]}"#, "and"),
  ])
  func `a file that is none is told by name and place`(_ text: String, _ message: String) throws {
    let error = #expect(throws: EvidenceError.self) {
      try ComparedAssessment.read(Array(text.utf8), name: "pack/assessment.json")
    }
    let told = try #require(error)
    #expect(told.message.contains("pack/assessment.json") && told.message.contains(message))
    #expect(told.failure == .badInput && told.hint != nil)
  }

  @Test(arguments: [
    ("\"status\": \"stale\"", "\"status\": \"good\"", "status: one of pass, fail"),
    ("2026-01-01T00:00:00Z", "2026-01-01", "a time such as"), ("\"open\": true", "\"open\": 1", "open: true or false"),
    ("\"to\": \"2026-02-12T00:00:00Z\"", "\"to\": \"2026-02-09T00:00:00Z\"", "it ends before it begins"),
  ])
  func `damage is told with its place`(_ old: String, _ new: String, _ message: String) throws {
    let error = #expect(throws: EvidenceError.self) { try ComparedAssessment.read(document(old, new), name: "x") }
    let problems = try #require(error).problems
    #expect(problems.contains { $0.hasPrefix("assessments[0].") && $0.contains(message) }, "\(problems)")
  }

  // MARK: Comparing

  @Test func `an assessment and itself differ in nothing but their time and what nobody saw`() throws {
    let comparison = try compared()
    #expect(comparison.moved.isEmpty && comparison.appeared.isEmpty && comparison.fixed.isEmpty && comparison.undecided.isEmpty)
    #expect(comparison.open.count == 4)
    #expect(Set(comparison.differences.map(\.kind)) == [.time, .coverage])
    #expect(!comparison.isRefused)
  }

  @Test func `a finding with another fingerprint is a new one, and the old one is fixed`() throws {
    let fingerprint = try #require(now.check("NP-COV-02")?.findings.first?.fingerprint)
    let comparison = try compared(fingerprint, Sample.digest(9))
    #expect(comparison.appeared.map(\.fingerprint) == [fingerprint])
    #expect(comparison.fixed.map(\.fingerprint) == [Sample.digest(9)])
    #expect(comparison.open.count == 3)
  }

  @Test func `a finding that was closed at the end of the former period and is open now has come`() throws {
    let comparison = try compared("\"open\": true", "\"open\": false")
    #expect(comparison.appeared.count == 3 && comparison.undecided.count == 1 && comparison.open.isEmpty && comparison.fixed.isEmpty)
  }

  @Test func `a finding that is not looked for is not fixed`() throws {
    let comparison = try compared("NP-COV-02", "NP-COV-99")
    #expect(comparison.fixed.isEmpty && comparison.appeared.isEmpty)
    #expect(comparison.undecided.filter { $0.isOpenNow }.allSatisfy { $0.finding.check == "NP-COV-02" })
    #expect(comparison.undecided.filter { !$0.isOpenNow }.allSatisfy { $0.finding.check == "NP-COV-99" })
    #expect(comparison.undecided.count == 4)
  }

  @Test func `a finding where the check could not be answered is not fixed either`() throws {
    let outcomes: [CheckResult.Subject: ControlStatus] = [
      CheckResult.Subject(kind: "Namespace", namespace: nil, name: "shop"): .notEvaluated
    ]
    let finding = ComparedAssessment.Finding(
      check: "NP-COV-03", fingerprint: "f", subject: .init(kind: "NetworkPolicy", namespace: "shop", name: "a"),
      message: "open", storePath: nil, waiver: nil)
    let start = ComparedAssessment(now)
    let former = start.before(findings: [finding], outcomes: [:])
    let comparison = AssessmentComparison(from: former, to: start.before(findings: [], outcomes: ["NP-COV-03": outcomes]))
    #expect(comparison.fixed.isEmpty)
    #expect(comparison.undecided == [.init(finding: finding, isOpenNow: false)])
    let dev = CheckResult.Subject(kind: "Namespace", namespace: nil, name: "dev")
    let elsewhere = AssessmentComparison(
      from: former, to: start.before(findings: [], outcomes: ["NP-COV-03": [dev: .notEvaluated]]))
    #expect(elsewhere.fixed == [finding])
  }

  @Test func `controls that moved are told, and those that one side does not have`() throws {
    let comparison = try compared("\"id\": \"5.3.2\"", "\"id\": \"5.3.9\"")
    #expect(comparison.moved.map(\.control) == ["5.3.2", "5.3.9"])
    #expect(comparison.moved.map(\.from) == [nil, .pass])
    #expect(comparison.moved.map(\.to) == [.pass, nil])
  }

  @Test(arguments: [
    ("\"scope\": \"the whole cluster\"", "\"scope\": \"namespace shop\"", AssessmentComparison.Difference.Kind.scope, false),
    ("\"complete\": false", "\"complete\": true", .coverage, false),
    ("\"status\": \"unread\"", "\"status\": \"read\"", .coverage, false),
    ("\"enforcement\": \"read\"", "\"enforcement\": \"unknown\"", .enforcement, false),
    ("\"cluster\": \"prod\"", "\"cluster\": \"other\"", .cluster, true),
    ("\"uid\": \"7d0c1a52", "\"uid\": \"00000000", .cluster, true),
    ("\"id\": \"sample-1.0\"", "\"id\": \"other\"", .framework, true),
    (Sample.clusters[0].framework.digest, Sample.digest(3), .frameworkFile, false),
  ])
  func `what cannot be compared is said`(
    _ old: String, _ new: String, _ kind: AssessmentComparison.Difference.Kind, _ isRefused: Bool
  ) throws {
    let comparison = try compared(old, new)
    #expect(comparison.differences.contains { $0.kind == kind })
    #expect(comparison.isRefused == isRefused)
    if isRefused { #expect(comparison.open.isEmpty && comparison.moved.isEmpty) }
  }

  @Test func `what has no partner on the other side is told`() {
    let all = Sample.clusters.map(ComparedAssessment.init)
    let (pairs, formerOnly, nowOnly) = AssessmentComparison.pairs(from: [all[0]], to: [all[1]])
    #expect(pairs.isEmpty && formerOnly == [all[0]] && nowOnly == [all[1]])
    #expect(AssessmentComparison.pairs(from: all, to: all.reversed()).pairs.map(\.now.cluster) == ["edge", "prod"])
  }

  @Test func `SARIF tells what is new, unchanged and absent`() throws {
    let fingerprint = try #require(now.check("NP-COV-02")?.findings.first?.fingerprint)
    let export = Export([now], version: "1", former: [try former(fingerprint, Sample.digest(9))])
    let results = try #require(JSONReader.value(export.bytes(.sarif))["runs"]?.list?.first?["results"]?.list)
    func state(_ fingerprint: String) -> String? {
      results.first { $0["partialFingerprints"]?["ambitFinding/v1"]?.string == fingerprint }?["baselineState"]?.string
    }
    #expect(results.allSatisfy { $0["baselineState"] != nil })
    #expect(state(fingerprint) == "new")
    #expect(state(Sample.digest(9)) == "absent")
    #expect(state(try #require(now.check("NP-COV-04")?.findings.first?.fingerprint)) == "unchanged")
  }
}
