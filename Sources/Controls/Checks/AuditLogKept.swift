extension Check {
  /// Read from attestations: a person, or a tool, brings the API server's flags for its audit log, or the provider's word.
  static let auditLogKept = Check(
    id: "NP-LOG-02", title: "The API server keeps its audit log as required", reason: "A log that is not kept tells nothing later.",
    remedy: "Record it: `ambit attest --for NP-LOG-02 --file FILE --valid-until DATE`.", population: "attestations", .papers)
}
