import AmbitKit
import Controls
import KubeModel

/// What is told of a pack that was made, and of one that was verified.
enum PackOutput {
  /// What the operator should know, a line each.
  static func notes(_ pack: Pack, _ assessments: [Assessment], _ request: PackRequest) -> [String] {
    var notes = ["\(pack.files.count) files; SHA-256 of its checksums: \(pack.digest)"]
    if let digest = pack.populationDigest, let size = pack.populationSize, let made = pack.madeSize {
      notes.append("Population: \(size) changes, \(made) of them made while it was recorded; SHA-256 \(digest)")
      if request.sample == nil, made > 0 {
        notes.append("For a sample, give the auditor this SHA-256, and make the pack again with --sample N and the --seed that they name")
      }
    }
    let failed = assessments.count(where: \.hasFailure)
    notes.append(failed == 0 ? "No control fails" : "Controls fail; the report says which and why")
    return notes
  }

  /// What the journal says.
  static func summary(_ pack: Pack, _ request: PackRequest) -> String {
    let frameworks = request.frameworks.map(\.framework.id).joined(separator: ", ")
    return "pack of \(frameworks) for \(request.clusters.joined(separator: ", ")): sha256 \(pack.digest)"
  }

  static func output(_ report: PackVerifier.Report) -> Output {
    let paragraphs = report.findings.map { finding in
      ([Style.bad(finding.code.rawValue)] + [finding.place, finding.message].map { "  \(HiddenText.escaped($0))" })
        .joined(separator: "\n")
    }
    return Output(
      text: report.isGood ? HiddenText.escaped(summary(report)) : paragraphs.joined(separator: "\n"), kind: "PackVerification",
      value: value(report))
  }

  static func summary(_ report: PackVerifier.Report) -> String {
    let verdict = report.isGood ? "Good" : "\(report.findings.count) finding\(report.findings.count == 1 ? "" : "s")"
    let history = report.history.map { ", \($0.objects) objects of the history" } ?? ", the history was not looked at"
    return "\(verdict): \(report.files) files\(history), \(report.reproduced) files made again and the same"
  }

  private static func value(_ report: PackVerifier.Report) -> Value {
    var map = Mapping([
      ("good", .bool(report.isGood)), ("files", .int(Int64(report.files))), ("reproduced", .int(Int64(report.reproduced))),
      ("sha256SumsDigest", .string(report.digest)), ("notes", .list(report.notes.map(Value.string))),
      (
        "findings",
        .list(
          report.findings.map {
            ["code": .string($0.code.rawValue), "place": .string($0.place), "message": .string($0.message)]
          })
      ),
    ])
    if let history = report.history { map["history"] = .map(Mapping([("objects", .int(Int64(history.objects)))])) }
    return .map(map)
  }
}
