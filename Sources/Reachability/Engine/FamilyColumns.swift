internal import KubeModel

/// Which columns speak which family of addresses.
///
/// A packet is of one family: of a pod with addresses of both, the one counts that the other end speaks too. Where a
/// rule tells addresses of pods, or families, apart, each family is evaluated by itself, and a pair that speaks both is in
/// doubt where they differ.
struct FamilyColumns: Sendable {
  /// By family, in the order of `IPRange.Family`: the columns that speak it.
  let columns: [Bitset]
  private let ofEndpoints: [[Int]]

  init(_ model: ClusterModel, _ all: Columns) {
    let families = IPRange.Family.allCases
    ofEndpoints = model.endpoints.map { endpoint in
      let spoken = model.families(endpoint)
      return families.indices.filter { spoken.contains(families[$0]) }
    }
    var columns = families.map { _ in
      Bitset(count: all.count, filled: all.endpointCount..<all.rangeStart)
    }
    for (place, spoken) in ofEndpoints.enumerated() { for family in spoken { columns[family].insert(place) } }
    for (place, range) in all.ranges.enumerated() {
      for family in families.indices where families[family] == range.family {
        columns[family].insert(all.rangeStart + place)
      }
    }
    self.columns = columns
  }

  /// The families that an endpoint speaks, as places in `columns`.
  func spoken(by endpoint: Int) -> [Int] { ofEndpoints[endpoint] }

  /// Whether the family of a packet can make a difference to what the policies decide.
  static func matter(_ policies: [Policy], _ model: ClusterModel) -> Bool {
    let terms = policies.lazy.flatMap(\.sections.values).flatMap(\.rules).flatMap(\.who)
    if terms.contains(where: { $0.contains { if case .family = $0 { true } else { false } } }) { return true }
    guard model.endpoints.contains(where: { Set(model.addresses($0).map(\.family)).count > 1 }) else { return false }
    return terms.contains { term in
      term.contains { if case .addresses(_, let reach) = $0 { reach != .outside } else { false } }
    }
  }
}

extension PolicyRule {
  /// All that the rule names at either end.
  fileprivate var who: [PeerTerm.Who] {
    guard case .terms(let terms) = peers else { return [subject].compactMap(\.self) }
    return terms.map(\.who) + [subject].compactMap(\.self)
  }
}

extension PeerTerm.Who {
  /// Whether something holds of the term or of one that it is made of.
  fileprivate func contains(_ holds: (PeerTerm.Who) -> Bool) -> Bool {
    if holds(self) { return true }
    return switch self {
    case .every(let terms), .either(let terms): terms.contains { $0.contains(holds) }
    case .not(let term): term.contains(holds)
    case .pods, .addresses, .nodes, .outside, .family, .domains, .unresolved: false
    }
  }
}
