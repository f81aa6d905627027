package import KubeModel

/// A named question. Pure: the same state, rulings and record give the same answer.
package struct Check: Sendable {
  package let id: String
  package let title: String
  /// Why it matters.
  package let reason: String
  package let remedy: String
  /// What the outcomes are counted in: `namespaces`, `workloads`, …
  package let population: String
  /// Why the check does not apply where it has no outcome.
  package let whenNone: String
  /// Whether its pass is worth nothing where no CNI enforces policy.
  package let restsOnEnforcement: Bool
  package let question: Question

  /// Of what a check asks. The narrower it is, the less has to be asked again when something changes.
  package enum Question: Sendable {
    /// Of each namespace, by itself: see `NamespaceContext` for all that may be read.
    case namespaces(@Sendable (NamespaceContext) -> CheckAnswer)
    /// Of the cluster as a whole, of which it reads a part.
    case cluster(Reads, @Sendable (CheckContext) -> CheckAnswer)
    /// Of what the record tells of a stretch of time.
    case record(@Sendable (RecordFacts) -> CheckAnswer)
    /// Of people: attestations answer it.
    case papers
  }

  /// The objects that a question to the whole cluster reads, besides coverage and enforcement, which every question may.
  package struct Reads: Sendable {
    /// Whether objects of a kind in a namespace (nil: of the cluster) are read.
    package let includes: @Sendable (ResourceType, String?) -> Bool

    package static let nothing = Reads { _, _ in false }
    package static let everything = Reads { _, _ in true }
    package static func namespace(_ name: String) -> Reads { Reads { $1 == name } }
    package static func kinds(_ types: [ResourceType]) -> Reads { Reads { type, _ in types.contains(type) } }
  }

  /// - Parameter whenNone: `there are no workloads`.
  init(
    id: String, title: String, reason: String, remedy: String, population: String, whenNone: String = "nothing that it applies to",
    restsOnEnforcement: Bool = false, _ question: Question
  ) {
    self.id = id
    self.title = title
    self.reason = reason
    self.remedy = remedy
    self.population = population
    self.whenNone = whenNone
    self.restsOnEnforcement = restsOnEnforcement
    self.question = question
  }

  /// The answer for a whole state: the sum of those for its scopes.
  package func result(_ context: CheckContext) -> CheckResult {
    switch question {
    case .cluster(_, let ask): return CheckResult(self, ask(context), isAnythingThere: context.isAnythingThere)
    case .namespaces(let ask):
      let answers = context.namespaces.map(ask) + [context.unseen]
      return CheckResult(self, CheckAnswer(adding: answers), isAnythingThere: context.isAnythingThere)
    case .record, .papers: return unasked(context.state.cluster)
    }
  }
}

extension Check {
  /// Whether a state answers it.
  package var asksStates: Bool {
    switch question {
    case .namespaces, .cluster: true
    case .record, .papers: false
    }
  }

  /// The result where only a state is at hand, which does not answer it.
  func unasked(_ cluster: String) -> CheckResult {
    var answer = CheckAnswer()
    answer.add(.cluster(cluster), .notEvaluated, "a state alone does not answer it")
    return CheckResult(self, answer, isAnythingThere: true)
  }

  /// What it says of the record; nothing where it asks a state.
  package func answer(_ facts: RecordFacts) -> CheckAnswer {
    if case .record(let ask) = question { ask(facts) } else { CheckAnswer() }
  }
}

/// What a check says of one scope.
package struct CheckAnswer: Sendable, Hashable {
  package var outcomes: [CheckResult.Outcome]
  package var findings: [CheckResult.Finding]

  package init(_ outcomes: [CheckResult.Outcome] = [], findings: [CheckResult.Finding] = []) {
    self.outcomes = outcomes
    self.findings = findings
  }

  package init(adding answers: [CheckAnswer]) {
    self.init(answers.flatMap(\.outcomes), findings: answers.flatMap(\.findings))
  }

  mutating func add(_ subject: CheckResult.Subject, _ status: ControlStatus, _ reason: String = "") {
    outcomes.append(.init(subject: subject, status: status, reason: reason))
  }
}
