package import Controls
internal import ClusterReader
internal import HistoryIndex
internal import Integrity
internal import KubeModel
internal import Reachability
internal import Registers
internal import SnapshotStore

/// Finds out what frameworks' controls came to for a cluster, at a moment or over a period.
package struct Assessor {
  /// What is looked at besides what verdicts of states need.
  package struct Extent: Sendable {
    /// What verifying the store found; nil where it was not verified.
    package var integrity: RecordFacts.Integrity?
    /// Whether states are compared by their trees, to count changes another way.
    package var countsTrees = false
    /// Whether what may flow between namespaces is told.
    package var drawsFlows = false
    package init() {}
  }

  /// How much work an assessment was, in questions of one check to one scope.
  package struct Work: Sendable {
    package let asked: Int
    package let known: Int
    /// What evaluating each reading anew would have asked.
    package let anew: Int
  }

  private let history: ClusterHistory
  private let plan: PeriodPlan
  private let tracks: CheckTracks
  private let readers: [TrackReader]
  private let enforcement: [(time: Int64, enforcement: ClusterState.Enforcement)]
  private let facts: RecordFacts
  private let registers: RegisterBook
  private let extent: Extent
  private let observed: Assessment.Observed
  private let lastCoverage: [KindCoverage]
  private let isComplete: Bool
  package let work: Work

  /// Assesses a moment.
  package init(_ history: ClusterHistory, at point: ClusterHistory.Point, _ extent: Extent = Extent()) throws {
    let registers = RegisterBook(readingFrom: history.ambit.store)
    try self.init(
      history, try PeriodPlan(history, at: point, registers), registers, extent,
      coverage: point.observation?.coverage ?? [], isComplete: point.observation?.isComplete ?? false)
  }

  /// Assesses a period that is not empty.
  package init(_ history: ClusterHistory, over period: Range<Int64>, _ extent: Extent = Extent()) throws {
    let registers = RegisterBook(readingFrom: history.ambit.store)
    let plan = try PeriodPlan(history, over: period, registers)
    let last = try history.ambit.index.read { [cluster = history.cluster] in
      try $0.lastObservation(before: period.upperBound - 1, in: cluster)
    }
    try self.init(
      history, plan, registers, extent, coverage: last?.coverage ?? [], isComplete: last?.isComplete ?? false)
  }

  private init(
    _ history: ClusterHistory, _ plan: PeriodPlan, _ registers: RegisterBook, _ extent: Extent, coverage: [KindCoverage],
    isComplete: Bool
  ) throws {
    self.history = history
    self.plan = plan
    self.registers = registers
    self.extent = extent
    self.isComplete = isComplete
    lastCoverage = coverage
    let stateChecks = CheckCatalog.all.filter(\.asksStates)
    tracks = try CheckTracks(plan, history, stateChecks)
    work = Work(asked: tracks.work.asked, known: tracks.work.known, anew: tracks.work.anew)
    readers = stateChecks.indices.map { [tracks] in TrackReader($0, tracks, plan) }
    enforcement = Assessor.enforcement(plan, tracks)
    observed = Assessment.Observed(
      readings: plan.readings.count { !$0.isFailed }, failedReadings: plan.readings.count(where: \.isFailed),
      partialReadings: plan.readings.count { !$0.isFailed && !$0.isComplete },
      weakReadings: plan.readings.count { !$0.isFailed && (!$0.isPlain || $0.isTimeGiven) }, cadence: plan.cadence?.every,
      gaps: plan.gaps)
    facts = try Assessor.facts(history, plan, registers, extent, observed, readers)
  }

  /// How policy is enforced at all times: where nothing was read of it, people may attest it.
  private static func enforcement(
    _ plan: PeriodPlan, _ tracks: CheckTracks
  ) -> [(time: Int64, enforcement: ClusterState.Enforcement)] {
    let papers = PaperTracks(plan: plan)
    var found: [(time: Int64, enforcement: ClusterState.Enforcement)] = []
    for (number, segment) in plan.segments.enumerated() {
      guard var enforcement = tracks.enforcement.last(where: { $0.segment <= number })?.enforcement else { continue }
      let time = segment.range.lowerBound
      let status = papers.status(of: "NP-COV-08", plan.papers[segment.papers], at: time)
      if !enforcement.isKnown, status == .attested || status == .fail {
        enforcement = ClusterState.Enforcement(
          basis: .attested, isOn: status == .attested, cni: enforcement.cni, detail: "attested; \(enforcement.detail)")
      }
      if found.last?.enforcement != enforcement { found.append((time, enforcement)) }
    }
    return found
  }

  // MARK: The record

  private static func facts(
    _ history: ClusterHistory, _ plan: PeriodPlan, _ registers: RegisterBook, _ extent: Extent,
    _ observed: Assessment.Observed, _ readers: [TrackReader]
  ) throws -> RecordFacts {
    let first = try history.ambit.index.read { [cluster = history.cluster] in try $0.firstObservation(in: cluster) }
    let end = plan.period.upperBound
    // At a moment, the whole record up to it is looked at.
    let span = plan.period.isEmpty ? min(first?.capturedTo ?? end, end)..<end + 1 : plan.period
    let population = try ChangePopulation(history, in: span, registers, countsTrees: extent.countsTrees)
    let rulings = plan.rulings[plan.segments.last?.rulings ?? 0]
    return RecordFacts(
      cluster: history.cluster, span: span, observed: observed, changes: population.changes,
      population: population.population, logs: population.logs, integrity: extent.integrity, begins: first?.capturedTo,
      drift: try drift(history, plan, registers), approvedActors: rulings.parameters.approvedActors,
      waivers: try AssessedPapers.waivers(plan, registers, readers), retention: rulings.parameters.retention, clockSkew: nil)
  }

  private static func drift(
    _ history: ClusterHistory, _ plan: PeriodPlan, _ registers: RegisterBook
  ) throws -> RecordFacts.Drift? {
    let end = plan.period.isEmpty ? plan.period.upperBound : plan.period.upperBound - 1
    guard let line = try registers.inventories().content(at: end).cluster(history.cluster)?.intended,
      let state = plan.segments.last?.state
    else { return nil }
    let intended = try ClusterHistory(history.ambit, cluster: line, now: Moment(milliseconds: end))
    let applied = try history.state(at: history.point(plan.states[state].commit))
    let report = DriftReport(
      of: applied, from: try intended.state(at: intended.point(nil)), .init(.init(of: applied)))
    return RecordFacts.Drift(
      intended: line,
      differences: report.entries.map { entry in
        (
          .init(kind: ResourceCatalog.type(group: entry.id.group, resource: entry.id.resource)?.kind ?? entry.id.resource, namespace: entry.id.namespace, name: entry.id.name),
          entry.kind.rawValue
        )
      })
  }

  // MARK: Assessing

  /// What the controls of a framework came to.
  package func assessment(of framework: Framework) throws -> Assessment {
    let papers = PaperTracks(plan: plan)
    let gaps = plan.gaps.map(\.range)
    var statuses: [String: ControlTracks.CheckStatus] = [:]
    var checks: [CheckAssessment] = []
    let origins = try FindingOrigins(history, plan, facts.changes)
    for reader in readers {
      let check = reader.check
      var whole = reader.whole
      if check.id == "NP-COV-08" { whole = attested(whole, papers) }
      statuses[check.id] = .init(whole: whole, namespaces: reader.namespaces, restsOnEnforcement: check.restsOnEnforcement)
      checks.append(
        CheckAssessment(
          check: check, result: CheckResult(check, reader.last, isAnythingThere: reader.isAnythingThere),
          timeline: whole.timeline(over: plan.period, gaps: gaps), findings: reader.findings.map { history(of: $0, check, origins) }))
    }
    for check in CheckCatalog.all where !check.asksStates {
      let answer: CheckAnswer
      let whole: StatusTrack
      if case .papers = check.question {
        answer = papers.answer(of: check)
        whole = papers.track(of: check.id, nothing: .notEvaluated)
      } else {
        let waivers = plan.papers[plan.segments.last?.papers ?? 0]
        answer = check.answer(facts).waived(check.id) {
          waivers.waivers.covers($0, of: check.id, in: history.cluster, at: plan.lastMoment)
        }
        let result = CheckResult(check, answer, isAnythingThere: true)
        whole = StatusTrack(result.status, from: plan.period.lowerBound)
      }
      statuses[check.id] = .init(whole: whole, namespaces: [:], restsOnEnforcement: check.restsOnEnforcement)
      checks.append(
        CheckAssessment(
          check: check, result: CheckResult(check, answer, isAnythingThere: true),
          timeline: whole.timeline(over: plan.period, gaps: gaps),
          findings: answer.findings.map { finding in
            let fingerprint = finding.fingerprint(of: check.id)
            return FindingHistory(
              finding: finding, fingerprint: fingerprint, spans: [.init(opened: nil, closed: nil, range: plan.period)], isOpen: true,
              waiver: waiver(of: fingerprint, check))
          }))
    }
    let tracks = ControlTracks(plan, statuses, enforcement)
    let mapped = Set(framework.controls.flatMap { $0.checks.map(\.check) + $0.effective })
    let end = enforcement.last?.enforcement ?? .init(basis: .unknown, cni: nil, detail: "no state is known")
    return Assessment(
      subject: try subject(), framework: framework, period: plan.period, enforcement: end, isComplete: isComplete,
      controls: framework.controls.map { tracks.assessment($0, of: framework, []) },
      checks: checks.filter { mapped.contains($0.check.id) }.sorted { $0.check.id < $1.check.id }, observed: observed,
      coverage: lastCoverage, flows: extent.drawsFlows ? try flows() : [], registers: try inForce(), signingKeys: [],
      changes: plan.period.isEmpty ? [] : facts.changes, waivers: facts.waivers,
      attestations: try AssessedPapers.attestations(plan, registers),
      cautions: cautions(end))
  }

  /// Every check's result at the end, sorted by id, whatever framework maps to it.
  package func checkResults() throws -> [CheckResult] {
    let papers = PaperTracks(plan: plan)
    let all = readers.map { CheckResult($0.check, $0.last, isAnythingThere: $0.isAnythingThere) }
      + CheckCatalog.all.filter { !$0.asksStates }.map { check in
        let answer = if case .papers = check.question { papers.answer(of: check) } else { check.answer(facts) }
        return CheckResult(check, answer, isAnythingThere: true)
      }
    return all.sorted { $0.check.id < $1.check.id }
  }

  private func attested(_ track: StatusTrack, _ papers: PaperTracks) -> StatusTrack {
    var result = StatusTrack()
    for segment in plan.segments {
      let time = segment.range.lowerBound
      let own = track.status(at: time) ?? .notEvaluated
      let said = papers.status(of: "NP-COV-08", plan.papers[segment.papers], at: time)
      result.set(own == .notEvaluated ? said ?? own : own, at: time)
    }
    return result
  }

  private func waiver(of fingerprint: String, _ check: Check) -> String? {
    plan.papers[plan.segments.last?.papers ?? 0].waivers.all.first {
      $0.covers(fingerprint, of: check.id, in: history.cluster, at: plan.lastMoment)
    }?.id
  }

  private func history(of open: TrackReader.OpenFinding, _ check: Check, _ origins: FindingOrigins) -> FindingHistory {
    FindingHistory(
      finding: open.finding, fingerprint: open.fingerprint,
      spans: open.spans.map { span in
        let begin = plan.segments[span.opened].range.lowerBound
        let end = span.closed.map { plan.segments[$0].range.lowerBound } ?? plan.period.upperBound
        return .init(
          opened: origins.origin(of: open.finding, at: span.opened), closed: span.closed.flatMap { origins.origin(of: open.finding, at: $0) },
          range: begin..<max(begin, end))
      }, isOpen: open.spans.last?.closed == nil, waiver: waiver(of: open.fingerprint, check))
  }

  // MARK: Around it

  private func subject() throws -> Assessment.Subject {
    guard let place = plan.segments.last(where: { $0.state != nil })?.state else {
      throw AmbitError(
        .notFound, "cluster '\(history.cluster)' has no state in the period", hint: "see what there is with `ambit log`")
    }
    let state = plan.states[place]
    let point = try history.point(state.commit)
    let facts = try history.facts(at: point)
    return Assessment.Subject(
      cluster: history.cluster, uid: facts?.uid, scope: facts.map { $0.scopeText ?? "the whole cluster" } ?? "not known",
      serverVersion: facts?.serverVersion, heads: try AssessedPapers.heads(history), commit: state.commit,
      stateDigest: point.snapshot.stateDigest)
  }

  private func inForce() throws -> [Assessment.Register] {
    try registers.inForce(at: Moment(milliseconds: plan.lastMoment)).sorted { $0.key < $1.key }.map { name, register in
      Assessment.Register(
        name: name, commit: register.version.commit.description, digest: try registers.digest(register.blob),
        since: register.version.time * 1000, author: register.version.author)
    }
  }

  private func cautions(_ enforcement: ClusterState.Enforcement) -> [String] {
    var cautions: [String] = []
    if lastCoverage.isEmpty { cautions.append("No reading tells what was looked at; nothing can be concluded from what is missing.") }
    let unread = lastCoverage.filter { $0.unreadReason != nil }
    if !unread.isEmpty {
      cautions.append(
        "The last reading was partial: \(unread.count) of \(lastCoverage.count) kinds were not read. What they can affect is not evaluated.")
    }
    if !enforcement.isKnown {
      cautions.append(
        "Whether the CNI enforces policy is not known (\(enforcement.detail)). No control that rests on it passes.")
    } else if !enforcement.isOn {
      cautions.append("The CNI does not enforce policy (\(enforcement.detail)). Policies have no effect.")
    }
    if !plan.period.isEmpty {
      if plan.cadence == nil {
        cautions.append("No cadence is declared: a day and a half without a reading is taken for a gap.")
      }
      if !plan.gaps.isEmpty {
        cautions.append("In \(plan.gaps.count) gaps nobody looked. They are listed, and no conclusion includes them.")
      }
      if observed.weakReadings > 0 {
        cautions.append(
          "\(observed.weakReadings) of \(observed.readings) readings came from files, over connections that were not verified, or with a time that was given.")
      }
    }
    return cautions
  }

  private func flows() throws -> [Assessment.Flow] {
    guard let state = plan.segments.last?.state else { return [] }
    return try NamespaceFlows.flows(history.state(at: history.point(plan.states[state].commit)))
  }
}
