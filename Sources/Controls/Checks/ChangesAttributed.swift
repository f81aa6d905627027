extension Check {
  /// Passes only on an identity from the audit log that names a person or an approved robot of the identities register. A
  /// tool's name for itself, and an account that nobody is known to own, are counted apart.
  static let changesAttributed = Check(
    id: "NP-CHG-02", title: "Every change names its actor", reason: "A change that nobody made, nobody answers for.",
    remedy: "Read the API server's audit log with `ambit attribute`, and name accounts in the register of identities.",
    population: "changes", whenNone: "nothing changed",
    .record { facts in
      var answer = CheckAnswer()
      for change in facts.made {
        let subject = RecordFacts.subject(change)
        func finding(_ message: String, _ remedy: String) {
          answer.findings.append(
            .init(subject: subject, message: "\(message), change \(change.commit.prefix(12))", storePath: change.path, remedy: remedy))
        }
        switch change.actor.kind {
        case .person, .robot: answer.add(subject, .pass)
        case .account:
          finding(
            "made by the account \(change.actor.name ?? "?"), which the register gives to nobody",
            "Name the account's owner in the register of identities.")
          answer.add(subject, .fail, "an account that nobody is known to own")
        case .tool, .unknown:
          let isLogged = facts.isLogged((change.after ?? change.seen)...change.seen)
          let what = change.actor.kind == .tool ? "only a tool is known: \(change.actor.name ?? "?")" : "nobody is known"
          finding(what, "Read the audit log of \(change.effect == "deleted" ? "the deletion" : "its time") with `ambit attribute`.")
          answer.add(subject, isLogged ? .fail : .notEvaluated, isLogged ? "\(what), though a log covers its time" : "\(what); no log covers its time")
        }
      }
      return answer
    })
}
