import Controls
import Evidence
import Foundation
import KubeModel
import Testing

/// What each of the nine statuses is in each format: what is not known is never shown as good.
@Suite struct StatusMappingTests {
  /// The control that comes to a status.
  static let controls: [ControlStatus: String] = [
    .pass: "5.3.2", .fail: "5.3.3", .waived: "AC-4(21)", .attested: "CC6.6 / a", .manual: "1.1.9", .notApplicable: "9",
    .notEvaluated: "10", .stale: "11", .error: "12",
  ]

  private func json(_ format: ExportFormat) throws -> Value {
    try JSONReader.value(Export([Sample.clusters[0]], version: "1").bytes(format))
  }

  private func control(_ status: ControlStatus) throws -> String { try #require(StatusMappingTests.controls[status]) }

  @Test func `the sample has a control for each status`() throws {
    let controls = try #require(json(.json)["assessments"]?.list?.first?["controls"]?.list)
    for status in ControlStatus.allCases {
      let id = try control(status)
      let control = try #require(controls.first { $0["id"]?.string == id })
      #expect(control["status"]?.string == status.rawValue)
    }
  }

  @Test(arguments: [
    (ControlStatus.pass, String?("satisfied"), String?("pass")), (.fail, "not-satisfied", "fail"), (.waived, "not-satisfied", "other"),
    (.attested, "satisfied", "other"), (.manual, nil, nil), (.notApplicable, nil, nil), (.notEvaluated, nil, nil),
    (.stale, nil, nil), (.error, nil, nil),
  ])
  func `OSCAL has a finding only where something is decided`(
    _ status: ControlStatus, _ state: String?, _ reason: String?
  ) throws {
    let result = try #require(json(.oscal)["assessment-results"]?["results"]?.list?.first)
    func property(_ value: Value, _ name: String) -> String? {
      value["props"]?.list?.first { $0["name"]?.string == name }?["value"]?.string
    }
    let id = try control(status)
    let finding = result["findings"]?.list?.first { property($0, "control-id") == id }
    #expect(finding?[["target", "status", "state"]]?.string == state)
    #expect(finding?[["target", "status", "reason"]]?.string == reason)
    let observation = try #require(result["observations"]?.list?.first { property($0, "control-id") == id })
    #expect(property(observation, "status") == status.rawValue)
    #expect((observation["methods"]?.strings == ["EXAMINE", "INTERVIEW"]) == [.manual, .attested, .stale].contains(status))
  }

  @Test func `OSCAL tells open, waived and closed findings as risks`() throws {
    let risks = try #require(json(.oscal)["assessment-results"]?["results"]?.list?.first?["risks"]?.list)
    #expect(risks.compactMap { $0["status"]?.string } == ["open", "closed", "open", "open", "deviation-approved"])
    let waived = try #require(risks.last)
    #expect(waived["deadline"]?.string == "2026-05-01T00:00:00Z")
  }

  @Test func `OSCAL gives a gap a start and an end, and findings a reservation`() throws {
    let result = try #require(json(.oscal)["assessment-results"]?["results"]?.list?.first)
    let gap = try #require(result[["assessment-log", "entries"]]?.list?.last)
    #expect(gap["start"]?.string == "2026-02-10T00:00:00Z")
    #expect(gap["end"]?.string == "2026-02-12T00:00:00Z")
    #expect(result["findings"]?.list?.first?["remarks"]?.string?.contains("172800 seconds") == true)
  }

  @Test(arguments: [
    (ControlStatus.pass, "NP-COV-01", String?("pass")), (.fail, "NP-COV-02", "fail"), (.waived, "NP-COV-04", "fail"),
    (.notApplicable, "NP-COV-07", nil), (.notEvaluated, "NP-COV-03", "open"), (.error, "NP-COV-05", "open"),
    (.attested, "NP-COV-06", "pass"), (.manual, "NP-COV-06", "review"), (.stale, "NP-COV-06", "open"),
  ])
  func `SARIF tells what checks say of things`(_ status: ControlStatus, _ check: String, _ kind: String?) throws {
    let run = try #require(json(.sarif)["runs"]?.list?.first)
    let results = (run["results"]?.list ?? []).filter {
      $0["ruleId"]?.string == check && $0["properties"]?["status"]?.string == status.rawValue
    }
    #expect(Set(results.compactMap { $0["kind"]?.string }) == Set([kind].compactMap(\.self)))
    for result in results {
      #expect((result["level"]?.string == "none") == (kind != "fail"))
      #expect(result["suppressions"]?.list?.isEmpty == (status != .waived))
    }
  }

  @Test func `a finding that says why nothing could be judged is no failure, and is told once`() throws {
    let run = try #require(json(.sarif)["runs"]?.list?.first)
    let results = (run["results"]?.list ?? []).filter { $0["ruleId"] == "NP-COV-03" }
    #expect(results.compactMap { $0["kind"]?.string } == ["open", "open"])
    #expect(results.compactMap { $0["message"]?["text"]?.string } == ["was not read plain", "Deployment dev/apiplain: plain"])
    #expect(ExportTests.text(.findings).contains(",was not read plain,,,not-evaluated,"))
  }

  @Test func `SARIF tells the waiver of a suppressed finding`() throws {
    let results = try #require(json(.sarif)["runs"]?.list?.first?["results"]?.list)
    let waived = try #require(results.first { $0["properties"]?["waiver"] != nil })
    let suppression = try #require(waived["suppressions"]?.list?.first)
    #expect(suppression["justification"]?.string == "contract plain")
    #expect(suppression["properties"]?["approver"]?.string == "grace plain")
  }

  @Test(arguments: [
    (ControlStatus.pass, "system-out"), (.fail, "failure"), (.waived, "skipped"), (.attested, "system-out"),
    (.manual, "skipped"), (.notApplicable, "skipped"), (.notEvaluated, "error"), (.stale, "error"), (.error, "error"),
  ])
  func `JUnit fails what fails, and errs where nothing is known`(_ status: ControlStatus, _ element: String) throws {
    let text = ExportTests.text(.junit, [Sample.clusters[0]])
    let className = "classname=\"prod.sample-1.0.\(try control(status))\""
    let start = try #require(text.range(of: "<testcase name=\"verdict\" \(className)>"))
    let first = text[start.upperBound...].drop { $0 != "<" }.dropFirst().prefix { $0.isLetter || $0 == "-" }
    #expect(first == element)
  }

  @Test(arguments: [
    (ControlStatus.pass, "pass"), (.fail, "fail"), (.waived, "skip"), (.attested, "pass"), (.manual, "skip"),
    (.notApplicable, "skip"), (.notEvaluated, "error"), (.stale, "error"), (.error, "error"),
  ])
  func `PolicyReport errs where nothing is known`(_ status: ControlStatus, _ result: String) throws {
    let report = ExportTests.text(.policyReport, [Sample.clusters[0]]).split(separator: "---\n")[0]
    let (documents, _) = YAMLReader.documents(Array(report.utf8))
    let id = try control(status)
    let found = try #require(documents.first?.value["results"]?.list?.first { $0["rule"]?.string == id })
    #expect(found["result"]?.string == result)
    #expect(found["properties"]?["status"]?.string == status.rawValue)
  }

  @Test(arguments: [
    (ControlStatus.pass, String?("passedTests")), (.fail, "failedTests"), (.waived, "warnedTests"), (.attested, "passedTests"),
    (.manual, "warnedTests"), (.notApplicable, nil), (.notEvaluated, "failedTests"), (.stale, "failedTests"),
    (.error, "failedTests"),
  ])
  func `an in-toto statement passes nothing that is not known`(_ status: ControlStatus, _ list: String?) throws {
    let predicate = try #require(json(.inToto)["predicate"])
    let name = "prod/sample-1.0/\(try control(status))"
    let lists = ["passedTests", "warnedTests", "failedTests"].filter { predicate[$0]?.strings?.contains(name) == true }
    #expect(lists == [list].compactMap(\.self))
    #expect(predicate["result"] == "FAILED")
  }
}
