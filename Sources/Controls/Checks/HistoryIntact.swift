extension Check {
  /// Commits, objects, state digests and signatures of the store were read and hashed again, and hold.
  ///
  /// It is evidence of Ambit's own records, not of the organisation's audit logs.
  static let historyIntact = Check(
    id: "NP-HIST-02", title: "The history is intact: commits, hashes, signatures",
    reason: "A record that may have been rewritten proves nothing.",
    remedy: "Run `ambit verify`; keep checkpoints and a copy where the operator cannot write.", population: "stores",
    .record { facts in
      var answer = CheckAnswer()
      guard let integrity = facts.integrity else {
        answer.add(facts.subject, .notEvaluated, "the store was not verified in this run; `--verify` does")
        return answer
      }
      for problem in integrity.problems {
        answer.findings.append(.init(subject: facts.subject, message: problem, remedy: "See `ambit verify`."))
      }
      answer.add(facts.subject, integrity.problems.isEmpty ? .pass : .fail, integrity.problems.first ?? "")
      return answer
    })
}
