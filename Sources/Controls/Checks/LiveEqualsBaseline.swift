extension Check {
  /// Compares what is applied with the line of intended state that the register of inventory declares.
  static let liveEqualsBaseline = Check(
    id: "NP-CHG-05", title: "The live state equals the approved baseline",
    reason: "What was approved protects only where it is what runs.",
    remedy: "Import the repository with `ambit import`, declare it in the register of inventory, and apply what differs.",
    population: "baselines",
    .record { facts in
      var answer = CheckAnswer()
      guard let drift = facts.drift else {
        answer.add(facts.subject, .notEvaluated, "the register of inventory declares no intended state for the cluster")
        return answer
      }
      for (object, what) in drift.differences {
        answer.findings.append(
          .init(subject: object, message: "differs from \(drift.intended): \(what)", remedy: "Apply what is intended, or change it there."))
      }
      let count = drift.differences.count
      answer.add(facts.subject, count == 0 ? .pass : .fail, count == 0 ? "" : "objects that differ: \(count)")
      return answer
    })
}
