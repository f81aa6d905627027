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
  ]

  package static func check(_ id: String) -> Check? { all.first { $0.id == id } }

  /// Questions that frameworks map to and that no check computes yet: a person answers them.
  package static let uncomputed: [String: String] = [
    "NP-ZONE-03": "A generated network diagram exists for the period",
    "NP-CHG-01": "The population of policy changes is complete and countable",
    "NP-CHG-02": "Every change names its actor",
    "NP-CHG-03": "Every change is linked to an approval by someone else",
    "NP-CHG-04": "Changes outside of the approved way are listed",
    "NP-CHG-05": "The live state equals the approved baseline",
    "NP-CHG-06": "Previous versions are retained and restorable",
    "NP-HIST-01": "The cadence of snapshots was kept; gaps are listed",
    "NP-HIST-02": "The history is intact: commits, hashes, signatures",
    "NP-HIST-03": "History is retained as long as required",
    "NP-HIST-04": "Evidence is copied off the cluster, read-only",
    "NP-HIST-05": "Clocks agree",
    "NP-REV-01": "The rule sets were reviewed in time",
    "NP-REV-02": "Every waiver is valid",
    "NP-REV-03": "A segmentation test was done in time",
    "NP-RBAC-03": "Access to policies was reviewed",
    "NP-LOG-01": "The audit policy records writes of policies",
    "NP-LOG-02": "The API server keeps its audit log as required",
    "NP-LOG-03": "Audit events tell who, what, when, where and outcome",
    "NP-LOG-04": "Flow logs exist and are reviewed",
  ]

  package static var knownIDs: Set<String> { Set(all.map(\.id)).union(uncomputed.keys) }

  package static func title(_ id: String) -> String { check(id)?.title ?? uncomputed[id] ?? id }
}
