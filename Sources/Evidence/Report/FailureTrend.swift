internal import Controls

/// How many controls failed at once, over a period.
struct FailureTrend: Equatable {
  /// The most that failed at once within each column of a `HistoryStrip`.
  let counts: [Int]
  let atStart: Int
  let atEnd: Int
  let most: Int
  /// When that many failed first.
  let mostSince: Int64

  /// Nil where there is no period.
  init?(_ timelines: [Timeline], _ period: Range<Int64>) {
    guard !period.isEmpty else { return nil }
    var steps: [Int64: Int] = [:]
    for violation in timelines.flatMap(\.violations) {
      let range = violation.range.clamped(to: period)
      guard !range.isEmpty else { continue }
      steps[range.lowerBound, default: 0] += 1
      steps[range.upperBound, default: 0] -= 1
    }
    var counts = [Int](repeating: 0, count: HistoryStrip.columns)
    var (failing, most, mostSince) = (0, 0, period.lowerBound)
    var last = period.lowerBound
    var atEnd = 0
    for (time, step) in steps.sorted(by: { $0.key < $1.key }) + [(period.upperBound, 0)] {
      for column in HistoryStrip.columns(of: last..<max(last, time), in: period) ?? 0..<0 {
        counts[column] = max(counts[column], failing)
      }
      if time == period.upperBound { atEnd = max(atEnd, failing) }
      failing += step
      if time < period.upperBound, failing > most { (most, mostSince) = (failing, time) }
      last = time
    }
    self.counts = counts
    atStart = steps[period.lowerBound] ?? 0
    self.atEnd = atEnd
    self.most = most
    self.mostSince = mostSince
  }

  func text(of controls: Int) -> String {
    let start = "Of \(controls) controls \(atStart) failed when the period began and \(atEnd) when it ended"
    return most > 0 ? "\(start); at most \(most) at once, first at \(ReportTime.text(mostSince))." : "\(start)."
  }
}
