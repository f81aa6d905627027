extension Check {
  /// No more time than cadence and tolerance passed between two readings that can be relied on.
  static let cadenceKept = Check(
    id: "NP-HIST-01", title: "The cadence of snapshots was kept",
    reason: "What nobody looked at, nobody can vouch for.",
    remedy: "Run `ambit watch`, or `ambit snapshot` as often as the register of cadence says, and `ambit status --max-age` beside it.",
    population: "clusters",
    .record { facts in
      var answer = CheckAnswer()
      guard facts.observed.cadence != nil else {
        answer.add(facts.subject, .notEvaluated, "no cadence is declared")
        return answer
      }
      for gap in facts.observed.gaps {
        answer.findings.append(
          .init(
            subject: facts.subject,
            message: "nobody looked from \(RecordFacts.text(gap.range.lowerBound)) to \(RecordFacts.text(gap.range.upperBound)): \(gap.reason)",
            remedy: "Find out what kept the reader from reading."))
      }
      let count = facts.observed.gaps.count
      answer.add(facts.subject, count == 0 ? .pass : .fail, count == 0 ? "" : "gaps: \(count)")
      return answer
    })
}
