extension Check {
  /// Read from attestations: a person, or a tool, brings where copies are, and who can write to them.
  static let evidenceOffCluster = Check(
    id: "NP-HIST-04", title: "Evidence is copied off the cluster, read-only", reason: "Who can write to the only copy can rewrite it.",
    remedy: "Record it: `ambit attest --for NP-HIST-04 --file FILE --valid-until DATE`.", population: "attestations", .papers)
}
