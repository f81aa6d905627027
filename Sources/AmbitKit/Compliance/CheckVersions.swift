internal import Controls
internal import Registers

/// The checks of a period, as each version of the rulings makes them: what the owner asserts is a check only while they do.
struct CheckVersions: Sendable {
  /// By place, the last version of each.
  let checks: [Check]
  private let versions: [[Check?]]

  init(_ plan: PeriodPlan, _ checks: [Check]) {
    self.checks = checks
    versions = plan.rulings.map { rulings in
      let known = Dictionary(CheckCatalog.checks(rulings).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
      return checks.map { known[$0.id] }
    }
  }

  /// Every check of a period that asks states, by id.
  static func all(_ plan: PeriodPlan) -> [Check] {
    var known: [String: Check] = [:]
    for rulings in plan.rulings { for check in CheckCatalog.checks(rulings) where check.asksStates { known[check.id] = check } }
    return known.values.sorted { $0.id < $1.id }
  }

  /// The check at a place under a version of the rulings; nil where it is none then.
  func check(_ place: Int, _ rulings: Int) -> Check? { versions[rulings][place] }
}
