internal import Controls
internal import Dispatch
internal import HistoryIndex
internal import Integrity
internal import KubeModel
internal import Registers

/// What each check answered in each scope over a period, and from when on.
///
/// A question is asked again only where something changed that its answer rests on, and never where the index knows the
/// answer to the very same question.
struct CheckTracks {
  /// A scope's answer from a segment on.
  struct Step {
    let segment: Int
    let scope: QuestionPlan.Scope
    /// A place in `answers`.
    let answer: Int
  }

  /// What work it was.
  struct Work: Sendable {
    /// Questions of one check to one scope that were asked of checks.
    var asked = 0
    /// Those that the index knew.
    var known = 0
    /// Those that evaluating each reading anew would ask.
    var anew = 0
  }

  let checks: [Check]
  /// Of each check, in the order of time; steps of one segment in the order of scopes.
  private(set) var steps: [[Step]]
  private(set) var answers: [CheckAnswer] = []
  /// How policy is enforced from a segment on, attestations apart.
  private(set) var enforcement: [(segment: Int, enforcement: ClusterState.Enforcement)] = []
  private(set) var work = Work()
  private var populated: [(segment: Int, isPopulated: Bool)] = []

  private let plan: PeriodPlan
  private let history: ClusterHistory

  init(_ plan: PeriodPlan, _ history: ClusterHistory, _ checks: [Check]) throws {
    self.plan = plan
    self.history = history
    self.checks = checks
    steps = Array(repeating: [], count: checks.count)
    let namespaceChecks = checks.indices.filter { checks[$0].asksNamespaces }
    let versions = CheckVersions(plan, checks)
    var questions = QuestionPlan(plan, versions, namespaceChecks)
    try questions.walk(history)
    enforcement = try questions.enforcement(history)
    populated = questions.namespaceCounts.map { ($0.segment, $0.count > 0) }
    work.anew = questions.askedAnew(readings: plan.readings.count { !$0.isFailed })
    try answer(questions, namespaceChecks, versions)
  }

  /// Whether a segment's state shows a cluster at all.
  func isAnythingThere(at segment: Int) -> Bool { populated.last { $0.segment <= segment }?.isPopulated ?? false }

  // MARK: Answers

  private mutating func answer(_ questions: QuestionPlan, _ namespaceChecks: [Int], _ versions: CheckVersions) throws {
    let unique = Set(questions.questions.map(\.key))
    let known = try knownAnswers(unique)
    let missing = questions.firstOfEach { known[$0] == nil }
    let found = try Evaluators.answers(to: missing, questions, history, versions, namespaceChecks)
    if !found.isEmpty {
      // A store that cannot be written to is asked again next time.
      try? history.ambit.index.write { writer in
        for (key, answers) in found { try writer.keep(answers.map(\.bytes), to: key) }
        try writer.boundAnswers()
      }
    }
    var places: [CheckAnswer: Int] = [:]
    var placesOfKey: [SHA256Value: [Int]] = [:]
    for (key, answers) in known.merging(found, uniquingKeysWith: { first, _ in first }).sorted(by: { $0.key < $1.key }) {
      placesOfKey[key] = answers.map { answer in
        if let place = places[answer] { return place }
        places[answer] = self.answers.count
        self.answers.append(answer)
        return self.answers.count - 1
      }
    }
    let asks = missing.reduce(0) { $0 + ($1.check == nil ? namespaceChecks.count : 1) }
    work.asked = asks
    work.known = questions.questions.reduce(0) { $0 + ($1.check == nil ? namespaceChecks.count : 1) } - asks
    for question in questions.questions {
      let answers = placesOfKey[question.key] ?? []
      let asked = question.check.map { [$0] } ?? namespaceChecks
      for (check, answer) in zip(asked, answers) {
        steps[check].append(Step(segment: question.segment, scope: question.scope, answer: answer))
      }
    }
    try addAbsences(questions, namespaceChecks)
  }

  /// What checks say of namespaces that are gone, and of those that nobody could see.
  private mutating func addAbsences(_ questions: QuestionPlan, _ namespaceChecks: [Int]) throws {
    for absence in questions.absences {
      answers.append(absence.answer)
      for check in absence.check.map({ [$0] }) ?? namespaceChecks {
        steps[check].append(Step(segment: absence.segment, scope: absence.scope, answer: answers.count - 1))
      }
    }
    for check in steps.indices {
      steps[check] = steps[check].enumerated().sorted { ($0.element.segment, $0.offset) < ($1.element.segment, $1.offset) }
        .map(\.element)
    }
  }

  private func knownAnswers(_ keys: Set<SHA256Value>) throws -> [SHA256Value: [CheckAnswer]] {
    let sorted = keys.sorted()
    return try history.ambit.index.read { view in
      var rows: [Int64: CheckAnswer] = [:]
      var known: [SHA256Value: [CheckAnswer]] = [:]
      for key in sorted {
        guard let places = try view.answers(to: key) else { continue }
        var answers: [CheckAnswer] = []
        for row in places {
          if rows[row] == nil { rows[row] = try view.answer(row).flatMap(CheckAnswer.init) }
          if let answer = rows[row] { answers.append(answer) }
        }
        // One that does not read any more is asked again.
        if answers.count == places.count { known[key] = answers }
      }
      return known
    }
  }
}
