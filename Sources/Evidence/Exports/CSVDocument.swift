internal import Controls
internal import KubeModel

/// Assessments as tables, one for each question that a reader of spreadsheets has.
struct CSVDocument {
  private let headings: [String]
  private let rows: [[String]]

  var text: String { CSVText.text([headings] + rows) + "\r\n" }

  // MARK: Tables

  /// A row for each control, and one for it in each namespace.
  static func results(_ assessments: [Assessment]) -> CSVDocument {
    CSVDocument(
      headings: identity + [
        "FROM", "TO", "CONTROL", "TITLE", "NAMESPACE", "STATUS", "STATUS AT END", "WHY", "OBSERVED SECONDS",
        "UNOBSERVED SECONDS", "FAILED SECONDS", "PASSED SHARE", "VIOLATIONS", "FIRST VIOLATION", "LAST VIOLATION", "LONGEST VIOLATION SECONDS",
      ],
      rows: assessments.flatMap { assessment in
        assessment.controls.flatMap { result in
          let start = identity(assessment) + [
            time(assessment.period.lowerBound), time(assessment.period.upperBound), result.control.id, result.control.title,
          ]
          let whole = start + ["", result.status.rawValue, result.verdict.status.rawValue, result.explanation] + cells(result.timeline)
          return [whole]
            + result.namespaces.map { scope in
              let status = assessment.isMoment ? scope.verdict.status : scope.timeline.verdict ?? .notEvaluated
              return start + [scope.namespace, status.rawValue, scope.verdict.status.rawValue, scope.verdict.explanation] + cells(scope.timeline)
            }
        }
      })
  }

  /// A row for each stretch in which a finding was open.
  static func findings(_ assessments: [Assessment]) -> CSVDocument {
    CSVDocument(
      headings: identity + [
        "CHECK", "CONTROLS", "FINGERPRINT", "KIND", "NAMESPACE", "NAME", "MESSAGE", "FILE", "PART", "STATE", "WAIVER", "FROM",
        "TO", "OPENED BY", "OPENED IN", "CLOSED BY", "CLOSED IN", "REMEDY",
      ],
      rows: assessments.flatMap { assessment in
        let uses = assessment.checkUses
        return assessment.checks.flatMap { assessed in
          let open = Dictionary(assessed.told.findings.map { ($0.history.fingerprint, $0.status) }) { first, _ in first }
          return assessed.findings.flatMap { history in
            let finding = history.finding
            let state = open[history.fingerprint].map { $0 == .fail ? "open" : $0.rawValue } ?? "closed"
            let controls = (uses[assessed.check.id] ?? []).map(\.control)
            let start =
              identity(assessment) + [assessed.check.id, controls.joined(separator: "; "), history.fingerprint]
              + cells(finding.subject) + [
                finding.message, finding.storePath ?? "", finding.yamlPath ?? "", state, history.waiver ?? "",
              ]
            return spans(history).map { start + $0 + [finding.remedy] }
          }
        }
      })
  }

  static func gaps(_ assessments: [Assessment]) -> CSVDocument {
    CSVDocument(
      headings: ["CLUSTER", "FROM", "TO", "SECONDS", "REASON"],
      rows: histories(assessments).flatMap { assessment in
        assessment.observed.gaps.map { gap in
          [
            assessment.subject.cluster, time(gap.range.lowerBound), time(gap.range.upperBound), seconds(gap.range), gap.reason,
          ]
        }
      })
  }

  /// The population of changes, oldest first.
  static func changes(_ assessments: [Assessment]) -> CSVDocument {
    CSVDocument(
      headings: [
        "CLUSTER", "ID", "COMMIT", "PATH", "RESOURCE", "KIND", "NAMESPACE", "NAME", "EFFECT", "AFTER", "SEEN", "TIME", "ACTOR",
        "ACTOR KIND", "ACTOR SOURCE", "CERTAINTY", "REASON", "APPROVAL", "APPROVED BY", "PROPOSAL", "WHY",
        "AUDIT ID", "RECONSTRUCTED", "BEFORE", "VERSION",
      ],
      rows: histories(assessments).flatMap { assessment in
        assessment.changes.map { change in
          [assessment.subject.cluster, change.id, change.commit, change.path, change.resource] + cells(change.object) + [
            change.effect, change.after.map(time) ?? "", time(change.seen), change.time.map(time) ?? "",
            change.actor.name ?? "", change.actor.kind.rawValue, change.actor.source, change.actor.certainty ?? "",
            change.reason ?? "",
          ] + cells(change.approval) + [
            change.auditID ?? "", change.isReconstructed ? "yes" : "no", change.before ?? "", change.version ?? "",
          ]
        }
      })
  }

  static func waivers(_ assessments: [Assessment]) -> CSVDocument {
    CSVDocument(
      headings: identity + [
        "ID", "OWNER", "APPROVER", "REASON", "CHECK", "FINGERPRINTS", "RECORDED", "EXPIRES", "STANDING",
      ],
      rows: assessments.flatMap { assessment in
        assessment.waivers.map { waiver in
          identity(assessment) + [
            waiver.id, waiver.owner, waiver.approver, waiver.reason, waiver.check,
            waiver.fingerprints.joined(separator: "; "), time(waiver.recorded), time(waiver.expires),
            waiver.standings.map(\.rawValue).joined(separator: "; "),
          ]
        }
      })
  }

  static func attestations(_ assessments: [Assessment]) -> CSVDocument {
    CSVDocument(
      headings: identity + [
        "ID", "FOR", "STATEMENT", "BY", "FILE", "FILE SHA256", "RECORDED", "VALID UNTIL", "EXPIRED",
      ],
      rows: assessments.flatMap { assessment in
        assessment.attestations.map { attestation in
          identity(assessment) + [
            attestation.id, attestation.subject, attestation.statement, attestation.by, attestation.file?.name ?? "",
            attestation.file?.digest ?? "", time(attestation.recorded), time(attestation.validUntil),
            attestation.isExpired ? "yes" : "no",
          ]
        }
      })
  }

  // MARK: Cells

  private static let identity = ["CLUSTER", "FRAMEWORK"]
  private static func identity(_ assessment: Assessment) -> [String] { [assessment.subject.cluster, assessment.framework.id] }

  /// One assessment of each history: what is told of the history itself is told once, however many frameworks judge it.
  private static func histories(_ assessments: [Assessment]) -> [Assessment] {
    var seen: Set<[String]> = []
    return assessments.filter {
      seen.insert([$0.subject.cluster, $0.subject.uid ?? "", "\($0.period.lowerBound)", "\($0.period.upperBound)"]).inserted
    }
  }

  private static func time(_ milliseconds: Int64) -> String { ExportText.time(milliseconds) }
  private static func seconds(_ range: Range<Int64>) -> String { "\((range.upperBound - range.lowerBound) / 1000)" }

  private static func cells(_ subject: CheckResult.Subject) -> [String] { [subject.kind, subject.namespace ?? "", subject.name] }

  private static func cells(_ timeline: Timeline) -> [String] {
    let violations = timeline.violations
    // Where nobody looked there is no share. Rounded down: only what passed all the time has 1.0.
    let share = timeline.observed == 0 ? "" : "\((timeline.share(of: .pass) * 10_000).rounded(.down) / 10_000)"
    return [
      "\(timeline.observed / 1000)", "\(timeline.unobserved / 1000)", "\(timeline.length(of: .fail) / 1000)", share, "\(violations.count)",
      violations.first.map { time($0.range.lowerBound) } ?? "", violations.last.map { time($0.range.lowerBound) } ?? "",
      timeline.longestViolation.map { seconds($0.range) } ?? "",
    ]
  }

  private static func cells(_ approval: RecordedChange.Approval) -> [String] {
    switch approval {
    case .approved(let person, let proposal): ["approved", person, proposal, ""]
    case .lacking(let reason): ["lacking", "", "", reason]
    case .undetermined(let reason): ["undetermined", "", "", reason]
    case .notNeeded(let reason): ["not-needed", "", "", reason]
    }
  }

  /// When a finding was open, and the changes that opened and closed it; one row at least.
  private static func spans(_ history: FindingHistory) -> [[String]] {
    let spans = history.spans.map { span in
      [
        time(span.range.lowerBound), time(span.range.upperBound), span.opened?.actor ?? "", span.opened?.commit ?? "",
        span.closed?.actor ?? "", span.closed?.commit ?? "",
      ]
    }
    return spans.isEmpty ? [Array(repeating: "", count: 6)] : spans
  }
}
