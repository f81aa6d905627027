import AmbitKit
import Controls
import HistoryIndex
import KubeModel

/// Results of checks and controls.
enum CheckOutput {
  static func results(
    _ results: [CheckResult], _ evaluation: Evaluation, listsFindings: Bool
  ) -> Output {
    var table = Table(["CHECK", "STATUS", "PASSED", "TITLE", "WHY"])
    table.styles[1] = style
    for result in results {
      table.rows.append([
        result.check.id, result.status.rawValue, "\(result.passed)/\(result.counted) \(result.population)",
        result.check.title, result.explanation,
      ])
      guard listsFindings else { continue }
      for finding in result.findings {
        table.rows.append([
          "", "", "", "  \(finding.subject.title)",
          finding.message + (finding.yamlPath.map { " (\($0))" } ?? ""),
        ])
      }
    }
    return Output(
      table: table, kind: "CheckResults",
      value: .map(common(evaluation, [("checks", .list(results.map(value)))])))
  }

  static func controls(
    _ controls: [ControlResult], _ framework: Framework, _ evaluation: Evaluation
  ) -> Output {
    var table = Table(["CONTROL", "STATUS", "TITLE", "WHY"])
    table.styles[1] = style
    for result in controls {
      table.rows.append([
        result.control.id, result.status.rawValue, result.control.title, result.explanation,
      ])
      for effective in result.effective {
        table.rows.append([
          "  in effect", effective.status.rawValue, "\(effective.check.id) \(effective.check.title)",
          effective.explanation,
        ])
      }
    }
    return Output(
      table: table, kind: "ControlResults",
      value: .map(
        common(
          evaluation,
          [
            (
              "framework",
              [
                "id": .string(framework.id), "name": .string(framework.name),
                "version": .string(framework.version), "sha256": .string(framework.digest),
              ]
            ), ("controls", .list(controls.map(value))),
          ])))
  }

  private static func common(_ evaluation: Evaluation, _ more: [(String, Value)]) -> Mapping {
    let point = evaluation.point
    let enforcement = evaluation.state.enforcement
    return Mapping(
      [
        ("cluster", .string(evaluation.state.cluster)), ("at", .string(point.moment.text)),
        ("commit", .string(point.snapshot.commit)),
        ("stateSHA256", .string(point.snapshot.stateDigest)), ("complete", .bool(evaluation.isComplete)),
        (
          "basis",
          [
            "policy": "modelled", "enforcement": .string(enforcement.basis.rawValue),
            "enforces": enforcement.isKnown ? .bool(enforcement.isOn) : .null,
            "cni": enforcement.cni.map(Value.string) ?? .null, "detail": .string(enforcement.detail),
          ]
        ),
      ] + more)
  }

  private static func value(_ result: CheckResult) -> Value {
    [
      "id": .string(result.check.id), "title": .string(result.check.title),
      "status": .string(result.status.rawValue), "passed": .int(Int64(result.passed)),
      "counted": .int(Int64(result.counted)), "population": .string(result.population),
      "explanation": .string(result.explanation),
      "outcomes": .list(
        result.outcomes.map {
          [
            "subject": value($0.subject), "status": .string($0.status.rawValue),
            "reason": .string($0.reason),
          ]
        }),
      "findings": .list(result.findings.map(value)),
    ]
  }

  private static func value(_ finding: CheckResult.Finding) -> Value {
    var map = Mapping([
      ("subject", value(finding.subject)), ("message", .string(finding.message)),
      ("remedy", .string(finding.remedy)),
    ])
    map["storePath"] = finding.storePath.map(Value.string)
    map["yamlPath"] = finding.yamlPath.map(Value.string)
    map["remedyYAML"] = finding.remedyYAML.map(Value.string)
    return .map(map)
  }

  private static func value(_ subject: CheckResult.Subject) -> Value {
    var map = Mapping([("kind", .string(subject.kind)), ("name", .string(subject.name))])
    map["namespace"] = subject.namespace.map(Value.string)
    return .map(map)
  }

  private static func value(_ result: ControlResult) -> Value {
    [
      "id": .string(result.control.id), "title": .string(result.control.title),
      "status": .string(result.status.rawValue), "explanation": .string(result.explanation),
      "checks": .list(
        result.parts.map { part in
          [
            "id": .string(part.id), "strength": .string(part.strength.rawValue),
            "status": .string(part.result?.status.rawValue ?? "not automated"),
          ]
        }),
      "effective": .list(
        result.effective.map {
          ["id": .string($0.check.id), "status": .string($0.status.rawValue)]
        }),
    ]
  }

  private static func style(_ status: String) -> Style? {
    switch ControlStatus(rawValue: status) {
    case .pass: .good
    case .fail, .error: .bad
    case .notEvaluated, .stale, .waived, .attested: .unknown
    case .manual, .notApplicable, nil: .faint
    }
  }
}
