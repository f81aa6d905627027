extension Check {
  /// Read from attestations: a person, or a tool, brings a review of who can write policies.
  static let accessReviewed = Check(
    id: "NP-RBAC-03", title: "Access to policies was reviewed", reason: "Rights that nobody reviews pile up.",
    remedy: "Record it: `ambit attest --for NP-RBAC-03 --file FILE --valid-until DATE`.", population: "attestations", .papers)
}
