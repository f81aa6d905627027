extension Check {
  /// Changes of policies by anyone whom the owner does not list as a way that changes are made.
  static let changesOutOfBand = Check(
    id: "NP-CHG-04", title: "No policy was changed outside of the approved way",
    reason: "A change past the pipeline is past its reviews and tests too.",
    remedy: "Undo it, or bring it into the repository; list approved actors in the register of parameters.",
    population: "changes", whenNone: "no policy changed",
    .record { facts in
      var answer = CheckAnswer()
      let changes = facts.made.filter(\.isOfPolicy)
      guard !facts.approvedActors.isEmpty else {
        if !changes.isEmpty {
          answer.add(facts.subject, .notEvaluated, "no approved actors are declared in the register of parameters")
        }
        return answer
      }
      for change in changes {
        let subject = RecordFacts.subject(change)
        guard let name = change.actor.name, change.actor.kind != .unknown else {
          answer.add(subject, .notEvaluated, "nobody knows who made it")
          continue
        }
        if facts.approvedActors.contains(name) {
          answer.add(subject, change.actor.kind == .tool ? .notEvaluated : .pass, change.actor.kind == .tool ? "only a tool's own name says so" : "")
          continue
        }
        answer.findings.append(
          .init(
            subject: subject, message: "changed by \(name), change \(change.commit.prefix(12))", storePath: change.path,
            remedy: "Undo it, or bring it into the repository."))
        answer.add(subject, .fail, "changed by \(name), who is no approved actor")
      }
      return answer
    })
}
