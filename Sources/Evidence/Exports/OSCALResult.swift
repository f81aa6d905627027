internal import Controls
internal import KubeModel

/// One assessment as a result of OSCAL: an observation for each check and control, a risk for each finding, and a finding
/// for each control that is decided.
///
/// OSCAL knows only `satisfied` and `not-satisfied`: a control that is manual, not evaluated, stale, in error or not
/// applicable has no finding; its observation tells its status.
struct OSCALResult {
  static let attester = "attester"

  private let assessment: Assessment
  private let version: String
  private let parties: (String) -> String
  private let resource: (String, String) -> String
  private let waivers: [String: AssessedWaiver]

  /// - Parameters:
  ///   - parties: ids of people by name.
  ///   - resource: ids of files by path and digest.
  init(
    _ assessment: Assessment, version: String, parties: @escaping (String) -> String,
    resource: @escaping (String, String) -> String
  ) {
    self.assessment = assessment
    self.version = version
    self.parties = parties
    self.resource = resource
    waivers = Dictionary(assessment.waivers.map { ($0.id, $0) }) { first, _ in first }
  }

  private func id(_ kind: String, _ names: String...) -> String { NamedUUID.text(["oscal", kind] + assessment.names + names) }
  private var end: Value { OSCALField.time(assessment.period.upperBound) }

  var value: Value {
    let subject = assessment.subject
    return .fields([
      "uuid": .string(id("result")), "title": OSCALField.markup(assessment.title),
      "description": OSCALField.markup("Scope: \(subject.scope). State: commit \(subject.commit), SHA-256 \(subject.stateDigest)."),
      "start": OSCALField.time(assessment.period.lowerBound), "end": end,
      "props": OSCALField.properties([
        "commit": subject.commit, "state-sha256": subject.stateDigest, "framework": assessment.framework.id,
        "framework-sha256": assessment.framework.digest, "complete": assessment.isComplete ? "yes" : "no",
        "policy-basis": "modelled", "enforcement": assessment.enforcement.summary,
      ]), "local-definitions": definitions, "reviewed-controls": reviewedControls, "attestations": attestations,
      "assessment-log": log, "observations": .nonEmpty(assessment.checks.map(observation) + assessment.controls.map(observation)),
      "risks": .nonEmpty(assessment.checks.flatMap { assessed in assessed.findings.map { risk($0, assessed.check) } }),
      "findings": .nonEmpty(assessment.controls.compactMap(finding)),
      "remarks": assessment.cautions.isEmpty ? nil : OSCALField.markup(assessment.cautions.joined(separator: " ")),
    ])
  }

  // MARK: What there is

  private var tool: String { id("tool") }
  private var cluster: String { id("cluster") }

  private var definitions: Value {
    let subject = assessment.subject
    return .fields([
      "components": [
        .fields([
          "uuid": .string(cluster), "type": "system", "title": OSCALField.markup(subject.cluster),
          "description": OSCALField.markup("Kubernetes cluster \(subject.cluster)"),
          "props": OSCALField.properties(["uid": subject.uid, "server-version": subject.serverVersion]),
          "status": ["state": "operational"],
        ])
      ], "inventory-items": .nonEmpty(subjects.map(inventoryItem)),
      "assessment-assets": [
        "components": [
          .fields([
            "uuid": .string(tool), "type": "software", "title": "Ambit", "description": "Ambit, which made this document",
            "props": OSCALField.properties(["version": version]), "status": ["state": "operational"],
          ])
        ],
        "assessment-platforms": [
          ["uuid": .string(id("platform")), "title": "Ambit", "uses-components": [["component-uuid": .string(tool)]]]
        ],
      ],
    ])
  }

  /// Everything that an outcome or a finding names, once.
  private var subjects: [CheckResult.Subject] {
    var seen: Set<CheckResult.Subject> = []
    return assessment.checks.flatMap { $0.result.outcomes.map(\.subject) + $0.findings.map(\.finding.subject) }
      .filter { seen.insert($0).inserted }
  }

  private func item(_ subject: CheckResult.Subject) -> String {
    id("item", subject.kind, subject.namespace.map { "in \($0)" } ?? "", subject.name)
  }

  private func inventoryItem(_ subject: CheckResult.Subject) -> Value {
    .fields([
      "uuid": .string(item(subject)), "description": OSCALField.markup(subject.title),
      "props": OSCALField.properties(["kind": subject.kind, "namespace": subject.namespace, "name": subject.name]),
      "implemented-components": [["component-uuid": .string(cluster)]],
    ])
  }

  private var reviewedControls: Value {
    let framework = assessment.framework
    let ids = assessment.controls.map { ["control-id": OSCALField.control($0.control.id, of: framework.id)] as Value }
    let file = resource("frameworks/\(framework.id).yaml", framework.digest)
    return [
      "links": [["href": .string("#\(file)"), "rel": "reference"]],
      "control-selections": [
        ids.isEmpty ? ["description": "No control"] : ["include-controls": .list(ids)]
      ],
    ]
  }

  private var attestations: Value? {
    .nonEmpty(
      assessment.attestations.map { attestation in
        let file = attestation.file.map { resource("attestations/\($0.name)", $0.digest) }
        return [
          "responsible-parties": [["role-id": .string(OSCALResult.attester), "party-uuids": [.string(parties(attestation.by))]]],
          "parts": [
            .fields([
              "uuid": .string(id("attestation", attestation.id)), "name": "attestation", "ns": "urn:ambit:oscal:1",
              "title": OSCALField.markup("For \(attestation.subject)"), "prose": OSCALField.markup(attestation.statement),
              "props": OSCALField.properties([
                "for": attestation.subject, "recorded": ExportText.time(attestation.recorded),
                "valid-until": ExportText.time(attestation.validUntil), "expired": attestation.isExpired ? "yes" : "no",
              ]), "links": file.map { [["href": .string("#\($0)"), "rel": "reference"]] },
            ])
          ],
        ]
      })
  }

  /// The readings of the period, and each gap in them.
  private var log: Value {
    let observed = assessment.observed
    let readings: Value = .fields([
      "uuid": .string(id("log", "readings")), "title": "Readings of the cluster", "start": OSCALField.time(assessment.period.lowerBound),
      "end": end,
      "props": OSCALField.properties([
        "readings": "\(observed.readings)", "failed-readings": "\(observed.failedReadings)",
        "partial-readings": "\(observed.partialReadings)", "weak-readings": "\(observed.weakReadings)",
        "cadence-seconds": observed.cadence.map { "\($0 / 1000)" },
      ]),
    ])
    let gaps = observed.gaps.enumerated().map { index, gap in
      [
        "uuid": .string(id("log", "gap", "\(index)")), "title": "Gap: nobody looked", "description": OSCALField.markup(gap.reason),
        "start": OSCALField.time(gap.range.lowerBound), "end": OSCALField.time(gap.range.upperBound),
      ] as Value
    }
    return ["entries": .list([readings] + gaps)]
  }

  // MARK: Observations

  private var origins: Value { [["actors": [["type": "tool", "actor-uuid": .string(tool)]]]] }

  private func observation(_ assessed: CheckAssessment) -> Value {
    let result = assessed.result
    return .fields([
      "uuid": .string(id("check", assessed.check.id)), "title": OSCALField.markup("\(assessed.check.id) \(assessed.check.title)"),
      "description": OSCALField.markup(result.explanation),
      "props": OSCALField.properties([
        "check-id": assessed.check.id, "status": result.status.rawValue, "passed": "\(result.passed)",
        "counted": "\(result.counted)", "population": result.population,
      ]), "methods": ["TEST"], "origins": origins,
      "subjects": .nonEmpty(
        result.outcomes.map { outcome in
          .fields([
            "subject-uuid": .string(item(outcome.subject)), "type": "inventory-item",
            "title": OSCALField.markup(outcome.subject.title),
            "props": OSCALField.properties(["result": outcome.status.rawValue, "reason": outcome.reason]),
          ])
        }), "collected": end,
    ])
  }

  private func observation(_ result: ControlAssessment) -> Value {
    let timeline = result.timeline
    let parts = Set(result.parts.map(\.id))
    let papers = assessment.attestations.filter { $0.subject == result.control.id || parts.contains($0.subject) }
    let isByPerson = [.manual, .attested, .stale].contains(result.status)
    return .fields([
      "uuid": .string(id("control", result.control.id)),
      "title": OSCALField.markup("\(result.control.id) \(result.control.title)"),
      "description": OSCALField.markup(result.explanation),
      "props": OSCALField.properties([
        "control-id": result.control.id, "status": result.status.rawValue, "status-at-end": result.verdict.status.rawValue,
        "observed-seconds": assessment.isMoment ? nil : "\(timeline.observed / 1000)",
        "unobserved-seconds": assessment.isMoment ? nil : "\(timeline.unobserved / 1000)",
        "failed-seconds": assessment.isMoment ? nil : "\(timeline.length(of: .fail) / 1000)",
        "violations": assessment.isMoment ? nil : "\(timeline.violations.count)",
      ]), "methods": isByPerson ? ["EXAMINE", "INTERVIEW"] : ["TEST"], "types": ["control-objective"], "origins": origins,
      "subjects": [["subject-uuid": .string(cluster), "type": "component"]], "collected": end,
      "expires": papers.map(\.validUntil).min().map(OSCALField.time),
    ])
  }

  // MARK: Risks

  private func risk(_ check: String, _ history: FindingHistory) -> String { id("risk", check, history.fingerprint) }

  private func risk(_ history: FindingHistory, _ check: Check) -> Value {
    let finding = history.finding
    let id = risk(check.id, history)
    let waiver = history.waiver.flatMap { waivers[$0] }
    return .fields([
      "uuid": .string(id), "title": OSCALField.markup("\(finding.subject.title): \(finding.message)"),
      "description": OSCALField.markup(finding.message), "statement": OSCALField.markup(check.reason),
      "props": OSCALField.properties([
        "check-id": check.id, "fingerprint": history.fingerprint, "kind": finding.subject.kind,
        "namespace": finding.subject.namespace, "name": finding.subject.name, "file": finding.storePath,
        "part": finding.yamlPath, "waiver": history.waiver, "waiver-owner": waiver?.owner, "waiver-approver": waiver?.approver,
        "waiver-reason": waiver?.reason,
      ]), "status": .string(!history.isOpen ? "closed" : history.waiver == nil ? "open" : "deviation-approved"),
      "origins": origins, "deadline": history.isOpen ? waiver.map { OSCALField.time($0.expires) } : nil,
      "remediations": [
        .fields([
          "uuid": .string(NamedUUID.text(["remedy", id])), "lifecycle": "recommendation", "title": "Remedy",
          "description": OSCALField.markup(finding.remedy),
          "remarks": finding.remedyYAML.map { .string(SafeText.markdownBlock($0)) },
        ])
      ],
      "risk-log": Value.nonEmpty(history.spans.enumerated().flatMap { entries($1, number: $0, of: id) })
        .map { ["entries": $0] },
      "related-observations": OSCALField.references("observation-uuid", [self.id("check", check.id)]),
    ])
  }

  /// When it was opened, and when it was closed, where it was.
  private func entries(_ span: FindingHistory.Span, number: Int, of risk: String) -> [Value] {
    func entry(_ status: String, _ time: Int64, _ change: RecordedChange.Reference?) -> Value {
      .fields([
        "uuid": .string(NamedUUID.text(["entry", risk, "\(number)", status])), "title": .string("Now \(status)"),
        "start": OSCALField.time(time), "status-change": .string(status),
        "props": OSCALField.properties(["commit": change?.commit, "actor": change?.actor, "path": change?.path]),
      ])
    }
    let opened = entry("open", span.range.lowerBound, span.opened)
    return [opened] + (span.closed.map { [entry("closed", span.range.upperBound, $0)] } ?? [])
  }

  // MARK: Findings

  private func finding(_ result: ControlAssessment) -> Value? {
    guard let state = result.status.oscalState else { return nil }
    let control = result.control
    let deciding = result.parts.filter { $0.strength != .context }.compactMap { assessment.check($0.id) }
    return .fields([
      "uuid": .string(id("finding", control.id)), "title": OSCALField.markup("\(control.id) \(control.title)"),
      "description": OSCALField.markup(result.explanation),
      "props": OSCALField.properties(["control-id": control.id, "status": result.status.rawValue]), "origins": origins,
      "target": [
        "type": "objective-id", "target-id": OSCALField.control(control.id, of: assessment.framework.id),
        "title": OSCALField.markup(control.requirement),
        "status": ["state": .string(state.isSatisfied ? "satisfied" : "not-satisfied"), "reason": .string(state.reason)],
      ],
      "related-observations": OSCALField.references(
        "observation-uuid", [id("control", control.id)] + deciding.map { id("check", $0.check.id) }),
      "related-risks": OSCALField.references(
        "risk-uuid", deciding.flatMap { assessed in assessed.findings.map { risk(assessed.check.id, $0) } }),
      "remarks": result.timeline.reservation.map(OSCALField.markup),
    ])
  }
}

extension ControlStatus {
  /// What a finding says of its target; nil where nothing is decided, and so there is no finding.
  fileprivate var oscalState: (isSatisfied: Bool, reason: String)? {
    switch self {
    case .pass: (true, "pass")
    case .attested: (true, "other")
    case .fail: (false, "fail")
    // The failure stands; its risks say that the deviation is approved.
    case .waived: (false, "other")
    case .manual, .notApplicable, .notEvaluated, .stale, .error: nil
    }
  }
}
