internal import Integrity

/// A day of the Gregorian calendar, in the years 1 to 9999.
package struct CalendarDate: Sendable, Hashable, Comparable, CustomStringConvertible {
  package let year: Int
  package let month: Int
  package let day: Int

  static let first = CalendarDate(valid: (1, 1, 1))
  static let last = CalendarDate(valid: (9_999, 12, 31))

  /// Nil where there is no such day.
  package init?(year: Int, month: Int, day: Int) {
    guard CivilTime.seconds(year: year, month: month, day: day) != nil else { return nil }
    self.init(valid: (year, month, day))
  }

  /// Reads what `description` writes, and nothing else.
  package init?(_ text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard parts.map(\.count) == [4, 2, 2], parts.allSatisfy({ $0.allSatisfy { (0x30...0x39).contains($0) } }) else {
      return nil
    }
    let numbers = parts.map { $0.reduce(0) { $0 * 10 + Int($1 - 0x30) } }
    self.init(year: numbers[0], month: numbers[1], day: numbers[2])
  }

  /// The day so many days after 1970-01-01, or the first or the last of the calendar where that lies outside.
  package init(days: Int) {
    let days = min(max(days, CalendarDate.first.days), CalendarDate.last.days)
    self.init(valid: CivilTime.date(days: Int64(days)))
  }

  /// The day in UTC that holds a moment.
  package init(_ moment: Moment) {
    let day: Int64 = 86_400
    self.init(days: Int((moment.seconds - (moment.seconds % day + day) % day) / day))
  }

  private init(valid date: (year: Int, month: Int, day: Int)) { (year, month, day) = date }

  /// The days since 1970-01-01.
  package var days: Int { Int((CivilTime.seconds(year: year, month: month, day: day) ?? 0) / 86_400) }

  /// Its last millisecond in UTC.
  package var end: Moment { Moment(milliseconds: (Int64(days) + 1) * 86_400_000 - 1) }

  /// `2026-02-28`
  package var description: String {
    func padded(_ number: Int, _ width: Int) -> String {
      String(repeating: "0", count: max(0, width - String(number).utf8.count)) + String(number)
    }
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
  }

  package static func < (left: CalendarDate, right: CalendarDate) -> Bool {
    (left.year, left.month, left.day) < (right.year, right.month, right.day)
  }
}
