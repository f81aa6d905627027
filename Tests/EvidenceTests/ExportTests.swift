import Controls
import Foundation
import KubeModel
import Testing

@testable import Evidence

@Suite struct ExportTests {
  static func text(_ format: ExportFormat, _ assessments: [Assessment] = Sample.clusters) -> String {
    String(decoding: Export(assessments, version: "1.2.3").bytes(format), as: UTF8.self)
  }

  @Test(arguments: ExportFormat.allCases)
  func `the same assessments give the same bytes`(_ format: ExportFormat) {
    let bytes = Export(Sample.clusters, version: "1").bytes(format)
    let isSame = bytes == Export(Sample.clusters, version: "1").bytes(format)
    let isAlike = bytes == Export([Sample.hostileCluster], version: "1").bytes(format)
    #expect(isSame && !isAlike)
    #expect(bytes.last == 0x0A)
  }

  @Test(arguments: ExportFormat.allCases)
  func `no hidden character stands in a document`(_ format: ExportFormat) {
    let breaks: Set<Unicode.Scalar> = ["\n", "\r"]
    let hidden = ExportTests.text(format, [Sample.hostileCluster]).unicodeScalars.filter {
      HiddenText.isHidden($0) && !breaks.contains($0)
    }
    #expect(hidden.isEmpty)
  }

  @Test func `names of formats and files are each used once`() {
    #expect(Set(ExportFormat.allCases.map(\.name)).count == ExportFormat.allCases.count)
    #expect(Set(ExportFormat.allCases.map(\.fileName)).count == ExportFormat.allCases.count)
  }

  // MARK: CSV

  @Test(arguments: ["=1+1", "+1", "-1", "@SUM(A1)", "|calc", "%x", "  =1", "\u{FF1D}1+1", "=\u{301}1"])
  func `no spreadsheet computes a cell`(_ text: String) {
    #expect(CSVText.text([[text]]).drop { $0 == "\"" }.unicodeScalars.first == "'")
  }

  @Test func `tabs and line breaks at the start of a cell are escapes`() {
    #expect(CSVText.text([["\t=1", "\r=1"]]) == "\\u{9}=1,\\u{d}=1")
  }

  @Test func `quotes are doubled, also those that a mark has joined`() {
    #expect(CSVText.text([["a,\"\u{301}b", "c"], ["", "d "]]) == "\"a,\"\"\u{301}b\",c\r\n,\"d \"")
  }

  @Test func `a gap is a row, with its length and its reason`() {
    let rows = ExportTests.text(.gaps).split(separator: "\r\n")
    #expect(rows.count == 3)
    #expect(rows[1] == "prod,2026-02-10T00:00:00Z,2026-02-12T00:00:00Z,172800,no reading: plain")
  }

  @Test func `each change is a row, once however many frameworks judge the cluster`() {
    let twice = [Sample.clusters[0], Sample.clusters[0]]
    #expect(ExportTests.text(.changes, twice).split(separator: "\r\n").count == 1 + Sample.clusters[0].changes.count)
    #expect(ExportTests.text(.results, twice).split(separator: "\r\n").count == 1 + 2 * 9 * 3)
  }

  @Test func `a finding has a row for each stretch in which it was open`() {
    let rows = ExportTests.text(.findings, [Sample.clusters[0]]).split(separator: "\r\n")
    #expect(rows.filter { $0.contains("everyone may come in") }.count == 2)
    #expect(rows.filter { $0.contains(",waived,w1,") }.count == 1)
  }

  @Test func `only what passed all the time has a share of 1`() throws {
    let rows = ExportTests.text(.results, [Sample.clusters[0]]).split(separator: "\r\n")
    let failed = try #require(rows.first { $0.contains(",5.3.3,") })
    #expect(failed.contains(",fail,fail,"))
    // 76 of 88 observed days passed, from the 11th to the 12th and from the 81st on it failed.
    #expect(failed.contains(",7603200,172800,1036800,0.8636,2,2026-01-11T00:00:00Z,2026-03-22T00:00:00Z,864000"))
  }

  // MARK: SARIF

  @Test func `braces and links in messages are text`() {
    #expect(SARIFDocument.plain("{0} a[0]") == "{{0}} a[0]")
    #expect(SARIFDocument.plain("[click](http://evil) \\") == "\\[click\\](http://evil) \\\\")
  }

  @Test func `a path stays below the folder that it is put in`() {
    #expect(ExportText.uri(path: "/../a%2Fb/./c d#?.yaml") == "a%252Fb/c%20d%23%3F.yaml")
  }

  // MARK: OSCAL

  @Test(arguments: [
    ("cis-kubernetes-1.12.0_5.3.2", "cis-kubernetes-1.12.0_5.3.2"), ("x_AC-4(21)", "x_AC-4.21"), ("5.3", "_5.3"),
    ("a b", "a_20b"), ("", "_"), ("é", "__e9"),
  ])
  func `control ids become tokens`(_ text: String, _ token: String) {
    #expect(OSCALField.token(text) == token)
  }

  @Test func `a property without a value is none`() {
    #expect(OSCALField.property("a", " \u{A0}") == nil)
    #expect(OSCALField.property("a", " b\nc ")?["value"] == "b\\u{a}c")
    #expect(OSCALField.line("") == "(empty)")
  }

  @Test func `a time that a format cannot tell is the nearest that it can`() {
    #expect(ExportText.time(.min) == "0001-01-01T00:00:00Z")
    #expect(ExportText.time(.max) == "9999-12-31T23:59:59Z")
    #expect(OSCALField.time(.min) == "1970-01-01T00:00:00Z")
    #expect(OSCALField.time(.max) == "2999-12-31T23:59:59Z")
  }

  // MARK: PolicyReport

  @Test(arguments: [("ambit-cis-1.12.0-prod", true), ("ambit-a..b", false), ("Ambit", false), ("a/b", false), ("", false)])
  func `reports have names that an API server takes`(_ text: String, _ isKept: Bool) {
    let name = DNSName.fitted(text)
    #expect((name == text) == isKept)
    #expect(name.wholeMatch(of: /[a-z0-9]([-a-z0-9.]*[a-z0-9])?/) != nil && name.count <= 253)
  }

  @Test func `what stands in no possible namespace is told of the cluster`() {
    let reports = ExportTests.text(.policyReport, [Sample.hostileCluster]).split(separator: "---\n")
    #expect(reports.map { $0.contains("kind: ClusterPolicyReport") } == [true, false, false])
    #expect(DNSName.isLabel("shop") && !DNSName.isLabel("a.b") && !DNSName.isLabel("-a"))
  }
}
