import Controls
import Evidence
import Foundation
import TestSupport
import Testing

/// Every document, held against the schema and the validators of its format by `validate-exports`.
@Suite(
  .enabled(if: SharedFolder.has("schemas"), "the schemas are not beside this checkout"),
  .enabled(if: ExportValidator.isThere, "the modules of Tests/EvidenceTests/requirements.txt are not installed: run scripts/setup --tests"))
struct ExportValidationTests {
  private func expectValid(_ export: Export) throws {
    let fixture = try CommandFixture()
    for format in ExportFormat.allCases {
      try fixture.write("documents/\(format.fileName)", String(decoding: export.bytes(format), as: UTF8.self))
    }
    let output = try ExportValidator.run([
      "\(fixture.directory)/documents", SharedFolder.url.appending(path: "schemas").path, "\(CommandFixture.package)/docs/schemas",
    ])
    #expect(output.status == 0, "\(output.text)")
  }

  @Test func `two clusters over a period are valid in every format`() throws {
    try expectValid(Export(Sample.clusters, version: "1.2.3"))
  }

  @Test func `a moment is valid in every format`() throws {
    try expectValid(Export([Sample.moment], version: "1.2.3"))
  }

  @Test func `what means ill is valid in every format`() throws {
    try expectValid(Export([Sample.hostileCluster], version: "1.2.3"))
  }

  @Test func `a comparison with an earlier assessment is valid SARIF`() throws {
    let former = ComparedAssessment(Sample.hostileCluster).predecessor
    try expectValid(Export([Sample.hostileCluster], version: "1.2.3", former: [former]))
  }
}
