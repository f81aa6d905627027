/// The documents that assessments can be written as, for other programs.
package enum ExportFormat: String, Sendable, CaseIterable {
  case json
  case oscal
  case sarif
  case junit
  case policyReport = "policyreport"
  case inToto = "in-toto"
  case results = "csv-results"
  case findings = "csv-findings"
  case gaps = "csv-gaps"
  case changes = "csv-changes"
  case waivers = "csv-waivers"
  case attestations = "csv-attestations"

  /// What a user writes.
  package var name: String { rawValue }

  /// The file's name in a pack.
  package var fileName: String {
    switch self {
    case .json: "assessment.json"
    case .oscal: "oscal-assessment-results.json"
    case .sarif: "results.sarif"
    case .junit: "junit.xml"
    case .policyReport: "policy-reports.yaml"
    case .inToto: "statement.intoto.json"
    case .results: "results.csv"
    case .findings: "findings.csv"
    case .gaps: "gaps.csv"
    case .changes: "changes.csv"
    case .waivers: "waivers.csv"
    case .attestations: "attestations.csv"
    }
  }

  package var mediaType: String {
    switch self {
    case .json, .oscal: "application/json"
    case .sarif: "application/sarif+json"
    case .junit: "application/xml"
    case .policyReport: "application/yaml"
    case .inToto: "application/vnd.in-toto+json"
    case .results, .findings, .gaps, .changes, .waivers, .attestations: "text/csv; charset=utf-8; header=present"
    }
  }
}
