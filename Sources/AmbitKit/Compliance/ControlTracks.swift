internal import Controls
internal import KubeModel

/// Rolls the statuses of checks over a period up into those of controls.
struct ControlTracks {
  /// The status of a check over a period: its own, and each namespace's.
  struct CheckStatus {
    let whole: StatusTrack
    let namespaces: [String: StatusTrack]
    let restsOnEnforcement: Bool
  }

  private let period: Range<Int64>
  private let gaps: [Range<Int64>]
  private let checks: [String: CheckStatus]
  private let enforcement: [(time: Int64, enforcement: ClusterState.Enforcement)]
  private let papers: PaperTracks

  init(
    _ plan: PeriodPlan, _ checks: [String: CheckStatus], _ enforcement: [(time: Int64, enforcement: ClusterState.Enforcement)]
  ) {
    period = plan.period
    gaps = plan.gaps.map(\.range)
    self.checks = checks
    self.enforcement = enforcement
    papers = PaperTracks(plan: plan)
  }

  /// What came of a control.
  func assessment(_ control: Framework.Control, of framework: Framework, _ clocks: [ControlAssessment.Clock]) -> ControlAssessment {
    let attestations = papers.attestations(of: control.id, in: framework)
    let (verdict, track) = walk(control, attestations) { checks[$0]?.whole }
    let timeline = track.timeline(over: period, gaps: gaps)
    let deciding = control.checks.filter { $0.strength != .context }.compactMap { checks[$0.check]?.namespaces.keys }
    let names = Set(deciding.flatMap(Array.init)).sorted()
    let namespaces = names.compactMap { name -> ControlAssessment.Scope? in
      let (verdict, track) = walk(control, attestations) { id in
        checks[id].map { $0.namespaces[name] ?? StatusTrack(.notApplicable, from: period.lowerBound) }
      }
      guard track.changes.contains(where: { $0.status != .notApplicable }) else { return nil }
      return .init(namespace: name, verdict: verdict, timeline: track.timeline(over: period, gaps: gaps))
    }
    return ControlAssessment(
      control: control, status: period.isEmpty ? verdict.status : timeline.verdict ?? .notEvaluated, verdict: verdict,
      parts: parts(control, at: .max) { checks[$0]?.whole }, timeline: timeline, namespaces: namespaces, clocks: clocks)
  }

  private func parts(
    _ control: Framework.Control, at time: Int64, _ track: (String) -> StatusTrack?
  ) -> [ControlVerdict.Part] {
    control.checks.map { mapping in
      ControlVerdict.Part(
        id: mapping.check, strength: mapping.strength, status: track(mapping.check)?.status(at: time),
        restsOnEnforcement: checks[mapping.check]?.restsOnEnforcement ?? false)
    }
  }

  /// The verdict at the end, and the status at all times.
  private func walk(
    _ control: Framework.Control, _ attestations: [(time: Int64, attestation: ControlVerdict.Attestation)],
    _ track: (String) -> StatusTrack?
  ) -> (ControlVerdict, StatusTrack) {
    let tracks = Dictionary(
      control.checks.compactMap { mapping in track(mapping.check).map { (mapping.check, $0) } }, uniquingKeysWith: { first, _ in first })
    var times = Set(tracks.values.flatMap { $0.changes.map(\.time) })
    times.formUnion(attestations.map(\.time))
    times.formUnion(enforcement.map(\.time))
    times.insert(period.lowerBound)
    var known: [Situation: ControlVerdict] = [:]
    var result = StatusTrack()
    var last: ControlVerdict?
    for time in times.sorted() {
      let inForce = enforcement.last { $0.time <= time } ?? enforcement.first
      let attestation = attestations.last { $0.time <= time }?.attestation ?? .none
      let parts = parts(control, at: time) { tracks[$0] }
      let situation = Situation(statuses: parts.map(\.status), enforcement: inForce?.enforcement, attestation: attestation)
      let verdict = known[situation]
        ?? ControlVerdict(
          control, parts, inForce?.enforcement ?? .init(basis: .unknown, cni: nil, detail: "the store does not tell"), attestation)
      known[situation] = verdict
      result.set(verdict.status, at: time)
      last = verdict
    }
    return (last ?? ControlVerdict(control, [], .init(basis: .unknown, cni: nil, detail: "")), result)
  }

  /// All that a verdict depends on.
  private struct Situation: Hashable {
    let statuses: [ControlStatus?]
    let enforcement: ClusterState.Enforcement?
    let attestation: ControlVerdict.Attestation
  }
}
