package import KubeModel

/// Calico's tiers by name: those that are there, and those that Calico makes itself.
package struct CalicoTiers: Sendable {
  private var tiers: [String: Tier]
  /// Why there may be tiers that nobody saw, or nil.
  package let unread: String?

  private static let predefined = [Tier.admin, .default, .baseline, .olderAdmin, .olderBaseline]

  package init(_ state: ClusterState, problems: inout [PolicyProblem]) {
    tiers = Dictionary(uniqueKeysWithValues: CalicoTiers.predefined.map { ($0.name, $0) })
    unread = CalicoCluster.unread("Tier", in: state)
    for entry in CalicoCluster.entries("Tier", in: state) {
      var reading = CalicoReading(entry)
      let tier = CalicoTiers.tier(entry.object, base: tiers[entry.object.name], &reading)
      if !reading.isRefused { tiers[tier.name] = tier }
      problems += reading.problems
    }
  }

  package subscript(name: String) -> Tier? { tiers[name] }

  private static func tier(_ object: KubeObject, base: Tier?, _ reading: inout CalicoReading) -> Tier {
    let spec = reading.mapping(object.spec, "spec", fields: ["order", "defaultAction"])
    let order = reading.order(spec?["order"], "spec.order")
    let end: Tier.End
    switch reading.text(spec?["defaultAction"], "spec.defaultAction") {
    case "": end = base?.end ?? .deny
    case "Deny": end = .deny
    case "Pass": end = .pass
    case let other:
      reading.refuse("spec.defaultAction", "'\(other)' is neither Deny nor Pass")
      end = .deny
    }
    return Tier(name: object.name, order: order == .infinity ? base?.order ?? order : order, end: end)
  }
}
