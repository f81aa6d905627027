package import Controls
internal import KubeModel

/// Assessments, to be written for other programs. The same assessments give the same bytes, at any time and anywhere.
package struct Export: Sendable {
  package let assessments: [Assessment]
  /// Of Ambit.
  package let version: String
  /// Earlier assessments, against which SARIF tells what is new, unchanged and absent.
  package let former: [ComparedAssessment]
  /// What an in-toto statement speaks of; none stands for the snapshots that were assessed.
  package let subjects: [TestResultStatement.Subject]

  package init(
    _ assessments: [Assessment], version: String, former: [ComparedAssessment] = [],
    subjects: [TestResultStatement.Subject] = []
  ) {
    self.assessments = assessments
    self.version = version
    self.former = former
    self.subjects = subjects
  }

  /// The document, in UTF-8, with a final newline.
  package func bytes(_ format: ExportFormat) -> [UInt8] { Array(text(format).utf8) }

  private func text(_ format: ExportFormat) -> String {
    switch format {
    case .json: Export.json(AssessmentJSON.document(assessments, version: version))
    case .oscal: Export.json(OSCALDocument.document(assessments, version: version))
    case .sarif: Export.json(SARIFDocument.document(assessments, former: former, version: version))
    case .junit: JUnitDocument.document(assessments)
    case .policyReport: PolicyReportDocument.document(assessments)
    case .inToto: Export.json(TestResultStatement.document(assessments, subjects: subjects))
    case .results: CSVDocument.results(assessments).text
    case .findings: CSVDocument.findings(assessments).text
    case .gaps: CSVDocument.gaps(assessments).text
    case .changes: CSVDocument.changes(assessments).text
    case .waivers: CSVDocument.waivers(assessments).text
    case .attestations: CSVDocument.attestations(assessments).text
    }
  }

  private static func json(_ value: Value) -> String { JSONWriter.string(of: value) + "\n" }
}
