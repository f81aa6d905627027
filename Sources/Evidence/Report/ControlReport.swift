internal import Controls

/// A control with what its checks found.
struct ControlReport {
  /// A stretch in which it failed, and the changes at its ends, as far as findings tell them.
  struct Violation {
    let range: Range<Int64>
    let openedBy: [RecordedChange.Reference]
    let closedBy: [RecordedChange.Reference]
    /// How it began and ended where no change did: with the period, or in a gap.
    let start: String?
    let end: String?
  }

  let assessed: ControlAssessment
  /// Each check's part, with its place among the cluster's checks, where it was asked.
  let parts: [(part: ControlVerdict.Part, check: Int?)]
  /// Checks whose verdicts stand beside the control's own.
  let effective: [Int]
  /// Findings of checks that decide it which are open at the end, and those of them that a waiver covers.
  let openFindings: Int
  let waivedFindings: Int
  let violations: [Violation]

  var control: Framework.Control { assessed.control }

  /// Whether anything that decides it fails, also where what is unknown outweighs that.
  let hasFailure: Bool

  init(_ assessed: ControlAssessment, _ period: Range<Int64>, _ checks: [CheckReport], place: (String) -> Int?) {
    self.assessed = assessed
    parts = assessed.parts.map { ($0, place($0.id)) }
    effective = assessed.control.effective.compactMap(place)
    let deciding = parts.filter { $0.part.strength != .context }.compactMap { $0.check.map { checks[$0].assessed } }
    let open = deciding.flatMap(\.findings).filter(\.isOpen)
    openFindings = open.count { $0.waiver == nil }
    waivedFindings = open.count { $0.waiver != nil }
    hasFailure =
      assessed.status == .fail || assessed.verdict.status == .fail || !assessed.timeline.violations.isEmpty
      || deciding.contains { check in check.result.status == .fail || check.result.outcomes.contains { $0.status == .fail } }
    let timeline = assessed.timeline
    violations = timeline.violations.map { violation in
      let spans = deciding.flatMap { $0.findings.flatMap(\.spans) }
      let (start, end) = (violation.range.lowerBound, violation.range.upperBound)
      let opened = spans.filter { $0.range.lowerBound == start }.compactMap(\.opened)
      let closed = spans.filter { $0.range.upperBound == end }.compactMap(\.closed)
      return Violation(
        range: violation.range, openedBy: opened.unique, closedBy: closed.unique,
        start: opened.isEmpty ? ControlReport.edge(start, period.lowerBound, "open when the period began", timeline) : nil,
        end: closed.isEmpty ? ControlReport.edge(end, period.upperBound, "open when the period ended", timeline) : nil)
    }
  }

  private static func edge(_ time: Int64, _ bound: Int64, _ atBound: String, _ timeline: Timeline) -> String {
    if time == bound { return atBound }
    let touchesGap = timeline.intervals.contains { $0.isGap && ($0.range.upperBound == time || $0.range.lowerBound == time) }
    return touchesGap ? "at a gap: nobody looked on its other side" : "no finding tells which change"
  }
}

extension [RecordedChange.Reference] {
  /// Each once, in the order in which they come.
  fileprivate var unique: [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}

/// A check, told once for all controls that rest on it.
struct CheckReport {
  let assessed: CheckAssessment
  let groups: [FindingGroup]
  /// What could not be judged, by reason and kind.
  let unjudged: [Unjudged]

  struct Unjudged {
    let reason: String
    let kind: String
    /// `shop/web`
    var names: [String]
  }
  /// The controls that it speaks to: by framework and control, counted from 0.
  var controls: [(framework: Int, control: Int)] = []

  init(_ assessed: CheckAssessment) {
    self.assessed = assessed
    groups = FindingGroup.groups(assessed.findings)
    var unjudged: [Unjudged] = []
    var places: [[String]: Int] = [:]
    for outcome in assessed.result.notEvaluated {
      let subject = outcome.subject
      let key = [outcome.reason, subject.kind]
      let place = places[key] ?? unjudged.count
      places[key] = place
      if place == unjudged.count { unjudged.append(Unjudged(reason: outcome.reason, kind: subject.kind, names: [])) }
      unjudged[place].names.append((subject.namespace.map { "\($0)/" } ?? "") + subject.name)
    }
    self.unjudged = unjudged
  }

  /// Whether another assessment says the same of the check.
  func isSame(as other: CheckAssessment) -> Bool {
    assessed.check.id == other.check.id && assessed.result.status == other.result.status
      && assessed.result.explanation == other.result.explanation && assessed.timeline == other.timeline
      && assessed.findings.elementsEqual(other.findings) {
        $0.fingerprint == $1.fingerprint && $0.isOpen == $1.isOpen && $0.waiver == $1.waiver
      }
  }
}
