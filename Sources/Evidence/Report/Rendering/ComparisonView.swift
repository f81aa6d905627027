internal import Controls

/// What changed since a former report, in the form that templates walk.
struct ComparisonView {
  let changes: Report.Changes
  let format: any ReportFormat

  var context: [String: Any] {
    let unpaired =
      changes.formerOnly.map { "Only the former report speaks of \($0.cluster) and \($0.framework)." }
      + changes.nowOnly.map { "The former report does not speak of \($0.cluster) and \($0.framework)." }
    return [
      "pairs": changes.pairs.map(pair), "unpaired": unpaired.map(format.text), "hasUnpaired": !unpaired.isEmpty,
    ]
  }

  private func pair(_ pair: AssessmentComparison) -> [String: Any] {
    let moved = pair.moved.map { move in
      format.row([
        .text(move.control), .text(move.title), move.from.map(Phrase.status) ?? "not there", move.to.map(Phrase.status) ?? "not there",
      ])
    }
    let appeared = pair.appeared.map { format.row([.mark("new", as: .fail)] + cells($0)) }
    let fixed = pair.fixed.map { format.row([.mark("fixed", as: .pass)] + cells($0)) }
    let undecided = pair.undecided.map {
      format.row([
        .mark($0.isOpenNow ? "open, not looked for before" : "was open, not looked for now", as: .notEvaluated),
      ] + cells($0.finding))
    }
    let rows = appeared + undecided + fixed
    return [
      "title": format.text("\(pair.now.cluster), \(pair.now.framework)"), "isRefused": pair.isRefused,
      "former": format.text("snapshot \(pair.former.commit.prefix(12)), up to \(ReportTime.text(pair.former.period.upperBound))"),
      "differences": pair.differences.map { format.text($0.text) }, "hasDifferences": !pair.differences.isEmpty,
      "counts": format.text(
        "Controls that moved: \(pair.moved.count). Findings: \(appeared.count) new, \(fixed.count) fixed, \(pair.open.count) still open, \(undecided.count) that one of the two did not look for."),
      "movedRows": moved.joined(), "hasMoved": !moved.isEmpty, "findingRows": rows.joined(), "hasFindings": !rows.isEmpty,
    ]
  }

  private func cells(_ finding: ComparedAssessment.Finding) -> [Phrase] {
    [
      .text(finding.check), .text(finding.subject.title), .text(finding.message),
      .code(String(finding.fingerprint.prefix(ClusterView.fingerprintLength))),
    ]
  }
}
