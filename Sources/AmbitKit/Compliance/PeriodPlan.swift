internal import Controls
internal import HistoryIndex
internal import KubeModel
internal import Registers

/// A period, cut where anything changes that verdicts rest on.
struct PeriodPlan {
  /// A stretch in which all of it stays the same. Numbers are places in the lists of the plan.
  struct Segment {
    let range: Range<Int64>
    /// Nil before the first state.
    let state: Int?
    let coverage: Int
    let rulings: Int
    let papers: Int
    let isGap: Bool
  }

  /// Waivers and attestations that are in force together.
  struct Papers: Sendable {
    /// Since when this is so; nothing of it expires before the next begins.
    let time: Int64
    let waivers: Waivers
    let attestations: Attestations
  }

  let cluster: String
  /// Empty for a moment.
  let period: Range<Int64>
  private(set) var segments: [Segment] = []
  private(set) var states: [PeriodState] = []
  /// Each once, sorted as readings tell them.
  private(set) var coverages: [[KindCoverage]] = []
  private(set) var rulings: [Rulings] = []
  private(set) var papers: [Papers] = []
  private(set) var gaps: [Assessment.Observed.Gap] = []
  private(set) var readings: [PeriodReading] = []
  let cadence: Cadence.Entry?

  /// What counts as often enough where the owner declares nothing: once a day, half a day late at most.
  static let assumedCadence: Int64 = 36 * 3_600_000

  /// How far before a moment the record is looked at, for checks of changes and of the record itself: 90 days.
  static let lookBack: Int64 = 90 * 86_400_000

  /// The stretch that checks of the record look at: the period, or the time before a moment.
  func span(since first: Int64?) -> Range<Int64> {
    guard period.isEmpty else { return period }
    let end = period.upperBound
    return min(end, max(first ?? end, end - PeriodPlan.lookBack))..<end + 1
  }

  /// The plan of a moment.
  init(_ history: ClusterHistory, at point: ClusterHistory.Point, _ registers: RegisterBook) throws {
    cluster = history.cluster
    let time = point.moment.milliseconds
    period = time..<time
    cadence = try registers.cadences().content(at: time).entry(for: history.cluster)
    states = [PeriodState(order: 0, commit: point.snapshot.commit, time: point.snapshot.capturedTo)]
    coverages = [point.observation?.coverage ?? []]
    rulings = [try registers.rulings().content(at: time)]
    papers = [Papers(time: time, waivers: try registers.waivers().content(at: time), attestations: try registers.attestations().content(at: time))]
    segments = [Segment(range: time..<time, state: 0, coverage: 0, rulings: 0, papers: 0, isGap: false)]
    let first = try history.ambit.index.read { [cluster] in try $0.firstObservation(in: cluster) }
    let span = span(since: first?.capturedTo)
    readings = try history.ambit.index.read { [cluster] in try $0.readings(of: cluster, in: span) }
    gaps = PeriodPlan.gaps(
      readings.filter { !$0.isFailed }, failed: readings.filter(\.isFailed), span, limit: cadence?.limit ?? PeriodPlan.assumedCadence)
  }

  /// The plan of a period that is not empty.
  init(_ history: ClusterHistory, over period: Range<Int64>, _ registers: RegisterBook) throws {
    cluster = history.cluster
    self.period = period
    // The cadence that is in force at the end is the one that the period is held to.
    cadence = try registers.cadences().content(at: period.upperBound - 1).entry(for: history.cluster)
    let found = try history.ambit.index.read { [cluster] view in
      (try view.readings(of: cluster, in: period), try view.states(of: cluster, in: period))
    }
    readings = found.0
    states = found.1
    let seen = readings.filter { !$0.isFailed }
    gaps = PeriodPlan.gaps(seen, failed: readings.filter(\.isFailed), period, limit: cadence?.limit ?? PeriodPlan.assumedCadence)

    var changes: [Change] = []
    for (place, state) in states.enumerated() { changes.append(Change(time: state.time, .state(place))) }
    for gap in gaps {
      changes.append(Change(time: gap.range.lowerBound, .gap(true)))
      changes.append(Change(time: gap.range.upperBound, .gap(false)))
    }
    for (time, place) in try coverageChanges(seen, history) { changes.append(Change(time: time, .coverage(place))) }
    for (time, content) in try registers.rulings().versions(in: period) {
      rulings.append(content)
      changes.append(Change(time: time, .rulings(rulings.count - 1)))
    }
    for (time, content) in try PeriodPlan.papers(registers, period) {
      papers.append(content)
      changes.append(Change(time: time, .papers(papers.count - 1)))
    }
    cut(changes)
  }

  /// The last moment that is in it.
  var lastMoment: Int64 { period.isEmpty ? period.upperBound : period.upperBound - 1 }

  // MARK: Cutting

  private struct Change {
    enum What {
      case state(Int)
      case coverage(Int)
      case rulings(Int)
      case papers(Int)
      case gap(Bool)
    }

    let time: Int64
    let what: What
    init(time: Int64, _ what: What) {
      self.time = time
      self.what = what
    }
  }

  private mutating func cut(_ changes: [Change]) {
    var (state, coverage, rulings, papers, isGap) = (Int?.none, 0, 0, 0, false)
    var start = period.lowerBound
    func segment(_ end: Int64) -> Segment? {
      start < end
        ? Segment(range: start..<end, state: state, coverage: coverage, rulings: rulings, papers: papers, isGap: isGap || state == nil)
        : nil
    }
    // A stable order: what came at one time is taken in the order of the history.
    let ordered = changes.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
    for change in ordered {
      let time = min(max(change.time, period.lowerBound), period.upperBound)
      if let done = segment(time) {
        segments.append(done)
        start = time
      }
      switch change.what {
      case .state(let place): state = place
      case .coverage(let place): coverage = place
      case .rulings(let place): rulings = place
      case .papers(let place): papers = place
      case .gap(let begins): isGap = begins
      }
    }
    if let done = segment(period.upperBound) { segments.append(done) }
  }

  // MARK: Gaps and coverage

  /// Where more than the limit passes after a reading without another.
  private static func gaps(
    _ seen: [PeriodReading], failed: [PeriodReading], _ period: Range<Int64>, limit: Int64
  ) -> [Assessment.Observed.Gap] {
    var gaps: [Assessment.Observed.Gap] = []
    func add(_ from: Int64, _ to: Int64) {
      let range = max(from, period.lowerBound)..<min(max(to, from), period.upperBound)
      guard range.lowerBound < range.upperBound else { return }
      let failures = failed.filter { range.contains($0.time) }
      let reason = failures.first.map { "\(failures.count) readings failed: \($0.reason ?? "no reason was told")" } ?? "no reading"
      gaps.append(.init(range, reason: reason))
    }
    guard let first = seen.first else {
      add(period.lowerBound, period.upperBound)
      return gaps
    }
    if first.time > period.lowerBound { add(period.lowerBound, first.time) }
    for (reading, next) in zip(seen, seen.dropFirst()) where next.time - reading.time > limit {
      add(reading.time + limit, next.time)
    }
    if let last = seen.last, period.upperBound - last.time > limit { add(last.time + limit, period.upperBound) }
    return gaps
  }

  /// When what was looked at changed.
  ///
  /// A reading that missed something between two that did not, no further apart than the cadence allows, hides nothing:
  /// the one before it is taken for it.
  private mutating func coverageChanges(
    _ seen: [PeriodReading], _ history: ClusterHistory
  ) throws -> [(time: Int64, coverage: Int)] {
    var places: [Int64: Int] = [:]
    var known: [[KindCoverage]: Int] = [:]
    var changes: [(time: Int64, coverage: Int)] = []
    var lastComplete: PeriodReading?
    var nextComplete: [Int64?] = []
    var next: Int64?
    for reading in seen.reversed() {
      if reading.isComplete { next = reading.time }
      nextComplete.append(next)
    }
    nextComplete.reverse()
    for (reading, next) in zip(seen, nextComplete) {
      var testimony = reading.testimony
      if reading.isComplete {
        lastComplete = reading
      } else if let cadence, let last = lastComplete, let next, next - last.time <= cadence.limit {
        testimony = last.testimony
      }
      if places[testimony] == nil {
        let coverage = try history.ambit.index.read { [testimony] in try $0.coverage(ofTestimony: testimony) }
        if known[coverage] == nil {
          known[coverage] = coverages.count
          coverages.append(coverage)
        }
        places[testimony] = known[coverage]
      }
      guard let place = places[testimony], changes.last?.coverage != place else { continue }
      changes.append((reading.time, place))
    }
    if coverages.isEmpty { coverages = [[]] }
    return changes
  }

  // MARK: Papers

  /// Waivers and attestations, cut where either changes or one of them expires.
  private static func papers(_ registers: RegisterBook, _ period: Range<Int64>) throws -> [(time: Int64, papers: Papers)] {
    let waivers = try registers.waivers()
    let attestations = try registers.attestations()
    var times = Set((waivers.versions(in: period).map(\.time) + attestations.versions(in: period).map(\.time)))
    times.formUnion(waivers.versions(in: period).flatMap(\.content.all).map(\.expires).filter(period.contains))
    times.formUnion(attestations.versions(in: period).flatMap(\.content.all).map(\.validUntil).filter(period.contains))
    return times.sorted().map { time in
      (time, Papers(time: time, waivers: waivers.content(at: time), attestations: attestations.content(at: time)))
    }
  }
}
