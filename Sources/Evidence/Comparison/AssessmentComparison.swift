package import Controls
internal import KubeModel

/// What became of controls and findings from one assessment to a later one of the same cluster and framework.
package struct AssessmentComparison: Sendable {
  /// Why two assessments cannot be taken for two looks at the same thing.
  package struct Difference: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
      case cluster, framework, frameworkFile, scope, coverage, enforcement, time
    }
    package let kind: Kind
    /// Names both sides.
    package let text: String
  }

  /// A control whose status is another; nil on the side that does not have it.
  package struct Move: Sendable, Hashable {
    package let control: String
    package let title: String
    package let from: ControlStatus?
    package let to: ControlStatus?
  }

  /// A finding of which one side says nothing, since it could not look.
  package struct Undecided: Sendable, Hashable {
    package let finding: ComparedAssessment.Finding
    /// Whether it is open now, and was not looked for before; else it was open, and is not looked for now.
    package let isOpenNow: Bool
  }

  package let former: ComparedAssessment
  package let now: ComparedAssessment
  /// Told before anything else; empty where both are two looks at the same thing.
  package let differences: [Difference]
  package let moved: [Move]
  package let appeared: [ComparedAssessment.Finding]
  package let fixed: [ComparedAssessment.Finding]
  /// As they are now.
  package let open: [ComparedAssessment.Finding]
  package let undecided: [Undecided]

  /// Whether nothing was compared: another cluster, or another framework.
  package var isRefused: Bool { differences.contains { [.cluster, .framework].contains($0.kind) } }

  package init(from former: ComparedAssessment, to now: ComparedAssessment) {
    self.former = former
    self.now = now
    differences = AssessmentComparison.differences(former, now)
    guard !differences.contains(where: { [.cluster, .framework].contains($0.kind) }) else {
      moved = []
      appeared = []
      fixed = []
      open = []
      undecided = []
      return
    }
    moved = AssessmentComparison.moves(former.controls, now.controls)
    let before = Set(former.findings.map(\.key))
    let after = Set(now.findings.map(\.key))
    open = now.findings.filter { before.contains($0.key) }
    let come = now.findings.filter { !before.contains($0.key) }
    let gone = former.findings.filter { !after.contains($0.key) }
    appeared = come.filter { !former.isUnanswered($0.check, $0.subject) }
    fixed = gone.filter { !now.isUnanswered($0.check, $0.subject) }
    undecided =
      come.filter { former.isUnanswered($0.check, $0.subject) }.map { Undecided(finding: $0, isOpenNow: true) }
      + gone.filter { now.isUnanswered($0.check, $0.subject) }.map { Undecided(finding: $0, isOpenNow: false) }
  }

  private static func moves(_ former: [ComparedAssessment.Control], _ now: [ComparedAssessment.Control]) -> [Move] {
    let before = Dictionary(former.map { ($0.id, $0.status) }) { first, _ in first }
    let after = Set(now.map(\.id))
    return now.filter { before[$0.id] != $0.status }
      .map { Move(control: $0.id, title: $0.title, from: before[$0.id], to: $0.status) }
      + former.filter { !after.contains($0.id) }
      .map { Move(control: $0.id, title: $0.title, from: $0.status, to: nil) }
  }
}

extension AssessmentComparison {
  /// Pairs assessments by cluster and framework; what has no partner on the other side is told, not left out.
  package static func pairs(
    from former: [ComparedAssessment], to now: [ComparedAssessment]
  ) -> (pairs: [AssessmentComparison], formerOnly: [ComparedAssessment], nowOnly: [ComparedAssessment]) {
    func areAlike(_ one: ComparedAssessment, _ other: ComparedAssessment) -> Bool {
      one.cluster == other.cluster && one.framework == other.framework
    }
    var rest = former
    var pairs: [AssessmentComparison] = []
    var nowOnly: [ComparedAssessment] = []
    for assessment in now {
      if let index = rest.firstIndex(where: { areAlike($0, assessment) }) {
        pairs.append(AssessmentComparison(from: rest.remove(at: index), to: assessment))
      } else {
        nowOnly.append(assessment)
      }
    }
    return (pairs, rest, nowOnly)
  }

  private static func differences(_ former: ComparedAssessment, _ now: ComparedAssessment) -> [Difference] {
    var found: [Difference] = []
    func note(_ kind: Difference.Kind, _ text: String, if isDifferent: Bool) {
      if isDifferent { found.append(Difference(kind: kind, text: text)) }
    }
    note(
      .cluster, "another cluster: '\(former.cluster)' (uid \(former.uid ?? "unknown")) and '\(now.cluster)' (uid \(now.uid ?? "unknown"))",
      if: former.cluster != now.cluster || former.uid != now.uid)
    note(.framework, "another framework: \(former.framework) and \(now.framework)", if: former.framework != now.framework)
    note(
      .frameworkFile,
      "another file of \(now.framework): version \(former.frameworkVersion) with SHA-256 \(former.frameworkDigest), and version \(now.frameworkVersion) with \(now.frameworkDigest)",
      if: former.framework == now.framework && former.frameworkDigest != now.frameworkDigest)
    note(.scope, "another scope: \(former.scope), and \(now.scope)", if: former.scope != now.scope)
    note(
      .coverage, "another coverage: not read were \(list(former.unread)), and now \(list(now.unread))",
      if: former.unread != now.unread)
    note(
      .coverage, "the last reading was \(completeness(former)), and now \(completeness(now))",
      if: former.isComplete != now.isComplete)
    note(
      .coverage, "nobody looked for \(former.unobserved / 1000) seconds of the former period, and for \(now.unobserved / 1000) of this one",
      if: former.unobserved > 0 || now.unobserved > 0)
    note(
      .enforcement, "whether policy is enforced was \(former.knowsEnforcement ? "" : "not ")known, and now is \(now.knowsEnforcement ? "" : "not ")known",
      if: former.knowsEnforcement != now.knowsEnforcement)
    note(.time, "a \(span(former)) and a \(span(now))", if: former.period.isEmpty != now.period.isEmpty)
    note(
      .time, "the former one ends at \(end(former)), which is not before this one's end at \(end(now))",
      if: former.period.upperBound >= now.period.upperBound)
    return found
  }

  private static func list(_ kinds: Set<String>) -> String { kinds.isEmpty ? "none" : kinds.sorted().joined(separator: ", ") }
  private static func completeness(_ assessment: ComparedAssessment) -> String { assessment.isComplete ? "complete" : "partial" }
  private static func span(_ assessment: ComparedAssessment) -> String { assessment.period.isEmpty ? "moment" : "period" }
  private static func end(_ assessment: ComparedAssessment) -> String {
    ExportText.time(assessment.period.upperBound)
  }
}
