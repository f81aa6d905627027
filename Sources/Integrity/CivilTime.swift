/// A date and a time of day in UTC, as seconds since 1970-01-01T00:00:00Z and back.
package enum CivilTime {
  /// The seconds since 1970, or nil where there is no such date or time of day.
  package static func seconds(
    year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0
  ) -> Int64? {
    guard (1...9_999).contains(year), (1...12).contains(month), (1...days(in: month, of: year)).contains(day),
      (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
    else { return nil }
    let before = year - 1
    var days = before * 365 + before / 4 - before / 100 + before / 400 - 719_162
    for earlier in 1..<month { days += CivilTime.days(in: earlier, of: year) }
    return Int64((days + day - 1) * 86_400 + hour * 3_600 + minute * 60 + second)
  }

  private static func days(in month: Int, of year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}
