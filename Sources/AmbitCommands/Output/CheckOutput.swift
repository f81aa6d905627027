import AmbitKit
import Controls
import KubeModel

/// Results of checks and controls.
enum CheckOutput {
  /// What the checks of one cluster said, or of one of its namespaces.
  struct Answered {
    let cluster: String
    let assessor: Assessor?
    let isPeriod: Bool
    /// Each check with its result at the end, narrowed to the namespace that is asked for.
    let checks: [(assessment: CheckAssessment, result: CheckResult)]

    init(_ target: AssessmentOptions.Target, checks ids: [String], namespace: String?) {
      cluster = target.name
      assessor = target.assessor
      isPeriod = !target.period.isEmpty
      let all = (target.assessor?.checks ?? []).filter { ids.isEmpty || ids.contains($0.check.id) }
      checks = all.map { assessment in
        (assessment, namespace.map { assessment.result.narrowed(to: $0) } ?? assessment.result)
      }
    }

    var statuses: [ControlStatus] {
      assessor == nil ? [.notEvaluated] : checks.map { isPeriod ? $0.assessment.timeline.verdict ?? .notEvaluated : $0.result.status }
    }

    var hasFailure: Bool {
      checks.contains { check in
        check.result.outcomes.contains { $0.status == .fail } || (isPeriod && !check.assessment.timeline.violations.isEmpty)
      }
    }
  }

  // MARK: Checks

  static func checks(_ answered: [Answered], listsFindings: Bool) -> Output {
    let (isPeriod, isFleet) = (answered.contains(where: \.isPeriod), answered.count > 1)
    let headings = ["CHECK", "STATUS"] + (isPeriod ? periodHeadings : ["PASSED"]) + ["TITLE", "WHY"]
    var table = Table((isFleet ? ["CLUSTER"] : []) + headings)
    table.styles[isFleet ? 2 : 1] = style
    for cluster in answered {
      let first = isFleet ? [cluster.cluster] : []
      for (assessment, result) in cluster.checks {
        let status = isPeriod ? assessment.timeline.verdict ?? .notEvaluated : result.status
        let middle = isPeriod ? figures(assessment.timeline) : ["\(result.passed)/\(result.counted) \(result.population)"]
        table.rows.append(
          first + [result.check.id, status.rawValue] + middle + [result.check.title, result.explanation])
        guard listsFindings else { continue }
        let waivers = Dictionary(
          assessment.findings.compactMap { history in history.waiver.map { (history.fingerprint, $0) } }, uniquingKeysWith: { first, _ in first })
        for finding in result.findings {
          let waiver = waivers[finding.fingerprint(of: result.check.id)].map { ", waived by \($0)" } ?? ""
          let blank = Array(repeating: "", count: headings.count - 2 + first.count)
          table.rows.append(
            blank + ["  \(finding.subject.title)", finding.message + (finding.yamlPath.map { " (\($0))" } ?? "") + waiver])
        }
      }
    }
    return Output(
      table: table, kind: "CheckResults",
      value: answered.count == 1
        ? .map(Mapping(answered.flatMap(document)))
        : ["clusters": .list(answered.map { .map(Mapping(document($0))) })])
  }

  private static func document(_ answered: Answered) -> [(String, Value)] {
    var entries: [(String, Value)] = [("cluster", .string(answered.cluster))]
    if let assessor = answered.assessor {
      let enforcement = assessor.lastEnforcement
      entries += [
        ("period", answered.isPeriod ? span(assessor.period) : .null), ("at", .string(time(assessor.period.upperBound))),
        ("commit", assessor.lastCommit.map(Value.string) ?? .null), ("complete", .bool(assessor.isComplete)),
        ("basis", basis(enforcement)), ("gaps", .list(assessor.observed.gaps.map { span($0.range) })),
      ]
    }
    entries.append(("checks", .list(answered.checks.map { value($0.assessment, $0.result, isPeriod: answered.isPeriod) })))
    return entries
  }

  private static func basis(_ enforcement: ClusterState.Enforcement) -> Value {
    [
      "policy": "modelled", "enforcement": .string(enforcement.basis.rawValue),
      "enforces": enforcement.isKnown ? .bool(enforcement.isOn) : .null,
      "cni": enforcement.cni.map(Value.string) ?? .null, "detail": .string(enforcement.detail),
    ]
  }

  private static func value(_ assessment: CheckAssessment, _ result: CheckResult, isPeriod: Bool) -> Value {
    var map = Mapping([
      ("id", .string(result.check.id)), ("title", .string(result.check.title)), ("status", .string(result.status.rawValue)),
      ("passed", .int(Int64(result.passed))), ("counted", .int(Int64(result.counted))),
      ("population", .string(result.population)), ("explanation", .string(result.explanation)),
      (
        "outcomes",
        .list(
          result.outcomes.map {
            ["subject": value($0.subject), "status": .string($0.status.rawValue), "reason": .string($0.reason)]
          })
      ),
      ("findings", .list(result.findings.map { value($0, of: result.check) })),
    ])
    if isPeriod { map["timeline"] = value(assessment.timeline) }
    return .map(map)
  }

  private static func value(_ finding: CheckResult.Finding, of check: Check) -> Value {
    var map = Mapping([
      ("fingerprint", .string(finding.fingerprint(of: check.id))), ("subject", value(finding.subject)),
      ("message", .string(finding.message)), ("remedy", .string(finding.remedy)),
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

  // MARK: Controls

  static func controls(_ assessments: [Assessment]) -> Table {
    let (isPeriod, isFleet) = (assessments.contains { !$0.isMoment }, assessments.count > 1)
    let headings = ["CONTROL", "STATUS"] + (isPeriod ? periodHeadings : []) + ["TITLE", "WHY"]
    var table = Table((isFleet ? ["CLUSTER"] : []) + headings)
    table.styles[isFleet ? 2 : 1] = style
    for assessment in assessments {
      let first = isFleet ? [assessment.subject.cluster] : []
      for result in assessment.controls {
        table.rows.append(
          first + [result.control.id, result.status.rawValue] + (isPeriod ? figures(result.timeline) : [])
            + [result.control.title, result.verdict.explanation])
        for effective in result.control.effective.compactMap(assessment.check) {
          table.rows.append(
            first + ["  in effect", (isPeriod ? effective.timeline.verdict ?? .notEvaluated : effective.result.status).rawValue]
              + (isPeriod ? figures(effective.timeline) : [])
              + ["\(effective.check.id) \(effective.check.title)", effective.result.explanation])
        }
      }
    }
    return table
  }

  // MARK: Time

  private static let periodHeadings = ["PASS", "FAIL", "FIRST VIOLATION (UTC)", "LONGEST"]

  /// Shares of observed time, and violations.
  private static func figures(_ timeline: Timeline) -> [String] {
    func share(_ status: ControlStatus) -> String {
      guard timeline.observed > 0 else { return "-" }
      // A violation is never rounded away, nor is the last of them to nothing.
      let (part, whole) = (timeline.length(of: status), timeline.observed)
      if part == 0 || part == whole { return part == 0 ? "0%" : "100%" }
      let tenths = min(999, max(1, part * 1000 / whole))
      return "\(tenths / 10).\(tenths % 10)%"
    }
    let violations = timeline.violations
    let longest = violations.map(\.length).max()
    return [
      share(.pass), share(.fail), violations.first.map { Moment(milliseconds: $0.range.lowerBound).tableText } ?? "-",
      longest.map { ElapsedTime.text(milliseconds: $0) } ?? "-",
    ]
  }

  private static func value(_ timeline: Timeline) -> Value {
    .list(
      timeline.intervals.map { interval in
        [
          "from": .string(time(interval.range.lowerBound)), "to": .string(time(interval.range.upperBound)),
          "status": .string(interval.status.rawValue), "gap": .bool(interval.isGap),
        ]
      })
  }

  private static func span(_ range: Range<Int64>) -> Value {
    ["from": .string(time(range.lowerBound)), "to": .string(time(range.upperBound))]
  }

  private static func time(_ milliseconds: Int64) -> String { Moment(milliseconds: milliseconds).text }

  private static func style(_ status: String) -> Style? {
    switch ControlStatus(rawValue: status) {
    case .pass: .good
    case .fail, .error: .bad
    case .notEvaluated, .stale, .waived, .attested: .unknown
    case .manual, .notApplicable, nil: .faint
    }
  }
}
