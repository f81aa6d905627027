extension Check {
  /// Each change has an audit event that tells who, what, when, from where and with what outcome.
  static let eventsTellAll = Check(
    id: "NP-LOG-03", title: "Audit events tell who, what, when, where and outcome",
    reason: "Of a change that the log does not tell, nobody can say how it came.",
    remedy: "Log writes at level Metadata or more (`ambit audit-policy`), and read the logs with `ambit attribute`.",
    population: "changes", whenNone: "nothing changed",
    .record { facts in
      var answer = CheckAnswer()
      for change in facts.made {
        let subject = RecordFacts.subject(change)
        if change.auditID != nil, change.actor.source == "audit" {
          answer.add(subject, .pass)
        } else if facts.isLogged((change.after ?? change.seen)...change.seen) {
          answer.findings.append(
            .init(
              subject: subject, message: "no audit event tells of change \(change.commit.prefix(12))", storePath: change.path,
              remedy: "Log writes of its kind at level Metadata or more."))
          answer.add(subject, .fail, "a log covers its time and tells nothing of it")
        } else {
          answer.add(subject, .notEvaluated, "no log that was read covers its time")
        }
      }
      return answer
    })
}
