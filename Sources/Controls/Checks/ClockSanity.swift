extension Check {
  /// The reader's clock and the API server's agreed at each reading, within two minutes.
  static let clockSanity = Check(
    id: "NP-HIST-05", title: "Clocks agree", reason: "Times from clocks that differ put changes into the wrong order.",
    remedy: "Synchronise the clocks of the reader and of the API server.", population: "clusters",
    .record { facts in
      var answer = CheckAnswer()
      guard let skew = facts.clockSkew else {
        answer.add(facts.subject, .notEvaluated, "no reading tells how its clock and the server's differed")
        return answer
      }
      let isGood = skew <= 120_000
      if !isGood {
        answer.findings.append(
          .init(subject: facts.subject, message: "clocks differed by more than two minutes", remedy: "Synchronise them."))
      }
      answer.add(facts.subject, isGood ? .pass : .fail, isGood ? "" : "clocks differed by \(skew / 1000) seconds")
      return answer
    })
}
