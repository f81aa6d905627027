internal import Controls
internal import KubeModel
internal import Registers

/// Puts what is known of each check over a period together: its result, its timeline, and the history of its findings.
struct CheckJudge {
  let plan: PeriodPlan
  let origins: FindingOrigins

  private var gaps: [Range<Int64>] { plan.gaps.map(\.range) }
  private var papers: PaperTracks { PaperTracks(plan: plan) }
  private var lastPapers: PeriodPlan.Papers { plan.papers[plan.segments.last?.papers ?? 0] }

  /// Of a check that asks states.
  func assessment(_ reader: TrackReader) -> (CheckAssessment, StatusTrack) {
    let check = reader.check
    let isEnforcement = check.id == Check.enforcement.id
    let whole = isEnforcement ? attested(reader.whole, check) : reader.whole
    var last = reader.last
    // Where nothing of it was read, people may know it.
    if isEnforcement, let said = whole.changes.last?.status, said == .attested || said == .stale { last = papers.answer(of: check) }
    let assessment = CheckAssessment(
      check: check, result: CheckResult(check, last, isAnythingThere: reader.isAnythingThere),
      timeline: whole.timeline(over: plan.period, gaps: gaps), findings: reader.findings.map { history(of: $0, check) })
    return (assessment, whole)
  }

  /// Of a check that asks the record, or people.
  func assessment(_ check: Check, _ facts: RecordFacts) -> (CheckAssessment, StatusTrack) {
    let answer: CheckAnswer
    let whole: StatusTrack
    if case .papers = check.question {
      answer = papers.answer(of: check)
      whole = papers.track(of: check.id, nothing: .notEvaluated)
    } else {
      answer = check.answer(facts).waived(check.id) { isWaived($0, check) }
      whole = StatusTrack(CheckResult(check, answer, isAnythingThere: true).status, from: plan.period.lowerBound)
    }
    let assessment = CheckAssessment(
      check: check, result: CheckResult(check, answer, isAnythingThere: true),
      timeline: whole.timeline(over: plan.period, gaps: gaps),
      findings: answer.findings.map { finding in
        let fingerprint = finding.fingerprint(of: check.id)
        return FindingHistory(
          finding: finding, fingerprint: fingerprint, spans: [.init(opened: nil, closed: nil, range: plan.period)], isOpen: true,
          waiver: waiver(of: fingerprint, check))
      })
    return (assessment, whole)
  }

  private func attested(_ track: StatusTrack, _ check: Check) -> StatusTrack {
    var result = StatusTrack()
    for segment in plan.segments {
      let time = segment.range.lowerBound
      let own = track.status(at: time) ?? .notEvaluated
      let said = papers.status(of: check.id, plan.papers[segment.papers], at: time)
      result.set(own == .notEvaluated ? said ?? own : own, at: time)
    }
    return result
  }

  private func isWaived(_ fingerprint: String, _ check: Check) -> Bool { waiver(of: fingerprint, check) != nil }

  private func waiver(of fingerprint: String, _ check: Check) -> String? {
    lastPapers.waivers.all.first { $0.covers(fingerprint, of: check.id, in: plan.cluster, at: plan.lastMoment) }?.id
  }

  private func history(of open: TrackReader.OpenFinding, _ check: Check) -> FindingHistory {
    FindingHistory(
      finding: open.finding, fingerprint: open.fingerprint,
      spans: open.spans.map { span in
        let begin = plan.segments[span.opened].range.lowerBound
        let end = span.closed.map { plan.segments[$0].range.lowerBound } ?? plan.period.upperBound
        return .init(
          opened: origins.origin(of: open.finding, at: span.opened),
          closed: span.closed.flatMap { origins.origin(of: open.finding, at: $0) }, range: begin..<max(begin, end))
      }, isOpen: open.spans.last.map { $0.closed == nil } ?? false, waiver: waiver(of: open.fingerprint, check))
  }
}
