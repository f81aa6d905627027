internal import Integrity

/// Times, lengths and shares as reports write them. Times are milliseconds since 1970, shown in UTC.
enum ReportTime {
  /// `2026-11-23 04:58:47`, with milliseconds where there are any.
  static func text(_ time: Int64) -> String {
    // The form has a fixed width for every year that a cluster can know.
    let full = CivilTime.text(microseconds: time.multipliedReportingOverflow(by: 1000).partialValue)
    let day = full.prefix(10)
    let clock = full.dropFirst(11).prefix(8)
    let fraction = full.dropFirst(20).prefix(3)
    return fraction == "000" ? "\(day) \(clock)" : "\(day) \(clock).\(fraction)"
  }

  static func text(_ range: Range<Int64>) -> String { "\(text(range.lowerBound)) to \(text(range.upperBound))" }

  /// The two largest units: `3 d 4 h`, `12 min`.
  static func length(_ milliseconds: Int64) -> String {
    let units: [(Int64, String)] = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1000, "s"), (1, "ms")]
    guard let first = units.firstIndex(where: { milliseconds >= $0.0 }) else { return "0 s" }
    let (unit, word) = units[first]
    let large = "\(milliseconds / unit) \(word)"
    guard first + 1 < units.count else { return large }
    let (next, nextWord) = units[first + 1]
    let rest = milliseconds % unit / next
    return rest == 0 ? large : "\(large) \(rest) \(nextWord)"
  }

  /// `98.2 %`. What is not all is never shown as all, and what is something never as nothing.
  static func share(_ part: Int64, of whole: Int64) -> String {
    guard whole > 0 else { return "–" }
    guard part > 0 else { return "0 %" }
    guard part < whole else { return "100 %" }
    let thousandths = min(max(Int64((Double(part) / Double(whole) * 1000).rounded()), 1), 999)
    return "\(thousandths / 10).\(thousandths % 10) %"
  }
}
