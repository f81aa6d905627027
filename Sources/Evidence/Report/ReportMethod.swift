/// How verdicts come about and what they do not say, in every report.
enum ReportMethod {
  static let limits = [
    "This report supports and does not determine compliance: who is answerable decides, with an auditor, whether a requirement is met.",
    "Results on segmentation are modelled from the objects that were read; no packet was sent. What enforcement rests on is told for each cluster.",
    "Statuses are added up so that the heaviest decides: error, not evaluated, fail, waived, stale, for a person, attested, pass. A control that is not evaluated may have failures besides; they are listed.",
    "A check that maps to a control in full decides it; one that maps in part leaves the rest to a person; context decides nothing.",
    "Over a period one failure makes a control fail, however short it was. Shares are of observed time: gaps, in which nobody looked, are in no share, are listed, and are never filled in from their ends.",
    "A change took effect after the last reading that did not show it and not later than the first that did, unless an audit log tells the time.",
    "In a strip, a column shows the heaviest status within it, so that a short violation is seen; it may look longer than it was. The tables tell exact times.",
    "A waived finding is a failure that somebody answers for until a date. It stays in the counts without waivers.",
    "An actor from managedFields is the name that a program gave itself, not a person.",
  ]
}
