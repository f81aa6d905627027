internal import ClusterReader
package import Controls
internal import HistoryIndex
internal import Integrity
package import KubeModel
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
    /// Fingerprints of the keys that signed commits of the history; none where nobody looked.
    package var signingKeys: [String] = []

    /// Finds out which keys signed the history of a cluster; costs a look at each of its commits.
    package mutating func findSigningKeys(of history: ClusterHistory) throws {
      let heads = try AssessedPapers.heads(history).compactMap { ObjectName(hex: $0.commit) }
      signingKeys = try HistoryKeys(history.ambit.store, heads).signed.keys.sorted()
    }
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
  /// Every check, sorted by id.
  package let checks: [CheckAssessment]
  private let statuses: [String: ControlTracks.CheckStatus]
  private let enforcement: [(time: Int64, enforcement: ClusterState.Enforcement)]
  private let facts: RecordFacts
  private let lastDone: [String: Int64]
  private let flows: [Assessment.Flow]
  private let registers: RegisterBook
  private let extent: Extent
  package let observed: Assessment.Observed
  private let lastCoverage: [KindCoverage]
  /// Whether the last reading covered all that it should.
  package let isComplete: Bool
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
    let stateChecks = CheckVersions.all(plan)
    let tracks = try CheckTracks(plan, history, stateChecks)
    work = Work(asked: tracks.work.asked, known: tracks.work.known, anew: tracks.work.anew)
    let readers = stateChecks.indices.map { TrackReader($0, tracks, plan) }
    enforcement = Assessor.enforcement(plan, tracks)
    observed = Assessment.Observed(
      readings: plan.readings.count { !$0.isFailed }, failedReadings: plan.readings.count(where: \.isFailed),
      partialReadings: plan.readings.count { !$0.isFailed && !$0.isComplete },
      weakReadings: plan.readings.count { !$0.isFailed && (!$0.isPlain || $0.isTimeGiven) }, cadence: plan.cadence?.every,
      gaps: plan.gaps)
    facts = try Assessor.facts(history, plan, registers, extent, observed, readers)
    lastDone = try Assessor.lastDone(plan, registers)
    flows = extent.drawsFlows ? try Assessor.flows(history, plan) : []
    (checks, statuses) = try Assessor.checks(history, plan, readers, facts)
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
      let status = papers.status(of: Check.enforcement.id, plan.papers[segment.papers], at: time)
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
    let span = plan.span(since: first?.capturedTo)
    let population = try ChangePopulation(history, in: span, registers, countsTrees: extent.countsTrees)
    let rulings = plan.rulings[plan.segments.last?.rulings ?? 0]
    return RecordFacts(
      cluster: history.cluster, span: span, observed: observed, changes: population.changes,
      population: population.population, logs: population.logs, integrity: extent.integrity, begins: first?.capturedTo,
      drift: try drift(history, plan, registers), exclusions: rulings.exclusions,
      approvedActors: rulings.parameters.approvedActors,
      waivers: try AssessedPapers.waivers(plan, registers, readers), retention: rulings.parameters.retention, clockSkew: nil)
  }

  private static func drift(
    _ history: ClusterHistory, _ plan: PeriodPlan, _ registers: RegisterBook
  ) throws -> RecordFacts.Drift? {
    let end = plan.lastMoment
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

  // MARK: Checks

  /// Every check, sorted by id, whatever framework maps to it; and what its statuses were.
  private static func checks(
    _ history: ClusterHistory, _ plan: PeriodPlan, _ readers: [TrackReader], _ facts: RecordFacts
  ) throws -> ([CheckAssessment], [String: ControlTracks.CheckStatus]) {
    let judge = CheckJudge(plan: plan, origins: try FindingOrigins(history, plan, facts.changes))
    var checks: [CheckAssessment] = []
    var statuses: [String: ControlTracks.CheckStatus] = [:]
    for reader in readers {
      let (assessment, whole) = judge.assessment(reader)
      checks.append(assessment)
      statuses[reader.check.id] = .init(
        whole: whole, namespaces: reader.namespaces, restsOnEnforcement: reader.check.restsOnEnforcement)
    }
    let asked = Set(readers.map(\.check.id))
    let external = Set(plan.papers.flatMap { $0.attestations.all.map(\.subject) }).filter { $0.hasPrefix("OWN-") && !asked.contains($0) }
    for check in CheckCatalog.all.filter({ !$0.asksStates }) + external.map(CheckCatalog.external) {
      let (assessment, whole) = judge.assessment(check, facts)
      checks.append(assessment)
      statuses[check.id] = .init(whole: whole, namespaces: [:], restsOnEnforcement: false)
    }
    return (checks.sorted { $0.check.id < $1.check.id }, statuses)
  }

  // MARK: Assessing

  /// What the controls of a framework came to.
  package func assessment(of framework: Framework) throws -> Assessment {
    let tracks = ControlTracks(plan, statuses, enforcement)
    let mapped = Set(framework.controls.flatMap { $0.checks.map(\.check) + $0.effective })
    let end = lastEnforcement
    return Assessment(
      subject: try subject(), framework: framework, period: plan.period, enforcement: end, isComplete: isComplete,
      controls: framework.controls.map { control in
        tracks.assessment(control, of: framework, control.clocks.map { $0.standing(last: lastDone[$0.check], at: plan.lastMoment) })
      },
      checks: checks.filter { mapped.contains($0.check.id) }, observed: observed, coverage: lastCoverage,
      flows: flows, registers: try inForce(), signingKeys: extent.signingKeys,
      changes: plan.period.isEmpty ? [] : facts.changes, waivers: facts.waivers,
      attestations: try AssessedPapers.attestations(plan, registers), cautions: cautions(end))
  }

  /// What is assessed; empty for a moment.
  package var period: Range<Int64> { plan.period }

  /// The snapshot in force at the end; nil where there is none.
  package var lastCommit: String? {
    plan.segments.last { $0.state != nil }?.state.map { plan.states[$0].commit }
  }

  /// When what attestations tell of each check was last done.
  private static func lastDone(_ plan: PeriodPlan, _ registers: RegisterBook) throws -> [String: Int64] {
    let timeline = try registers.attestations()
    var done: [String: Int64] = [:]
    var seen: Set<String> = []
    for (time, content) in timeline.versions(in: 0..<plan.lastMoment + 1) {
      for attestation in content.all where attestation.outcome == .pass && seen.insert(attestation.id).inserted {
        guard attestation.clusters.isEmpty || attestation.clusters.contains(plan.cluster) else { continue }
        let moment = attestation.performed ?? time
        done[attestation.subject] = max(done[attestation.subject] ?? .min, moment)
      }
    }
    return done
  }

  /// The waivers as they stand at the end, sorted by id.
  package var waivers: [AssessedWaiver] { facts.waivers }

  /// The changes, counted three ways.
  package var population: RecordFacts.Population { facts.population }

  /// How policy is enforced at the end.
  package var lastEnforcement: ClusterState.Enforcement {
    enforcement.last?.enforcement ?? .init(basis: .unknown, cni: nil, detail: "no state is known")
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

  private static func flows(_ history: ClusterHistory, _ plan: PeriodPlan) throws -> [Assessment.Flow] {
    guard let state = plan.segments.last?.state else { return [] }
    return try NamespaceFlows.flows(history.state(at: history.point(plan.states[state].commit)))
  }
}
