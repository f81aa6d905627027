internal import Integrity

/// A stretch of time as people name it. Milliseconds since 1970; the end is not in it.
package struct Period: Sendable, Hashable {
  package let range: Range<Int64>

  package init?(_ range: Range<Int64>) {
    guard !range.isEmpty else { return nil }
    self.range = range
  }

  package static let forms =
    "write 2026-01-01..2026-03-31, 2026-Q1, 2026-H1, 2026-03, 2026, a day such as 2026-03-31, or 'last 90 days'; a date means the whole day, UTC"

  /// Reads `2026-01-01..2026-03-31` (or any two moments), `2026-Q1`, `2026-H2`, `2026-03`, `2026`, `2026-03-31`,
  /// `last 90 days`.
  ///
  /// - Parameter offset: how far the days are ahead of UTC, in milliseconds.
  package init?(_ text: String, now: Moment, offset: Int64 = 0) {
    if let range = Period.calendar(text, offset) ?? Period.last(text, now) ?? Period.between(text, now, offset) {
      self.init(range)
    } else {
      return nil
    }
  }

  private static func between(_ text: String, _ now: Moment, _ offset: Int64) -> Range<Int64>? {
    var ends = text.split(separator: "..", omittingEmptySubsequences: false).map(String.init)
    // A day by itself is all of it.
    if ends.count == 1, CalendarDate(text) != nil { ends.append(text) }
    guard ends.count == 2 else { return nil }
    func end(_ text: String, _ day: Moment.DayEnd) -> Int64? {
      // A bare date is a day of the zone; other moments say themselves when they are.
      let isDate = text.count == 10 && !text.contains("T")
      return Moment(text, now: now, day: day).map { $0.milliseconds - (isDate ? offset : 0) }
    }
    guard let first = end(ends[0], .start), let last = ends[1].isEmpty ? now.milliseconds : end(ends[1], .end) else { return nil }
    // The end of a day is its last millisecond.
    let upper = last % 1000 == 999 ? last + 1 : last
    return first < upper ? first..<upper : nil
  }

  private static func last(_ text: String, _ now: Moment) -> Range<Int64>? {
    guard text.hasPrefix("last ") else { return nil }
    return Moment("\(text.dropFirst(5)) ago", now: now, day: .start).flatMap { start in
      start < now ? start.milliseconds..<now.milliseconds : nil
    }
  }

  private static func calendar(_ text: String, _ offset: Int64) -> Range<Int64>? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), parts[0].count == 4, let year = Int(parts[0]) else { return nil }
    let months: Range<Int>
    switch parts.count == 1 ? "" : parts[1].uppercased() {
    case "": months = 0..<12
    case "Q1": months = 0..<3
    case "Q2": months = 3..<6
    case "Q3": months = 6..<9
    case "Q4": months = 9..<12
    case "H1": months = 0..<6
    case "H2": months = 6..<12
    case let text:
      guard text.count == 2, let month = Int(text), (1...12).contains(month) else { return nil }
      months = month - 1..<month
    }
    func start(_ month: Int) -> Int64? {
      CivilTime.seconds(year: year + month / 12, month: month % 12 + 1, day: 1).map { $0 * 1000 - offset }
    }
    guard let first = start(months.lowerBound), let end = start(months.upperBound) else { return nil }
    return first..<end
  }
}
