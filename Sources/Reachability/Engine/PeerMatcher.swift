internal import KubeModel

/// Finds the columns that a term of a rule holds of.
struct PeerMatcher {
  let model: ClusterModel
  let columns: Columns

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
      var nodes = none
      for (place, endpoint) in model.endpoints.enumerated() where endpoint.isOnHostNetwork { nodes.insert(place) }
      // Which node a pod runs on is not recorded: only what holds of all nodes, or of none, is sure.
      guard let selector, !selector.isEmpty else { return surely(nodes) }
      let matching = model.nodes.count { selector.matches($0) }
      if matching == model.nodes.count && matching > 0 { return surely(nodes) }
      return ColumnMatch(sure: none, possible: matching == 0 && !model.nodes.isEmpty ? none : nodes)
    case .outside: return surely(outside)
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
      switch AddressMatch(blocks, endpoint, model) {
      case .all:
        result.sure.insert(place)
        result.possible.insert(place)
      case .some: result.possible.insert(place)
      case .none: break
      }
    }
    return result
  }
}

/// How many of an endpoint's addresses lie in blocks.
private enum AddressMatch {
  case all, some, none

  init(_ blocks: [IPRange], _ endpoint: Endpoint, _ model: ClusterModel) {
    var own = endpoint.addresses
    if own.isEmpty { own = endpoint.isOnHostNetwork ? model.nodeAddresses : model.podRanges }
    guard !own.isEmpty else {
      // Nothing is known: only all addresses of a family surely are some pod's.
      let isWhole = blocks.contains(.all4) || blocks.contains(.all6)
      self = isWhole ? .all : blocks.isEmpty ? .none : .some
      return
    }
    let outside = IPRange.subtract(blocks, from: own)
    self = outside.isEmpty ? .all : outside == IPRange.union(own) ? .none : .some
  }
}
