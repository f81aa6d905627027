internal import KubeModel

/// Blocks of addresses that hold addresses of the cluster itself.
enum AddressLints {
  private struct Range {
    let what: String
    let ranges: [IPRange]
  }

  static func findings(_ context: LintContext) -> [LintFinding] {
    let state = context.state
    let services = state.entries.filter { $0.type.group.isEmpty && $0.type.kind == "Service" }.flatMap { entry -> [IPRange] in
      let spec = entry.object.spec
      let addresses = (spec?["clusterIPs"]?.strings ?? []) + [spec?["clusterIP"]?.string ?? ""]
      return addresses.compactMap { IPRange($0) }
    }
    let own = [
      Range(what: "pods", ranges: known(context.model.podRanges, context.model.podAddresses)),
      Range(what: "services", ranges: known(state.ranges.services.compactMap { IPRange($0) }, services)),
      Range(what: "nodes", ranges: IPRange.union(context.model.nodeAddresses)),
    ]
    guard own.contains(where: { !$0.ranges.isEmpty }) else { return [] }
    var findings: [LintFinding] = []
    var known: [[IPRange]: [String: [IPRange]]] = [:]
    for policy in context.policies where policy.isModelled {
      for rule in Direction.allCases.flatMap({ policy.sections[$0]?.rules ?? [] }) {
        guard case .terms(let terms) = rule.peers else { continue }
        for term in terms {
          guard case .addresses(let blocks, let reach) = term.who, !blocks.isEmpty else { continue }
          let covered = known[blocks] ?? covered(blocks, own)
          known[blocks] = covered
          guard !covered.isEmpty else { continue }
          findings.append(finding(covered, own.map(\.what), blocks, reach, policy, term.path))
        }
      }
    }
    return findings
  }

  /// The ranges, and what is known beside them.
  private static func known(_ ranges: [IPRange], _ addresses: [IPRange]) -> [IPRange] {
    IPRange.union(ranges + addresses.filter { address in !ranges.contains { $0.contains(address) } })
  }

  private static func covered(_ blocks: [IPRange], _ own: [Range]) -> [String: [IPRange]] {
    var covered: [String: [IPRange]] = [:]
    for range in own {
      let hit = range.ranges.filter { range in blocks.contains { $0.overlaps(range) } }
      if !hit.isEmpty { covered[range.what] = hit }
    }
    return covered
  }

  private static func finding(
    _ covered: [String: [IPRange]], _ order: [String], _ blocks: [IPRange], _ reach: AddressReach,
    _ policy: Policy, _ path: String
  ) -> LintFinding {
    let parts = order.compactMap { what in
      covered[what].map { ranges in
        let more = ranges.count > 2 ? " and \(ranges.count - 2) more" : ""
        return "\(what) (\(ranges.prefix(2).map(\.shortText).joined(separator: ", "))\(more))"
      }
    }
    let isWhole = blocks.contains(.all4) || blocks.contains(.all6)
    // A block for services alone never matches; one for pods matters where it means pods.
    let weighs = reach == .everywhere ? true : covered["services"] != nil && !isWhole
    return LintFinding(
      .blockCoversCluster, policy.identity, path: path,
      "covers addresses of " + parts.joined(separator: " and of ")
        + (reach == .everywhere ? ", which are meant too" : ", which are not meant under these semantics"),
      severity: weighs ? nil : .info)
  }
}

extension ClusterModel {
  /// The known addresses of pods that are not on their node's network.
  fileprivate var podAddresses: [IPRange] { endpoints.filter { !$0.isOnHostNetwork }.flatMap(\.addresses) }
}
