import AmbitKit
import KubeModel
import Reachability

/// What the linter found.
enum LintOutput {
  static func findings(_ report: LintReport) -> Output {
    var table = Table(["CODE", "SEVERITY", "POLICY", "PLACE", "FIELD", "FINDING"])
    table.styles[1] = style
    table.rows = report.entries.map { entry in
      let finding = entry.finding
      return [
        finding.code.rawValue, finding.severity.rawValue, finding.policy.title, entry.place, finding.path,
        finding.message,
      ]
    }
    var map = Mapping([("findings", .list(report.entries.map(value)))])
    map["podsUnknown"] = report.unknownPods.map(Value.string)
    return Output(table: table, kind: "LintFindingList", value: .map(map), empty: "Nothing was found")
  }

  /// What the codes that were found mean, and what to do.
  static func legend(_ report: LintReport) -> String {
    Set(report.entries.map(\.finding.code)).sorted().map { code in
      "\(code.rawValue) \(code.title)\n  \(code.meaning)\n  \(code.remedy)"
    }.joined(separator: "\n")
  }

  private static func style(_ severity: String) -> Style? {
    switch LintSeverity(rawValue: severity) {
    case .error: .bad
    case .warning: .unknown
    case .info: .faint
    case nil: nil
    }
  }

  private static func value(_ entry: LintReport.Entry) -> Value {
    let finding = entry.finding
    var policy = Mapping([
      ("kind", .string(finding.policy.kind)), ("group", .string(finding.policy.group)),
      ("name", .string(finding.policy.name)),
    ])
    policy["namespace"] = finding.policy.namespace.map(Value.string)
    var map = Mapping([
      ("code", .string(finding.code.rawValue)), ("severity", .string(finding.severity.rawValue)),
      ("title", .string(finding.code.title)), ("policy", .map(policy)), ("yamlPath", .string(finding.path)),
      ("message", .string(finding.message)), ("meaning", .string(finding.code.meaning)),
      ("remedy", .string(finding.code.remedy)),
    ])
    if let file = entry.file {
      map["file"] = .string(file)
      map["line"] = entry.line.map { .int(Int64($0)) }
    } else {
      map["storePath"] = .string(finding.policy.path)
    }
    return .map(map)
  }
}
