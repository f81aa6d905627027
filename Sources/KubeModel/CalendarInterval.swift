internal import Integrity

/// A length of time as standards and contracts write it: `30 days`, `6 months`.
///
/// Months and years go from a day of the month to the same day of another; where that month is shorter, to its last.
/// So a step forth and a step back need not meet, and many steps of a month are not one step of as many months.
package struct CalendarInterval: Sendable, Hashable, CustomStringConvertible {
  package enum Unit: String, Sendable, CaseIterable {
    case days, weeks, months, years

    /// The most of it that an interval may have: a hundred years.
    fileprivate var limit: Int {
      switch self {
      case .days: 36_525
      case .weeks: 5_218
      case .months: 1_200
      case .years: 100
      }
    }
  }

  package let count: Int
  package let unit: Unit

  /// Nil where the count is not positive, or more than a hundred years.
  package init?(_ count: Int, _ unit: Unit) {
    guard (1...unit.limit).contains(count) else { return nil }
    self.count = count
    self.unit = unit
  }

  /// Reads what `description` writes: a number, a space, and a unit in singular or plural.
  package init?(_ text: String) {
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 2, let first = words[0].utf8.first, (0x31...0x39).contains(first), let count = Int(words[0]),
      let unit = Unit.allCases.first(where: { words[1] == $0.rawValue || words[1] == $0.rawValue.dropLast() })
    else { return nil }
    self.init(count, unit)
  }

  /// What one can write, for hints.
  package static let forms = "write a number and days, weeks, months or years, such as '6 months'; at most 100 years"

  package var description: String { "\(count) \(count == 1 ? String(unit.rawValue.dropLast()) : unit.rawValue)" }

  /// The day that lies this long after another; the calendar's last where that lies beyond it.
  package func date(after date: CalendarDate) -> CalendarDate { moved(date, by: count) }

  /// The day that lies this long before another; the calendar's first where that lies before it.
  package func date(before date: CalendarDate) -> CalendarDate { moved(date, by: -count) }

  private func moved(_ date: CalendarDate, by count: Int) -> CalendarDate {
    switch unit {
    case .days: CalendarDate(days: date.days + count)
    case .weeks: CalendarDate(days: date.days + 7 * count)
    case .months: CalendarInterval.moved(date, byMonths: count)
    case .years: CalendarInterval.moved(date, byMonths: 12 * count)
    }
  }

  private static func moved(_ date: CalendarDate, byMonths count: Int) -> CalendarDate {
    let months = date.year * 12 + date.month - 1 + count
    let (year, month) = (months / 12, months % 12 + 1)
    guard year > 0, months > 0 else { return .first }
    return CalendarDate(year: year, month: month, day: min(date.day, CivilTime.days(in: month, of: year))) ?? .last
  }

  /// Whether it is over sooner, where both begin on the same New Year's Day.
  package func isShorter(than other: CalendarInterval) -> Bool {
    let start = CalendarDate.first
    return date(after: start) < other.date(after: start)
  }
}
