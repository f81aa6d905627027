extension Check {
  /// The record reaches back as far as the register of parameters asks, a year where it says nothing.
  static let historyRetained = Check(
    id: "NP-HIST-03", title: "History is retained as long as required",
    reason: "An incident is often found long after it began.", remedy: "Keep the store; `ambit retain` cuts no younger history.",
    population: "histories",
    .record { facts in
      var answer = CheckAnswer()
      guard let begins = facts.begins else { return answer }
      let age = facts.span.upperBound - begins
      if age >= facts.retention {
        answer.add(facts.subject, .pass)
      } else {
        answer.add(
          facts.subject, .notEvaluated,
          "the record begins \(RecordFacts.text(begins)), which is less than the \(facts.retention / 86_400_000) days that are asked for")
      }
      return answer
    })
}
