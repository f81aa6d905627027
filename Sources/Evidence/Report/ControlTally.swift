internal import Controls

/// How many controls there are of each status, and what share holds.
struct ControlTally: Equatable {
  let statuses: StatusTally

  init(_ statuses: some Sequence<ControlStatus>) { self.statuses = StatusTally(statuses) }

  /// Only statuses that there are.
  var counts: [(status: ControlStatus, count: Int)] {
    ControlStatus.allCases.map { ($0, statuses[$0]) }.filter { $0.1 > 0 }
  }

  /// Controls that somebody or something decided.
  var decided: Int { statuses[.pass] + statuses[.attested] + statuses[.waived] + statuses[.fail] }
  var held: Int { statuses[.pass] + statuses[.attested] }
  var heldOrWaived: Int { held + statuses[.waived] }

  static let formula =
    "held = pass and attested; decided = pass, attested, waived and fail. What is for a person, stale, not evaluated, in error or not applicable is in neither number."

  func score(withWaivers: Bool) -> String {
    let part = withWaivers ? heldOrWaived : held
    return "\(part) of \(decided) decided (\(ReportTime.share(Int64(part), of: Int64(decided))))"
  }
}
