extension Check {
  /// Read from attestations: a person, or a tool, brings the review of the rule sets.
  static let rulesReviewed = Check(
    id: "NP-REV-01", title: "The rule sets were reviewed in time", reason: "Rules outlive the reasons for them.",
    remedy: "Record it: `ambit attest --for NP-REV-01 --file FILE --valid-until DATE`.", population: "attestations", .papers)
}
