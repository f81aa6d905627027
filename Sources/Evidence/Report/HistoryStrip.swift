internal import Controls

/// A timeline as a strip of columns, so that its size does not grow with what happened.
///
/// A column that holds several statuses shows the heaviest: a violation is never narrower than one column.
struct HistoryStrip: Equatable {
  enum Mark: Hashable {
    case status(ControlStatus)
    case gap
  }

  /// Columns of one mark, in order.
  struct Run: Equatable {
    let start: Int
    var length: Int
    let mark: Mark
  }

  static let columns = 180
  /// What outweighs what within a column. A gap outweighs what is known to be good, and hides no violation.
  private static let byWeight: [Mark] =
    [.status(.fail), .status(.error), .status(.notEvaluated), .gap]
    + [.stale, .waived, .manual, .attested, .pass, .notApplicable].map { Mark.status($0) }

  let runs: [Run]

  init(_ timeline: Timeline, _ period: Range<Int64>) {
    var weights = [Int](repeating: Int.max, count: HistoryStrip.columns)
    for interval in timeline.intervals {
      let mark: Mark = interval.isGap ? .gap : .status(interval.status)
      guard let weight = HistoryStrip.byWeight.firstIndex(of: mark),
        let columns = HistoryStrip.columns(of: interval.range, in: period)
      else { continue }
      for column in columns { weights[column] = min(weights[column], weight) }
    }
    var runs: [Run] = []
    for (column, weight) in weights.enumerated() where weight < HistoryStrip.byWeight.count {
      let mark = HistoryStrip.byWeight[weight]
      if let last = runs.last, last.mark == mark, last.start + last.length == column {
        runs[runs.count - 1].length += 1
      } else {
        runs.append(Run(start: column, length: 1, mark: mark))
      }
    }
    self.runs = runs
  }

  /// The columns that a stretch touches; nil where it is outside of the period.
  static func columns(of range: Range<Int64>, in period: Range<Int64>) -> Range<Int>? {
    let inside = range.clamped(to: period)
    guard !inside.isEmpty else { return nil }
    let width = Double(period.upperBound - period.lowerBound) / Double(columns)
    let first = min(Int(Double(inside.lowerBound - period.lowerBound) / width), columns - 1)
    let end = min(Int((Double(inside.upperBound - period.lowerBound) / width).rounded(.up)), columns)
    return first..<max(end, first + 1)
  }

  /// The same in words, for who does not see the strip.
  static func text(_ timeline: Timeline) -> String {
    let observed = timeline.observed
    var parts = ControlStatus.allCases.compactMap { status in
      let length = timeline.length(of: status)
      return length > 0 ? "\(status.word) \(ReportTime.share(length, of: observed)) of observed time" : nil
    }
    let violations = timeline.violations
    if let first = violations.first {
      parts.append("violations: \(violations.count), the first from \(ReportTime.text(first.range.lowerBound))")
    }
    let gaps = timeline.intervals.filter(\.isGap)
    if !gaps.isEmpty {
      parts.append("gaps: \(gaps.count), together \(ReportTime.length(gaps.reduce(0) { $0 + $1.length }))")
    }
    return parts.isEmpty ? "never observed" : parts.joined(separator: "; ")
  }
}
