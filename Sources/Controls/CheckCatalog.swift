/// Every check that Ambit knows.
package enum CheckCatalog {
  /// The checks that are computed, in the order of their ids.
  package static let all: [Check] = [
    .namespaceHasPolicy, .defaultDenyIngress, .defaultDenyEgress, .workloadIsolatedIngress,
    .workloadIsolatedEgress, .hostNetwork, .defaultNamespace, .enforcement, .kindsRead,
    .allowAllIngress, .allowAllEgress, .danglingPolicy,
    .changePopulation, .changesAttributed, .changesApproved, .changesOutOfBand, .liveEqualsBaseline, .versionsRetained,
    .cadenceKept, .historyIntact, .historyRetained, .evidenceOffCluster, .clockSanity, .rulesReviewed, .waiversValid,
    .segmentationTested, .accessReviewed, .auditPolicyRecords, .auditLogKept, .eventsTellAll, .flowLogsReviewed, .diagramExists,
  ].sorted { $0.id < $1.id }

  package static func check(_ id: String) -> Check? { all.first { $0.id == id } }

  /// Questions that frameworks map to and that no check computes yet: a person answers them.
  package static let uncomputed: [String: String] = [
    "NP-RULE-03": "Ingress from public addresses is inventoried and justified",
    "NP-RULE-04": "Egress to public addresses is inventoried and justified",
    "NP-RULE-05": "Cloud metadata endpoints are not reachable",
    "NP-RULE-06": "Whole-namespace and all-namespace peers are reviewed",
    "NP-RULE-07": "Each allowed port has an owner and a justification",
    "NP-RULE-08": "Ports of insecure protocols are flagged",
    "NP-RULE-10": "Kubelet and API server ports are not reachable from pods",
    "NP-ZONE-01": "Declared forbidden flows between zones are unreachable",
    "NP-ZONE-02": "Every namespace belongs to a zone",
    "NP-RBAC-01": "Who can write policies",
    "NP-RBAC-02": "Who can escalate, bind, impersonate or edit admission webhooks",
  ]

  package static var knownIDs: Set<String> { Set(all.map(\.id)).union(uncomputed.keys) }

  package static func title(_ id: String) -> String { check(id)?.title ?? uncomputed[id] ?? id }
}
