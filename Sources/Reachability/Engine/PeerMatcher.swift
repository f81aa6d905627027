internal import KubeModel

/// Finds the columns that a term of a rule holds of.
struct PeerMatcher {
  let model: ClusterModel
  let columns: Columns
  /// The only family of addresses that traffic is between; nil where families make no difference.
  let family: IPRange.Family?

  /// Whoever one of these names.
  func union(_ terms: [PeerTerm.Who], _ index: inout LabelIndex) -> ColumnMatch {
    var result = ColumnMatch(sure: none, possible: none)
    // Blocks that each hold some of a pod's addresses may hold all of them together.
    var blocks: [AddressReach: [IPRange]] = [:]
    for term in terms {
      if case .addresses(let own, let reach) = term {
        blocks[reach, default: []] += own
      } else {
        result.formUnion(match(term, &index))
      }
    }
    for (reach, blocks) in blocks { result.formUnion(addresses(IPRange.union(blocks), reach)) }
    return result
  }

  func match(_ term: PeerTerm.Who, _ index: inout LabelIndex) -> ColumnMatch {
    switch term {
    case .pods(let expression): return surely(pods(expression, &index))
    case .addresses(let blocks, let reach): return addresses(IPRange.union(blocks), reach)
    case .nodes(let selector):
      var result = surely(none)
      for (place, endpoint) in model.endpoints.enumerated() where endpoint.isOnHostNetwork {
        let isAny = selector?.isEmpty ?? true
        result.insert(place, isAny ? .surely : model.nodeMatch(place) { selector?.matches($0.labels) ?? true })
      }
      return result
    case .outside: return surely(outside)
    case .family(let wanted): return ofFamily(wanted)
    case .domains, .unresolved: return ColumnMatch(sure: none, possible: outside)
    case .every(let terms):
      return terms.reduce(surely(everyone)) { result, term in
        let match = match(term, &index)
        return ColumnMatch(
          sure: result.sure.intersection(match.sure), possible: result.possible.intersection(match.possible))
      }
    case .either(let terms): return union(terms, &index)
    case .not(let term):
      let match = match(term, &index)
      return ColumnMatch(sure: everyone.subtracting(match.possible), possible: everyone.subtracting(match.sure))
    }
  }

  private var none: Bitset { Bitset(count: columns.count) }
  private var everyone: Bitset { Bitset(count: columns.count, filled: 0..<columns.count) }
  private var outside: Bitset { Bitset(count: columns.count, filled: columns.rangeStart..<columns.count) }

  private func surely(_ columns: Bitset) -> ColumnMatch { ColumnMatch(sure: columns, possible: columns) }

  private func pods(_ expression: LabelExpression, _ index: inout LabelIndex) -> Bitset {
    var found = none
    index.endpoints(expression).forEach { place in
      if !model.endpoints[place].isOnHostNetwork { found.insert(place) }
    }
    guard !columns.representatives.isEmpty else { return found }
    let wanted = Requirements(expression)
    for (place, representative) in columns.representatives.enumerated() where representative.isSelected(by: wanted) {
      found.insert(columns.endpointCount + place)
    }
    return found
  }

  private func addresses(_ blocks: [IPRange], _ reach: AddressReach) -> ColumnMatch {
    var found = none
    for range in columns.columns(of: blocks) { found.insert(range) }
    var result = surely(found)
    for (place, endpoint) in model.endpoints.enumerated() {
      guard endpoint.isOnHostNetwork ? reach != .outside : reach == .everywhere else { continue }
      result.insert(place, match(blocks, endpoint))
    }
    return result
  }

  /// Whether the address of an endpoint lies in blocks.
  private func match(_ blocks: [IPRange], _ endpoint: Endpoint) -> Certainty {
    let known = model.addresses(endpoint)
    // Nothing is known: only all addresses of a family surely are some pod's.
    guard !known.isEmpty else {
      return blocks.contains(.all4) || blocks.contains(.all6) ? .surely : blocks.isEmpty ? .never : .perhaps
    }
    let spoken = known.filter { family == nil || $0.family == family }
    // An end that does not speak the family has no such traffic.
    let own = spoken.isEmpty ? known : spoken
    let outside = IPRange.subtract(blocks, from: own)
    return outside.isEmpty ? .surely : outside == IPRange.union(own) ? .never : .perhaps
  }

  private func ofFamily(_ wanted: IPRange.Family) -> ColumnMatch {
    if let family { return surely(family == wanted ? everyone : none) }
    var result = surely(none)
    for (place, endpoint) in model.endpoints.enumerated() {
      let spoken = model.families(endpoint)
      result.insert(place, !spoken.contains(wanted) ? .never : spoken.count == 1 ? .surely : .perhaps)
    }
    for place in columns.endpointCount..<columns.rangeStart { result.insert(place, .perhaps) }
    for (place, range) in columns.ranges.enumerated() where range.family == wanted {
      result.insert(columns.rangeStart + place, .surely)
    }
    return result
  }
}
