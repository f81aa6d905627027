import AmbitKit
import ArgumentParser
import Controls
import Evidence
import KubeModel

/// How assessments are printed: for people, or as a document for another program.
enum AssessmentFormat: String, ExpressibleByArgument, CaseIterable {
  case table, json, yaml, csv, oscal, sarif, junit, policyreport
  case inToto = "in-toto"

  /// The document that it is; nil for the table.
  private var document: ExportFormat? {
    switch self {
    case .table: nil
    case .json, .yaml: .json
    case .csv: .results
    case .oscal: .oscal
    case .sarif: .sarif
    case .junit: .junit
    case .policyreport: .policyReport
    case .inToto: .inToto
    }
  }

  func print(_ assessments: [Assessment]) throws {
    guard let document else { return Terminal.print(CheckOutput.controls(assessments).text) }
    let bytes = Export(assessments, version: Ambit.version).bytes(document)
    let text = self == .yaml ? CanonicalYAML.string(of: try JSONReader.value(bytes)) : String(decoding: bytes, as: UTF8.self)
    Terminal.print(text.hasSuffix("\n") ? String(text.dropLast()) : text)
  }

  /// The format in which checks alone are printed; nil where they have none such.
  var plain: OutputFormat? { OutputFormat(rawValue: rawValue) }
}
