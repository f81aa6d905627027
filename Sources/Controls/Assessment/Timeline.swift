/// What status something had when, over a period. Times are milliseconds since 1970.
package struct Timeline: Sendable, Hashable {
  /// A stretch of one status; the end is not in it.
  package struct Interval: Sendable, Hashable {
    package let range: Range<Int64>
    package let status: ControlStatus
    /// Whether nobody looked: the status is `notEvaluated`, and the stretch is in no share.
    package let isGap: Bool

    package init(_ range: Range<Int64>, _ status: ControlStatus, isGap: Bool = false) {
      self.range = range
      self.status = isGap ? .notEvaluated : status
      self.isGap = isGap
    }

    package var length: Int64 { range.upperBound - range.lowerBound }
  }

  /// In order, one beginning where the other ends; neighbours differ.
  package private(set) var intervals: [Interval] = []

  package init() {}
  package init(_ intervals: some Sequence<Interval>) { for interval in intervals { append(interval) } }

  /// Adds what follows; a stretch without length says nothing.
  package mutating func append(_ interval: Interval) {
    guard !interval.range.isEmpty else { return }
    if let last = intervals.last, last.status == interval.status, last.isGap == interval.isGap,
      last.range.upperBound == interval.range.lowerBound
    {
      intervals[intervals.count - 1] = Interval(
        last.range.lowerBound..<interval.range.upperBound, last.status, isGap: last.isGap)
    } else {
      intervals.append(interval)
    }
  }

  /// Milliseconds in which somebody looked.
  package var observed: Int64 { intervals.reduce(0) { $0 + ($1.isGap ? 0 : $1.length) } }

  /// Milliseconds of a status in observed time.
  package func length(of status: ControlStatus) -> Int64 {
    intervals.reduce(0) { $0 + (!$1.isGap && $1.status == status ? $1.length : 0) }
  }

  /// Stretches that fail, gaps apart.
  package var violations: [Interval] { intervals.filter { $0.status == .fail } }

  /// The status at a moment; nil outside of the period.
  package func status(at moment: Int64) -> ControlStatus? {
    intervals.last { $0.range.contains(moment) }?.status
  }

  /// What the whole came to: one failure is a failure, whatever else was; else the heaviest that was observed.
  ///
  /// Gaps are left out: who concludes tells them beside it. Nil where nobody looked.
  package var verdict: ControlStatus? {
    let seen = Set(intervals.filter { !$0.isGap }.map(\.status))
    if seen.contains(.fail) { return .fail }
    return StatusTally(seen).rollUp ?? (seen.contains(.notApplicable) ? .notApplicable : nil)
  }
}
