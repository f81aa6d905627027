package import KubeModel
internal import Registers

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
    /// Of each namespace by itself, and of what stands in none.
    case both(@Sendable (NamespaceContext) -> CheckAnswer, Reads, @Sendable (CheckContext) -> CheckAnswer)
    /// Of what the record tells of a stretch of time.
    case record(@Sendable (RecordFacts) -> CheckAnswer)
    /// Of people: attestations answer it.
    case papers
  }

  /// The objects that a question to the whole cluster reads, besides coverage and enforcement, which every question may.
  package struct Reads: Sendable {
    /// Whether objects of a kind in a namespace (nil: of the cluster) are read.
    package let includes: @Sendable (ResourceType, String?) -> Bool
    /// Kinds of which one object has to be there for anything but what is shared to be read; none where it is read anyway.
    package private(set) var gate: Set<String> = []

    package init(_ includes: @escaping @Sendable (ResourceType, String?) -> Bool) { self.includes = includes }

    /// The same, read only where an object of one of these kinds is there.
    package func only(whereAny kinds: Set<String>) -> Reads {
      var reads = self
      reads.gate = kinds
      return reads
    }

    /// What is read where kinds are there or not.
    package func given(_ isThere: (String) -> Bool) -> Reads {
      gate.isEmpty || gate.contains(where: isThere) ? self : .shared
    }

    package static let nothing = Reads { _, _ in false }
    package static let everything = Reads { _, _ in true }
    package static func namespace(_ name: String) -> Reads { Reads { $1 == name } }
    package static func kinds(_ types: [ResourceType]) -> Reads { Reads { type, _ in types.contains(type) } }
    /// What of the cluster bears on policy, and stands in no namespace.
    package static let shared = Reads { type, namespace in NamespaceParts.isShared(type, namespace) }
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
    // Here, so that whoever asks gets the owner's exclusions with the answer.
    @Sendable func heeding(_ exclusions: Exclusions, _ answer: CheckAnswer) -> CheckAnswer {
      answer.excluding(exclusions.entries(for: id))
    }
    self.question =
      switch question {
      case .namespaces(let ask): .namespaces { heeding($0.rulings.exclusions, ask($0)) }
      case .cluster(let reads, let ask): .cluster(reads) { heeding($0.rulings.exclusions, ask($0)) }
      case .both(let ask, let reads, let askCluster):
        .both({ heeding($0.rulings.exclusions, ask($0)) }, reads) { heeding($0.rulings.exclusions, askCluster($0)) }
      case .record(let ask): .record { heeding($0.exclusions, ask($0)) }
      case .papers: .papers
      }
  }

  /// The answer for a whole state: the sum of those for its scopes.
  package func result(_ context: CheckContext) -> CheckResult {
    switch question {
    case .cluster(_, let ask): return CheckResult(self, ask(context), isAnythingThere: context.isAnythingThere)
    case .namespaces(let ask):
      let answers = context.namespaces.map(ask) + [context.unseen]
      return CheckResult(self, CheckAnswer(adding: answers), isAnythingThere: context.isAnythingThere)
    case .both(let ask, _, let askCluster):
      let answers = context.namespaces.map(ask) + [askCluster(context), context.unseen]
      return CheckResult(self, CheckAnswer(adding: answers), isAnythingThere: context.isAnythingThere)
    case .record, .papers:
      let outcome = CheckResult.Outcome(
        subject: .cluster(context.state.cluster), status: .notEvaluated, reason: "a state alone does not answer it")
      return CheckResult(self, CheckAnswer([outcome]), isAnythingThere: true)
    }
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

extension CheckAnswer {
  /// The answer without what the owner takes out: it does not apply, whatever came of it.
  fileprivate func excluding(_ entries: [Exclusions.Entry]) -> CheckAnswer {
    guard !entries.isEmpty else { return self }
    func entry(_ subject: CheckResult.Subject) -> Exclusions.Entry? {
      entries.first { entry in
        subject.scope.map(entry.namespaces.contains) ?? false
          || subject.namespace.map { entry.workloads.contains("\($0)/\(subject.kind)/\(subject.name)") } ?? false
      }
    }
    return CheckAnswer(
      outcomes.map { outcome in
        entry(outcome.subject).map { .init(subject: outcome.subject, status: .notApplicable, reason: $0.text) } ?? outcome
      }, findings: findings.filter { entry($0.subject) == nil })
  }
}
