internal import Controls

/// A framework's controls in one cluster, in the form that templates walk.
struct FrameworkView {
  let cluster: ClusterReport
  let clusterNumber: Int
  let number: Int
  let format: any ReportFormat
  let hasPictures: Bool

  private var report: ClusterReport.FrameworkReport { cluster.frameworks[number] }
  private var period: Range<Int64> { report.assessment.period }
  private var isMoment: Bool { report.assessment.isMoment }
  private var title: String { "\(report.framework.name) \(report.framework.version)" }

  static func anchor(_ cluster: Int, _ framework: Int, _ control: Int) -> String {
    "k\(cluster + 1)f\(framework + 1)c\(control + 1)"
  }

  private func anchor(_ control: Int) -> String { FrameworkView.anchor(clusterNumber, number, control) }

  var context: [String: Any] {
    let matrix = matrix
    return [
      "framework": format.text(title), "anchor": "k\(clusterNumber + 1)f\(number + 1)", "total": report.controls.count,
      "isPeriod": !isMoment,
      "controls": report.controls.enumerated().map { control($1, $0) },
      "verdictRows": hasPictures ? "" : report.controls.enumerated().map { format.row(verdict($1, $0)) }.joined(),
      "hasMatrix": !matrix.rows.isEmpty, "matrixRows": matrix.rows, "matrixColumns": matrix.columns,
    ]
  }

  // MARK: Summary

  /// Counts by status, one cluster and framework a row.
  var summaryRow: String {
    let tally = report.tally
    return format.row([
      .text(cluster.lead.subject.cluster), .link(title, to: "k\(clusterNumber + 1)f\(number + 1)"),
      .joined(tally.counts.map { .joined([.status($0.status), .text(" \($0.count) ")]) }),
      .text(tally.score(withWaivers: true)), .text(tally.score(withWaivers: false)),
      .text("\(report.controls.count { $0.hasFailure })"), .text("\(report.controls.count)"),
    ])
  }

  var summary: [String: Any] {
    guard let trend = report.trend else { return ["hasTrend": false] }
    let gaps = HistoryStrip(Timeline(cluster.lead.observed.gaps.map { .init($0.range, .notEvaluated, isGap: true) }), period)
    return [
      "hasTrend": true, "trend": format.text("\(cluster.lead.subject.cluster), \(title): \(trend.text(of: report.controls.count))"),
      "trendMarkup": hasPictures ? StripPicture.paths(trend, gaps: gaps) : "",
      "start": ReportTime.text(period.lowerBound), "end": ReportTime.text(period.upperBound), "most": trend.most,
    ]
  }

  func riskRow(_ risk: Report.Risk) -> String {
    let control = report.controls[risk.control]
    let worst = control.parts.filter { $0.part.strength != .context }.compactMap(\.check)
      .max { cluster.checks[$0].openCount < cluster.checks[$1].openCount }
    return format.row([
      .link("\(control.control.id) \(control.control.title)", to: anchor(risk.control)), .text(cluster.lead.subject.cluster),
      .text(title), .status(control.assessed.status),
      .text(isMoment ? "–" : ReportTime.length(risk.failing)), .text("\(risk.openFindings)"),
      worst.map { .link(cluster.checks[$0].assessed.check.remedy, to: ClusterView.anchor(clusterNumber, check: $0)) } ?? "",
    ])
  }

  // MARK: Controls

  private func control(_ control: ControlReport, _ index: Int) -> [String: Any] {
    let assessed = control.assessed
    let definition = control.control
    let parts = control.parts.map { format.row(row($0.part, check: $0.check)) }
      + control.effective.map { format.row(effective(cluster.checks[$0].assessed, check: $0)) }
    let violations = control.violations.map { format.row(violation($0)) }
    let clocks = assessed.clocks.map { clock in
      format.row([
        .text(clock.title), .mark(clock.standing.rawValue, as: clock.standing.status),
        .text(clock.last.map(ReportTime.text) ?? "never"), .text(clock.due.map(ReportTime.text) ?? "–"),
      ])
    }
    let papers = cluster.attestations.filter { $0.subject == definition.id || control.parts.map(\.part.id).contains($0.subject) }
    let timeline = assessed.timeline
    return [
      "id": format.text(definition.id), "anchor": anchor(index), "title": format.text(definition.title),
      "requirement": format.text(definition.requirement), "method": format.text(method(control)),
      "status": format.status(assessed.status), "statusNow": format.status(assessed.verdict.status),
      "hasChanged": assessed.status != assessed.verdict.status, "hasFailure": control.hasFailure,
      "explanation": format.text(assessed.verdict.explanation),
      "held": ReportTime.share(timeline.length(of: .pass) + timeline.length(of: .attested), of: timeline.observed),
      "failed": ReportTime.share(timeline.length(of: .fail), of: timeline.observed),
      "violations": control.violations.count, "hasNone": control.violations.isEmpty,
      "first": control.violations.first.map { ReportTime.text($0.range.lowerBound) } ?? "–",
      "last": control.violations.last.map { ReportTime.text($0.range.lowerBound) } ?? "–",
      "longest": timeline.longestViolation.map { ReportTime.length($0.length) } ?? "–",
      "open": control.openFindings, "waived": control.waivedFindings, "hasWaived": control.waivedFindings > 0,
      "isPeriod": !isMoment, "history": format.text(HistoryStrip.text(timeline)),
      "stripMarkup": hasPictures && !isMoment ? StripPicture.paths(HistoryStrip(timeline, period)) : "",
      "partRows": parts.joined(), "hasParts": !parts.isEmpty,
      "violationRows": violations.joined(), "hasViolations": !violations.isEmpty,
      "clockRows": clocks.joined(), "hasClocks": !clocks.isEmpty,
      "wanted": definition.attestations.map(format.text), "hasWanted": !definition.attestations.isEmpty,
      "paperRows": papers.map { format.row(ClusterView.row($0)) }.joined(), "hasPapers": !papers.isEmpty,
    ]
  }

  private func verdict(_ control: ControlReport, _ index: Int) -> [Phrase] {
    let timeline = control.assessed.timeline
    let start: [Phrase] = [
      .link(control.control.id, to: anchor(index)), .status(control.assessed.status), .text(control.control.title),
    ]
    let history: [Phrase] = [
      .text(ReportTime.share(timeline.length(of: .pass) + timeline.length(of: .attested), of: timeline.observed)),
      .text(ReportTime.share(timeline.length(of: .fail), of: timeline.observed)), .text("\(control.violations.count)"),
      .text(control.violations.first.map { ReportTime.text($0.range.lowerBound) } ?? "–"),
      .text(control.violations.last.map { ReportTime.text($0.range.lowerBound) } ?? "–"),
      .text(timeline.longestViolation.map { ReportTime.length($0.length) } ?? "–"),
    ]
    return start + (isMoment ? [] : history) + [.text("\(control.openFindings)"), .text("\(control.waivedFindings)")]
  }

  private func method(_ control: ControlReport) -> String {
    let computed = control.parts.filter { $0.part.strength != .context && $0.check != nil }.map(\.part.strength)
    let method =
      if computed.isEmpty {
        "A person answers"
      } else if computed.contains(.partial) || !control.control.attestations.isEmpty {
        "Computed in part; a person answers the rest"
      } else {
        "Computed"
      }
    return [
      method, control.control.level.map { "level \($0)" }, control.control.assessment.map { "the framework says: \($0)" },
    ].compactMap(\.self).joined(separator: " · ")
  }

  private func row(_ part: ControlVerdict.Part, check: Int?) -> [Phrase] {
    guard let check else {
      return [
        .text(part.id), .text(CheckCatalog.title(part.id)), .text(part.strength.rawValue), .status(part.status ?? .manual),
        "no check computes it: a person answers", "",
      ]
    }
    return row(cluster.checks[check].assessed, check: check, as: part.strength.rawValue, part.status)
  }

  private func effective(_ check: CheckAssessment, check place: Int) -> [Phrase] {
    row(check, check: place, as: "beside it, in effect", check.result.status)
  }

  private func row(_ check: CheckAssessment, check place: Int, as strength: String, _ status: ControlStatus?) -> [Phrase] {
    let result = check.result
    return [
      .link(check.check.id, to: ClusterView.anchor(clusterNumber, check: place)), .text(check.check.title), .text(strength),
      .status(status ?? result.status), .text(result.explanation),
      .text("\(result.passed) of \(result.counted) \(result.population)"),
    ]
  }

  private func violation(_ violation: ControlReport.Violation) -> [Phrase] {
    [
      .text(ReportTime.text(violation.range.lowerBound)), .text(ReportTime.text(violation.range.upperBound)),
      .text(ReportTime.length(violation.range.upperBound - violation.range.lowerBound)),
      edge(violation.openedBy, violation.start), edge(violation.closedBy, violation.end),
    ]
  }

  private func edge(_ references: [RecordedChange.Reference], _ reason: String?) -> Phrase {
    if let reason { return .text(reason) }
    return .lines(references.map { ClusterView.phrase($0, cluster, clusterNumber) })
  }

  // MARK: Matrix

  /// One row for each namespace, one column for each control that says anything of namespaces.
  private var matrix: (columns: [[String: Any]], rows: String) {
    let columns = report.controls.enumerated().filter { !$0.element.assessed.namespaces.isEmpty }
    let cells = columns.map { column in
      Dictionary(
        column.element.assessed.namespaces.map { ($0.namespace, cell($0)) }, uniquingKeysWith: { first, _ in first })
    }
    let names = Set(cells.flatMap(\.keys)).sorted()
    let nothing = Phrase.mark("n/a", as: .notApplicable)
    return (
      columns.map { ["id": format.text($0.element.control.id), "anchor": anchor($0.offset)] },
      names.map { name in format.statusRow(name, cells.map { $0[name] ?? nothing }) }.joined()
    )
  }

  private func cell(_ scope: ControlAssessment.Scope) -> Phrase {
    let now = scope.verdict.status
    guard !isMoment else { return .status(now) }
    let whole = scope.timeline.verdict ?? .notEvaluated
    guard whole == .fail, now != .fail else { return .status(whole) }
    return now == .pass || now == .attested || now == .waived ? .mended("mended") : .mark("failed", as: .fail)
  }
}

extension ControlAssessment.Clock.Standing {
  var status: ControlStatus {
    switch self {
    case .done: .pass
    case .dueSoon: .manual
    case .overdue: .fail
    case .never: .stale
    }
  }
}

extension CheckReport {
  /// Findings that are open at the end.
  var openCount: Int { assessed.findings.count { $0.isOpen && $0.waiver == nil } }
}
