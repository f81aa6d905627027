extension Check {
  /// Read from attestations: a person, or a tool, brings where flow logs go, and who reviews them.
  static let flowLogsReviewed = Check(
    id: "NP-LOG-04", title: "Flow logs exist and are reviewed", reason: "What policy allows and what happens are two things.",
    remedy: "Record it: `ambit attest --for NP-LOG-04 --file FILE --valid-until DATE`.", population: "attestations", .papers)
}
