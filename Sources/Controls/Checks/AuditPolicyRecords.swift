extension Check {
  /// Read from attestations: a person, or a tool, brings the API server's audit policy file, which `ambit audit-policy check` judges.
  package static let auditPolicyRecords = Check(
    id: "NP-LOG-01", title: "The audit policy records writes of policies", reason: "What is not logged, nobody did.",
    remedy: "Record it: `ambit attest --for NP-LOG-01 --file FILE --valid-until DATE`.", population: "attestations", .papers)
}
