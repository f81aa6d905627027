internal import Controls
internal import KubeModel
internal import Registers

/// What a check's answers over a period come to, with waivers applied: its status and each namespace's, and when each
/// finding was open.
struct TrackReader {
  /// A finding, and the segments in which it was open.
  struct OpenFinding {
    /// As it was last: where it stands in its file may change while it stays the same finding.
    var finding: CheckResult.Finding
    let fingerprint: String
    /// From which segment, and before which one that closed it; nil where it stays open.
    var spans: [(opened: Int, closed: Int?)]
  }

  private(set) var whole = StatusTrack()
  private(set) var namespaces: [String: StatusTrack] = [:]
  /// In the order in which they were first seen, then of their subjects.
  private(set) var findings: [OpenFinding] = []
  /// The answer at the end, waivers applied.
  private(set) var last = CheckAnswer()
  private(set) var isAnythingThere = false

  let check: Check
  private let plan: PeriodPlan
  private let tracks: CheckTracks
  private var present: [QuestionPlan.Scope: Int] = [:]
  private var tally = StatusTally()
  private var places: [String: Int] = [:]
  private var judged: [Judged.Key: Judged] = [:]

  init(_ place: Int, _ tracks: CheckTracks, _ plan: PeriodPlan) {
    check = tracks.checks[place]
    self.plan = plan
    self.tracks = tracks
    read(tracks.steps[place])
  }

  // MARK: Reading

  private mutating func read(_ steps: [CheckTracks.Step]) {
    var next = steps.startIndex
    var papers: Int?
    for (number, segment) in plan.segments.enumerated() {
      var touched: [(scope: QuestionPlan.Scope, answer: Int?)] = []
      while next < steps.endIndex, steps[next].segment == number {
        touched.append((steps[next].scope, steps[next].answer))
        next += 1
      }
      let isNewPaper = papers != segment.papers
      if isNewPaper {
        // What was waived may not be any more, and the other way round.
        let named = Set(touched.map(\.scope))
        touched += present.filter { !named.contains($0.key) }.map { ($0.key, $0.value) }.sorted { $0.0.order < $1.0.order }
      }
      let before = papers
      papers = segment.papers
      guard !touched.isEmpty || number == 0 else { continue }
      for (scope, answer) in touched { take(answer, scope, number, segment, before: before ?? segment.papers) }
      isAnythingThere = tracks.isAnythingThere(at: number)
      whole.set(tally.rollUp ?? (isAnythingThere ? .notApplicable : .notEvaluated), at: segment.range.lowerBound)
    }
    for (_, answer) in present.sorted(by: { $0.key.order < $1.key.order }) {
      let answer = judge(answer, papers ?? 0).answer
      last.outcomes += answer.outcomes
      last.findings += answer.findings
    }
  }

  private mutating func take(_ answer: Int?, _ scope: QuestionPlan.Scope, _ number: Int, _ segment: PeriodPlan.Segment, before: Int) {
    let old = present[scope].map { judge($0, before) }
    let new = answer.map { judge($0, segment.papers) }
    present[scope] = answer
    for (status, count) in old?.counts ?? [:] { tally.add(status, -count) }
    for (status, count) in new?.counts ?? [:] { tally.add(status, count) }
    for name in Set((old?.namespaces ?? [:]).keys).union((new?.namespaces ?? [:]).keys) {
      namespaces[name, default: StatusTrack()].set(new?.namespaces[name] ?? .notApplicable, at: segment.range.lowerBound)
    }
    let (closed, opened) = ((old?.fingerprints ?? [:]), (new?.fingerprints ?? [:]))
    for fingerprint in closed.keys where opened[fingerprint] == nil {
      guard let place = places[fingerprint], let span = findings[place].spans.indices.last else { continue }
      findings[place].spans[span].closed = number
    }
    for (fingerprint, finding) in opened { if let place = places[fingerprint] { findings[place].finding = finding } }
    for (fingerprint, finding) in opened.sorted(by: { $0.key < $1.key }) where closed[fingerprint] == nil {
      if let place = places[fingerprint] {
        if findings[place].spans.last?.closed == number {
          // It went and came at once, from one scope to another.
          findings[place].spans[findings[place].spans.count - 1].closed = nil
        } else {
          findings[place].spans.append((number, nil))
        }
      } else {
        places[fingerprint] = findings.count
        findings.append(OpenFinding(finding: finding, fingerprint: fingerprint, spans: [(number, nil)]))
      }
    }
  }

  // MARK: Judging

  /// An answer as waivers leave it.
  private final class Judged {
    struct Key: Hashable {
      let answer: Int
      let papers: Int
    }

    let answer: CheckAnswer
    let counts: [ControlStatus: Int]
    let namespaces: [String: ControlStatus]
    let fingerprints: [String: CheckResult.Finding]

    init(_ answer: CheckAnswer, _ fingerprints: [String: CheckResult.Finding]) {
      self.answer = answer
      self.fingerprints = fingerprints
      counts = answer.outcomes.reduce(into: [:]) { $0[$1.status, default: 0] += 1 }
      var tallies: [String: StatusTally] = [:]
      for outcome in answer.outcomes { if let scope = outcome.subject.scope { tallies[scope, default: StatusTally()].add(outcome.status) } }
      namespaces = tallies.mapValues { $0.rollUp ?? .notApplicable }
    }
  }

  private mutating func judge(_ answer: Int, _ papers: Int) -> Judged {
    let key = Judged.Key(answer: answer, papers: papers)
    if let known = judged[key] { return known }
    let plain = tracks.answers[answer]
    let fingerprints = plain.findings.map { ($0.fingerprint(of: check.id), $0) }
    let waivers = plan.papers[papers]
    let result = Judged(
      plain.waived(check.id) { waivers.waivers.covers($0, of: check.id, in: plan.cluster, at: waivers.time) },
      Dictionary(fingerprints) { first, _ in first })
    judged[key] = result
    return result
  }
}
