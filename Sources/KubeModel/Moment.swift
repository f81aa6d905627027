internal import Integrity

/// A moment in milliseconds since 1970, UTC.
package struct Moment: Sendable, Hashable, Comparable {
  package let milliseconds: Int64

  package init(milliseconds: Int64) { self.milliseconds = milliseconds }

  package var seconds: Int64 {
    milliseconds >= 0 ? milliseconds / 1000 : (milliseconds - 999) / 1000
  }

  package static func < (left: Moment, right: Moment) -> Bool { left.milliseconds < right.milliseconds }

  // MARK: Text

  /// RFC 3339 with milliseconds where there are any.
  package var text: String {
    let fraction = Int(milliseconds - seconds * 1000)
    return text(between: "T", fraction > 0 ? ".\(Moment.padded(fraction, 3))Z" : "Z")
  }

  /// `2026-11-23 04:58:47`
  package var tableText: String { text(between: " ", "") }

  private func text(between sign: String, _ end: String) -> String {
    let days = Moment.floorDivide(seconds, 86_400)
    let (year, month, day) = CivilTime.date(days: days)
    let rest = Int(seconds - days * 86_400)
    let clock = [rest / 3600, rest / 60 % 60, rest % 60]
    return Moment.padded(year, 4) + "-" + Moment.padded(month, 2) + "-" + Moment.padded(day, 2) + sign
      + Moment.padded(clock[0], 2) + ":" + Moment.padded(clock[1], 2) + ":" + Moment.padded(clock[2], 2) + end
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    // Counted in bytes: all of them are ASCII.
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }

  // MARK: Parsing

  /// What users can write, for hints.
  package static let forms =
    "write RFC 3339 such as 2026-11-23T04:58:47Z, a date, 'yesterday', or '2h ago'"

  /// Which end of a day a bare date means.
  package enum DayEnd: Sendable { case start, end }

  /// Reads what `text` writes, and RFC 3339 in other spellings.
  package init?(rfc3339 text: String) {
    if let moment = Moment(plain: text) {
      self = moment
      return
    }
    let parts = text.split(whereSeparator: { $0 == "T" || $0 == "t" || $0 == " " })
    guard parts.count == 2, let date = Moment.days(parts[0]), let time = Moment.time(parts[1]) else { return nil }
    milliseconds = date * 86_400_000 + time
  }

  /// Reads `2026-11-23T04:58:47Z`, as nearly all texts are written.
  private init?(plain text: String) {
    let numbers = Array(text.utf8).withUnsafeBufferPointer { bytes -> [Int]? in
      guard bytes.count == Moment.form.count else { return nil }
      var numbers = [0, 0, 0, 0, 0, 0]
      var place = 0
      for (byte, sign) in zip(bytes, Moment.form) {
        if sign == UInt8(ascii: "0") {
          guard (0x30...0x39).contains(byte) else { return nil }
          numbers[place] = numbers[place] * 10 + Int(byte - 0x30)
        } else {
          guard byte == sign else { return nil }
          place += 1
        }
      }
      return numbers
    }
    guard let numbers, (1...12).contains(numbers[1]), (1...31).contains(numbers[2]), numbers[3] < 24, numbers[4] < 60,
      numbers[5] <= 60
    else { return nil }
    let days = Moment.days(year: numbers[0], month: numbers[1], day: numbers[2])
    guard CivilTime.date(days: days) == (numbers[0], numbers[1], numbers[2]) else { return nil }
    milliseconds = (days * 86_400 + Int64(numbers[3] * 3600 + numbers[4] * 60 + numbers[5])) * 1000
  }

  private static let form = Array("0000-00-00T00:00:00Z".utf8)

  /// Reads RFC 3339, a date, or a time ago such as `2h ago`.
  package init?(_ text: String, now: Moment, day: DayEnd) {
    if let ago = Moment.ago(text) {
      milliseconds = now.milliseconds - ago
      return
    }
    if text == "now" {
      self = now
      return
    }
    if let daysAgo = ["today": 0, "yesterday": 1][text] {
      let start = Moment.floorDivide(now.seconds, 86_400) - Int64(daysAgo)
      milliseconds = (start + (day == .end ? 1 : 0)) * 86_400_000 - (day == .end ? 1 : 0)
      return
    }
    let parts = text.split(whereSeparator: { $0 == "T" || $0 == "t" || $0 == " " })
    guard let date = parts.first.flatMap(Moment.days), parts.count <= 2 else { return nil }
    guard parts.count == 2 else {
      milliseconds = (date + (day == .end ? 1 : 0)) * 86_400_000 - (day == .end ? 1 : 0)
      return
    }
    guard let time = Moment.time(parts[1]) else { return nil }
    milliseconds = date * 86_400_000 + time
  }

  private static func ago(_ text: String) -> Int64? {
    let words = text.split(separator: " ")
    guard words.count > 1, words.last == "ago" else { return nil }
    let units: [String: Int64] = [
      "s": 1, "sec": 1, "second": 1, "seconds": 1, "m": 60, "min": 60, "minute": 60, "minutes": 60,
      "h": 3600, "hour": 3600, "hours": 3600, "d": 86_400, "day": 86_400, "days": 86_400, "w": 604_800,
      "week": 604_800, "weeks": 604_800,
    ]
    // `2h`, `2 hours`, `2h30m`
    var rest = Substring(words.dropLast().joined())
    var seconds: Int64 = 0
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      let unit = rest.dropFirst(digits.count).prefix { !$0.isNumber }
      guard let count = Int64(digits), count < 1_000_000, let size = units[String(unit)] else { return nil }
      seconds += count * size
      rest = rest.dropFirst(digits.count + unit.count)
    }
    return seconds * 1000
  }

  private static func days(_ text: Substring) -> Int64? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard text.count == 10, parts.count == 3, let year = parts[0], let month = parts[1],
      let day = parts[2], (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    let result = days(year: year, month: month, day: day)
    // A day that the month does not have comes back as another.
    return CivilTime.date(days: result) == (year, month, day) ? result : nil
  }

  /// Milliseconds since midnight UTC of `05:00:07.181784Z` or `05:00+01:00`; no zone means UTC.
  private static func time(_ text: Substring) -> Int64? {
    var clock = text
    var offset: Int64 = 0
    if clock.hasSuffix("Z") || clock.hasSuffix("z") {
      clock = clock.dropLast()
    } else if let sign = clock.lastIndex(where: { $0 == "+" || $0 == "-" }) {
      let zone = clock[clock.index(after: sign)...].split(separator: ":").map { Int64($0) }
      guard zone.count == 2, let hours = zone[0], let minutes = zone[1], hours < 24, minutes < 60 else {
        return nil
      }
      offset = (hours * 60 + minutes) * 60_000 * (clock[sign] == "-" ? -1 : 1)
      clock = clock[..<sign]
    }
    let parts = clock.split(separator: ":", omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count), let hours = Int64(parts[0]), let minutes = Int64(parts[1]),
      (0..<24).contains(hours), (0..<60).contains(minutes)
    else { return nil }
    var milliseconds: Int64 = 0
    if parts.count == 3 {
      let seconds = parts[2].split(separator: ".", omittingEmptySubsequences: false)
      guard let whole = Int64(seconds[0]), (0...60).contains(whole), seconds.count <= 2 else { return nil }
      milliseconds = whole * 1000
      if seconds.count == 2 {
        guard !seconds[1].isEmpty, seconds[1].allSatisfy({ $0.isASCII && $0.isNumber }),
          let fraction = Int64(seconds[1].prefix(3))
        else { return nil }
        milliseconds += fraction * [1, 100, 10, 1][min(3, seconds[1].count)]
      }
    }
    return (hours * 60 + minutes) * 60_000 + milliseconds - offset
  }

  // MARK: Calendar

  private static func floorDivide(_ value: Int64, _ by: Int64) -> Int64 {
    value >= 0 ? value / by : (value - by + 1) / by
  }

  /// Days since 1970 in the proleptic Gregorian calendar, whose years are taken to begin in March.
  private static func days(year: Int, month: Int, day: Int) -> Int64 {
    let year = month <= 2 ? year - 1 : year
    let era = (year >= 0 ? year : year - 399) / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return Int64(era * 146_097 + dayOfEra - 719_468)
  }
}
