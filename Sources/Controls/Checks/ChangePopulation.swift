extension Check {
  /// Counts the changes three ways: steps between commits, differences between states, requests in audit logs. Whatever one
  /// way counts and another does not has a class; one that nothing explains is a failure, and where no log covers the
  /// time, nobody can say that nothing came and went unseen.
  static let changePopulation = Check(
    id: "NP-CHG-01", title: "The population of policy changes is complete and countable",
    reason: "A sample proves something only when it is drawn from all that there is.",
    remedy: "Read the audit logs of the whole period with `ambit attribute`, and keep the cadence of readings.",
    population: "counts",
    .record { facts in
      var answer = CheckAnswer()
      let unexplained = facts.population.unmatched.filter { $0.class == .unexplained }
      for difference in unexplained {
        answer.findings.append(
          .init(
            subject: facts.subject, message: "\(difference.id): \(difference.detail)",
            remedy: "Find the request in an audit log, or the object's history with `ambit log`."))
      }
      if let differences = facts.population.differences, differences != facts.population.commits {
        answer.add(facts.subject, .error, "the index counts \(facts.population.commits) changes and git \(differences)")
      } else if !unexplained.isEmpty {
        answer.add(facts.subject, .fail, "differences that nothing explains: \(unexplained.count)")
      } else if !facts.observed.gaps.isEmpty {
        answer.add(facts.subject, .notEvaluated, "nobody looked in \(facts.observed.gaps.count) gaps")
      } else if facts.span.isEmpty || facts.isLogged(facts.span.lowerBound...facts.span.upperBound) {
        answer.add(facts.subject, .pass)
      } else {
        answer.add(
          facts.subject, .notEvaluated, "no audit log covers all of the time: what came and went between two readings is not known")
      }
      return answer
    })
}
