/// A status that changes with time, of which gaps are not cut out yet. Times are milliseconds since 1970.
package struct StatusTrack: Sendable, Hashable {
  package struct Change: Sendable, Hashable {
    package let time: Int64
    package let status: ControlStatus
  }

  /// In the order of time; neighbours differ.
  package private(set) var changes: [Change] = []

  package init() {}
  package init(_ status: ControlStatus, from time: Int64) { set(status, at: time) }

  /// From a time on, until it is set again. What is set at the same time replaces what was.
  package mutating func set(_ status: ControlStatus, at time: Int64) {
    if let last = changes.last, last.time == time { changes.removeLast() }
    guard changes.last?.status != status else { return }
    changes.append(Change(time: time, status: status))
  }

  /// The status at a time; nil before the first.
  package func status(at time: Int64) -> ControlStatus? {
    var (low, high) = (0, changes.count)
    while low < high {
      let middle = (low + high) / 2
      if changes[middle].time <= time { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? changes[low - 1].status : nil
  }

  /// The statuses of a period, with what nobody saw cut out.
  ///
  /// - Parameter gaps: in the order of time, none meeting another.
  package func timeline(over period: Range<Int64>, gaps: [Range<Int64>]) -> Timeline {
    var timeline = Timeline()
    var times = changes.map(\.time) + [period.upperBound]
    if let first = times.first, first > period.lowerBound {
      // Before anything is known of it, it is not there.
      add(period.lowerBound..<min(first, period.upperBound), .notApplicable, gaps, to: &timeline)
    }
    times.removeFirst()
    for (change, end) in zip(changes, times) {
      let range = max(change.time, period.lowerBound)..<max(change.time, period.lowerBound, min(end, period.upperBound))
      add(range, change.status, gaps, to: &timeline)
    }
    return timeline
  }

  private func add(_ range: Range<Int64>, _ status: ControlStatus, _ gaps: [Range<Int64>], to timeline: inout Timeline) {
    var start = range.lowerBound
    for gap in gaps where gap.overlaps(range) {
      if gap.lowerBound > start { timeline.append(.init(start..<gap.lowerBound, status)) }
      let end = min(gap.upperBound, range.upperBound)
      timeline.append(.init(max(start, gap.lowerBound)..<end, .notEvaluated, isGap: true))
      start = end
    }
    if start < range.upperBound { timeline.append(.init(start..<range.upperBound, status)) }
  }
}
