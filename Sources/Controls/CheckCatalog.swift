package import Registers

/// Every check that Ambit knows.
package enum CheckCatalog {
  /// The checks that are computed where the owner decided nothing, in the order of their ids.
  package static let all = checks(.none)

  /// The checks that are computed, the owner's own ones among them, in the order of their ids.
  package static func checks(_ rulings: Rulings) -> [Check] {
    (fixed + [.forbiddenFlows(rulings)] + rulings.assertions.all.map(Check.assertion)).sorted { $0.id < $1.id }
  }

  /// Those that are the same whatever the owner decided.
  private static let fixed: [Check] = [
    .namespaceHasPolicy, .defaultDenyIngress, .defaultDenyEgress, .workloadIsolatedIngress,
    .workloadIsolatedEgress, .hostNetwork, .defaultNamespace, .enforcement, .kindsRead,
    .allowAllIngress, .allowAllEgress, .danglingPolicy, .publicIngress, .publicEgress, .metadataEndpoint, .wholeNamespacePeers,
    .ownedPorts, .insecurePorts, .nodePorts, .zoneMembership, .policyWriters, .escalators,
    .changePopulation, .changesAttributed, .changesApproved, .changesOutOfBand, .liveEqualsBaseline, .versionsRetained,
    .cadenceKept, .historyIntact, .historyRetained, .evidenceOffCluster, .clockSanity, .rulesReviewed, .waiversValid,
    .segmentationTested, .accessReviewed, .auditPolicyRecords, .auditLogKept, .eventsTellAll, .flowLogsReviewed, .diagramExists,
  ]

  package static func check(_ id: String) -> Check? { all.first { $0.id == id } }

  /// A check of the owner whose answers another tool or a person brings.
  package static func external(_ id: String) -> Check {
    Check(
      id: id, title: "Judged elsewhere: \(id)", reason: "The owner asks for it.",
      remedy: "Bring what the tool found: `ambit attest --for \(id) --results FILE --valid-until DATE`.", population: "attestations", .papers)
  }

  package static var knownIDs: Set<String> { Set(all.map(\.id)) }

  package static func title(_ id: String) -> String { check(id)?.title ?? id }
}
