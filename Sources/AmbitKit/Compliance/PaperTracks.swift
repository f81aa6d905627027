internal import Controls
internal import KubeModel
internal import Registers

/// What attestations say over a period: of a check that people answer, and of controls.
struct PaperTracks {
  let plan: PeriodPlan

  /// The status of what attestations for a subject say at a time: the last one given counts.
  func status(of subject: String, _ papers: PeriodPlan.Papers, at time: Int64) -> ControlStatus? {
    guard let last = papers.attestations.speaking(for: subject, in: plan.cluster).last else { return nil }
    if time >= last.validUntil { return .stale }
    return last.outcome == .pass ? .attested : .fail
  }

  /// The status over the period; `nothing` where nobody attested.
  func track(of subject: String, nothing: ControlStatus) -> StatusTrack {
    var track = StatusTrack()
    for segment in plan.segments {
      let time = segment.range.lowerBound
      track.set(status(of: subject, plan.papers[segment.papers], at: time) ?? nothing, at: time)
    }
    return track
  }

  /// What a person said of a control, from each time on.
  func attestations(of control: String, in framework: Framework) -> [(time: Int64, attestation: ControlVerdict.Attestation)] {
    var found: [(time: Int64, attestation: ControlVerdict.Attestation)] = []
    let names = [framework.id] + framework.aliases
    for segment in plan.segments {
      let time = segment.range.lowerBound
      let statuses = names.compactMap { status(of: "\($0)/\(control)", plan.papers[segment.papers], at: time) }
      let attestation: ControlVerdict.Attestation =
        switch statuses.first {
        case .attested?: .valid
        case .stale?: .expired
        case .fail?: .refused
        default: .none
        }
      if found.last?.attestation != attestation { found.append((time, attestation)) }
    }
    return found
  }

  /// The answer of a check that people answer, at the end.
  func answer(of check: Check) -> CheckAnswer {
    var answer = CheckAnswer()
    let subject = CheckResult.Subject.cluster(plan.cluster)
    let end = plan.segments.last
    let papers = end.map { plan.papers[$0.papers] }
    let spoken = papers?.attestations.speaking(for: check.id, in: plan.cluster).last
    switch papers.flatMap({ status(of: check.id, $0, at: end?.range.lowerBound ?? 0) }) {
    case .attested?: answer.outcomes = [.init(subject: subject, status: .attested, reason: spoken?.statement ?? "")]
    case .stale?: answer.outcomes = [.init(subject: subject, status: .stale, reason: "the attestation '\(spoken?.id ?? "")' has expired")]
    case .fail?:
      answer.outcomes = [.init(subject: subject, status: .fail, reason: spoken?.statement ?? "")]
      answer.findings = [.init(subject: subject, message: spoken?.statement ?? "attested as failing", remedy: check.remedy)]
    default: answer.outcomes = [.init(subject: subject, status: .notEvaluated, reason: "nobody attested it")]
    }
    return answer
  }
}
