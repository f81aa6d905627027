internal import Controls
internal import KubeModel

/// Assessments as a SARIF 2.1.0 log: one run for each, whose rules are the checks and whose taxonomy is the framework.
struct SARIFDocument {
  private let assessment: Assessment
  /// What became of the findings of an earlier assessment.
  private let comparison: AssessmentComparison?
  private let version: String
  private let waivers: [String: AssessedWaiver]
  private let unchanged: Set<String>
  private let fixed: Set<String>
  private let uses: [String: [(control: String, strength: Framework.Strength)]]

  /// - Parameter former: earlier assessments; results of those of the same cluster and framework get a baseline state.
  static func document(_ assessments: [Assessment], former: [ComparedAssessment], version: String) -> Value {
    [
      "version": "2.1.0", "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
      "runs": .list(
        assessments.map { assessment in
          let now = ComparedAssessment(assessment)
          let comparisons = former.lazy.map { AssessmentComparison(from: $0, to: now) }
          return SARIFDocument(assessment, comparison: comparisons.first { !$0.isRefused }, version: version).run
        }),
    ]
  }

  private init(_ assessment: Assessment, comparison: AssessmentComparison?, version: String) {
    self.assessment = assessment
    self.comparison = comparison
    unchanged = Set((comparison?.open ?? []).map(\.key))
    fixed = Set((comparison?.fixed ?? []).map(\.key))
    self.version = version
    waivers = Dictionary(assessment.waivers.map { ($0.id, $0) }) { first, _ in first }
    uses = assessment.checkUses
  }

  private var run: Value {
    let subject = assessment.subject
    return .fields([
      "tool": [
        "driver": [
          "name": "Ambit", "version": .string(version), "semanticVersion": .string(version),
          "rules": .list(assessment.checks.map(rule)), "supportedTaxonomies": [["name": framework, "index": 0]],
        ]
      ],
      "automationDetails": [
        "id": .string("ambit/\(ExportText.uri(path: assessment.framework.id))/\(ExportText.uri(path: subject.cluster))/"),
        "guid": .string(NamedUUID.text(["sarif"] + assessment.names)), "description": message(assessment.title),
      ],
      "invocations": [invocation],
      "originalUriBaseIds": [
        "STORE": ["description": message("the tree of commit \(subject.commit), cluster \(subject.cluster)")]
      ],
      "taxonomies": [taxonomy], "results": .list(assessment.checks.enumerated().flatMap { results($1, rule: $0) }),
      "properties": .fields([
        "cluster": line(subject.cluster), "clusterUID": subject.uid.map(line), "commit": line(subject.commit),
        "stateSHA256": line(subject.stateDigest), "scope": line(subject.scope), "complete": .bool(assessment.isComplete),
        "enforcement": line(assessment.enforcement.summary),
      ]),
    ])
  }

  // MARK: Text

  private func line(_ text: String) -> Value { .string(ExportText.line(text)) }
  private var framework: Value { line(assessment.framework.name) }

  /// A message, in which braces would be placeholders and brackets links.
  private func message(_ text: String) -> Value { ["text": .string(SARIFDocument.plain(ExportText.filled(text)))] }

  static func plain(_ text: String) -> String {
    // Only `[…](…)` is a link; elsewhere a backslash would be seen.
    let isLinked = text.contains("](")
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "{", "}": result.append(contentsOf: [scalar, scalar])
      case "[" where isLinked, "]" where isLinked, "\\" where isLinked: result.append(contentsOf: ["\\", scalar])
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  // MARK: Rules

  private func rule(_ assessed: CheckAssessment) -> Value {
    let check = assessed.check
    let uses = uses[check.id] ?? []
    return .fields([
      "id": line(check.id), "shortDescription": message(check.title), "fullDescription": message(check.reason),
      "help": message(check.remedy), "defaultConfiguration": ["level": .string(level(check.id))],
      "relationships": .list(
        uses.map { use in
          [
            "target": ["id": line(use.control), "toolComponent": ["name": framework]],
            "kinds": ["relevant"], "properties": ["strength": .string(use.strength.rawValue)],
          ]
        }),
      "properties": [
        "population": .string(check.population), "passed": .count(assessed.result.passed),
        "counted": .count(assessed.result.counted), "status": .string(assessed.result.status.rawValue),
        "explanation": line(assessed.result.explanation),
      ],
    ])
  }

  /// How much a failure weighs: as much as the strongest control that maps to the check makes of it.
  private func level(_ check: String) -> String {
    let strengths = Set((uses[check] ?? []).map(\.strength))
    return strengths.contains(.full) ? "error" : strengths.contains(.partial) ? "warning" : "note"
  }

  private var taxonomy: Value {
    [
      "name": framework, "version": line(assessment.framework.version),
      "taxa": .list(
        assessment.controls.map { result in
          .fields([
            "id": line(result.control.id), "shortDescription": message(result.control.title),
            "fullDescription": message(result.control.requirement),
            "properties": .fields([
              "status": .string(result.status.rawValue), "statusAtEnd": .string(result.verdict.status.rawValue),
              "explanation": line(result.explanation), "reservation": result.timeline.reservation.map(Value.string),
            ]),
          ])
        }), "properties": ["id": line(assessment.framework.id), "sha256": line(assessment.framework.digest)],
    ]
  }

  private var invocation: Value {
    let gaps = assessment.observed.gaps.map { gap in
      "nobody looked from \(ExportText.time(gap.range.lowerBound)) to \(ExportText.time(gap.range.upperBound)): \(gap.reason)"
    }
    let hasErrors = assessment.checks.contains { $0.result.status == .error }
    return .fields([
      "executionSuccessful": .bool(!hasErrors), "startTimeUtc": .time(assessment.period.lowerBound),
      "endTimeUtc": .time(assessment.period.upperBound),
      "toolExecutionNotifications": .list(
        (assessment.cautions + gaps).map { ["level": "warning", "message": message($0)] }),
    ])
  }

  // MARK: Results

  private func results(_ assessed: CheckAssessment, rule: Int) -> [Value] {
    let check = assessed.check.id
    let told = assessed.told
    let listed = Set(assessed.findings.map(\.fingerprint))
    let gone = (comparison?.fixed ?? []).filter { $0.check == check && !listed.contains($0.fingerprint) }
    let unseen = (comparison?.undecided ?? []).filter { $0.finding.check == check && !$0.isOpenNow }
    return told.findings.map { result($0.history, $0.status, check, rule) }
      + assessed.findings.filter { !$0.isOpen }.map { result($0, nil, check, rule) }
      + told.outcomes.map { result($0, check, rule) }
      + gone.map { result(former: $0, isFixed: true, rule) } + unseen.map { result(former: $0.finding, isFixed: false, rule) }
  }

  /// - Parameter status: nil for a finding that was closed by the end.
  private func result(_ history: FindingHistory, _ status: ControlStatus?, _ check: String, _ rule: Int) -> Value {
    let kind = status?.sarifKind ?? "informational"
    let finding = history.finding
    let key = ComparedAssessment.key(check, history.fingerprint)
    let baseline = unchanged.contains(key) ? "unchanged" : fixed.contains(key) ? "absent" : "new"
    return .fields([
      "ruleId": line(check), "ruleIndex": .count(rule), "kind": .string(kind),
      "level": .string(kind == "fail" ? level(check) : "none"),
      "message": message(history.isOpen ? finding.message : "no longer: \(finding.message)"),
      "locations": [location(finding.subject, finding.storePath)],
      "partialFingerprints": ["ambitFinding/v1": line(history.fingerprint)],
      "suppressions": .list(history.waiver.map { [suppression($0)] } ?? []),
      "baselineState": comparison == nil ? nil : .string(baseline),
      "properties": .fields([
        "status": .string(status?.rawValue ?? "closed"),
        "yamlPath": finding.yamlPath.map(line), "remedy": line(finding.remedy),
        "remedyYAML": finding.remedyYAML.map(Value.string), "waiver": history.waiver.map(line),
        "spans": .list(
          history.spans.map { span in
            .fields([
              "from": .time(span.range.lowerBound), "to": .time(span.range.upperBound),
              "openedBy": (span.opened?.commit).map(line), "closedBy": (span.closed?.commit).map(line),
            ])
          }),
      ]),
    ])
  }

  private func result(_ outcome: CheckResult.Outcome, _ check: String, _ rule: Int) -> Value {
    let kind = outcome.status.sarifKind
    let before = comparison.map { $0.former.outcomes[check]?[outcome.subject] }
    let reason = outcome.reason.isEmpty ? outcome.status.rawValue : outcome.reason
    return .fields([
      "ruleId": line(check), "ruleIndex": .count(rule), "kind": .string(kind),
      "level": .string(kind == "fail" ? level(check) : "none"), "message": message("\(outcome.subject.title): \(reason)"),
      "locations": [location(outcome.subject, nil)],
      "suppressions": .list(outcome.status == .waived ? [["kind": "external", "status": "accepted"]] : []),
      "baselineState": before.map { .string($0.map { $0 == outcome.status ? "unchanged" : "updated" } ?? "new") },
      "properties": ["status": .string(outcome.status.rawValue)],
    ])
  }

  /// What was found before, and now is either not there or was not looked for.
  private func result(former finding: ComparedAssessment.Finding, isFixed: Bool, _ rule: Int) -> Value {
    .fields([
      "ruleId": line(finding.check), "ruleIndex": .count(rule), "kind": .string(isFixed ? "informational" : "open"),
      "level": "none", "message": message("\(isFixed ? "no longer" : "not evaluated now"): \(finding.message)"),
      "locations": [location(finding.subject, finding.storePath)],
      "partialFingerprints": ["ambitFinding/v1": line(finding.fingerprint)], "suppressions": .list([]),
      "baselineState": .string(isFixed ? "absent" : "unchanged"),
      "properties": ["status": .string(isFixed ? "closed" : ControlStatus.notEvaluated.rawValue)],
    ])
  }

  private func location(_ subject: CheckResult.Subject, _ path: String?) -> Value {
    .fields([
      "physicalLocation": path.map {
        ["artifactLocation": ["uri": .string(ExportText.uri(path: $0)), "uriBaseId": "STORE"]]
      },
      "logicalLocations": [
        .fields([
          "name": line(subject.name), "kind": "resource", "fullyQualifiedName": line(subject.title),
        ])
      ],
    ])
  }

  private func suppression(_ id: String) -> Value {
    guard let waiver = waivers[id] else { return ["kind": "external", "status": "accepted"] }
    return .fields([
      "kind": "external", "status": "accepted", "justification": line(waiver.reason),
      "properties": [
        "waiver": line(waiver.id), "owner": line(waiver.owner), "approver": line(waiver.approver),
        "recorded": .time(waiver.recorded), "expires": .time(waiver.expires),
      ],
    ])
  }
}

extension ControlStatus {
  /// What a result of the status is in SARIF; a waived one is a failure that is suppressed.
  fileprivate var sarifKind: String {
    switch self {
    case .pass, .attested: "pass"
    case .fail, .waived: "fail"
    case .manual: "review"
    case .notApplicable: "notApplicable"
    case .notEvaluated, .stale, .error: "open"
    }
  }
}
