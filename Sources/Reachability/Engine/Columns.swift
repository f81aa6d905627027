/// The other ends of connections in one direction: the endpoints, then pods that may yet be deployed, then
/// ranges of addresses outside.
///
/// Addresses are cut where a rule of the direction begins or ends to speak of them, so that all addresses
/// of one range fare alike.
struct Columns: Sendable {
  /// Ranges of addresses, ascending, IPv4 first.
  let ranges: [IPRange]
  let representatives: [Representative]
  let endpointCount: Int
  /// Whether something in the cluster speaks IPv6, so that it is worth listing.
  let hasIPv6: Bool
  /// The column of the first range of addresses.
  var rangeStart: Int { endpointCount + representatives.count }
  var count: Int { rangeStart + ranges.count }

  init(endpointCount: Int, representatives: [Representative] = [], blocks: [IPRange], hasIPv6: Bool) {
    self.endpointCount = endpointCount
    self.representatives = representatives
    self.hasIPv6 = hasIPv6 || blocks.contains { $0.family == .v6 }
    ranges = [IPRange.all4, .all6].flatMap { whole in
      let inside = blocks.filter { $0.family == whole.family }
      var starts = Set([whole.low])
      for block in inside {
        starts.insert(block.low)
        if block.high < whole.high { starts.insert(block.high + 1) }
      }
      let sorted = starts.sorted()
      return sorted.enumerated().map { index, start in
        IPRange(whole.family, start, index + 1 < sorted.count ? sorted[index + 1] - 1 : whole.high)
      }
    }
  }

  /// The columns of the ranges that lie in these blocks.
  func columns(of blocks: [IPRange]) -> [Range<Int>] {
    IPRange.union(blocks).compactMap { block in
      let first = firstRange(from: block)
      var end = first
      while end < ranges.count, block.contains(ranges[end]) { end += 1 }
      return end > first ? (rangeStart + first)..<(rangeStart + end) : nil
    }
  }

  private func firstRange(from block: IPRange) -> Int {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if (ranges[middle].family, ranges[middle].low) < (block.family, block.low) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
