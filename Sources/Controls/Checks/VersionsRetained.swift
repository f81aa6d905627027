extension Check {
  /// Every version that was ever in force in the time that history is to be kept can be read back.
  static let versionsRetained = Check(
    id: "NP-CHG-06", title: "Previous versions are retained and restorable",
    reason: "A change can be taken back only to what was kept.",
    remedy: "Keep the store, verify it with `ambit verify`, and restore a version with `ambit show KIND/NAME --at`.",
    population: "histories",
    .record { facts in
      var answer = CheckAnswer()
      guard let begins = facts.begins else { return answer }
      guard let integrity = facts.integrity else {
        answer.add(facts.subject, .notEvaluated, "the store was not verified in this run; `--verify` does")
        return answer
      }
      if !integrity.problems.isEmpty {
        answer.add(facts.subject, .fail, integrity.problems[0])
      } else if facts.span.upperBound - begins < facts.retention {
        answer.add(facts.subject, .notEvaluated, "the record is younger than history is to be kept")
      } else {
        answer.add(facts.subject, .pass)
      }
      return answer
    })
}
