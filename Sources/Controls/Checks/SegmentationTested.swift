extension Check {
  /// Read from attestations: a person, or a tool, brings the result of a segmentation test.
  static let segmentationTested = Check(
    id: "NP-REV-03", title: "A segmentation test was done in time", reason: "A model of the boundary is not the boundary.",
    remedy: "Record it: `ambit attest --for NP-REV-03 --file FILE --valid-until DATE`.", population: "attestations", .papers)
}
