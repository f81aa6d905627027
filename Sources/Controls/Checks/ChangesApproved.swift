extension Check {
  /// Each change of a policy has a proposal that someone other than its author approved.
  static let changesApproved = Check(
    id: "NP-CHG-03", title: "Every change is linked to an approval by someone else",
    reason: "Who changes a boundary alone can open it alone.",
    remedy: "Propose changes with `ambit review propose`, or import the reviews of the repository with `ambit review import`.",
    population: "changes", whenNone: "no policy changed",
    .record { facts in
      var answer = CheckAnswer()
      for change in facts.made where change.isOfPolicy {
        let subject = RecordFacts.subject(change)
        switch change.approval {
        case .approved: answer.add(subject, .pass)
        case .notNeeded(let why): answer.add(subject, .notApplicable, why)
        case .undetermined(let why): answer.add(subject, .notEvaluated, why)
        case .lacking(let why):
          answer.findings.append(
            .init(
              subject: subject, message: "\(why), change \(change.commit.prefix(12))", storePath: change.path,
              remedy: "Have somebody else approve it: `ambit review propose --change \(change.commit.prefix(12))`."))
          answer.add(subject, .fail, why)
        }
      }
      return answer
    })
}
