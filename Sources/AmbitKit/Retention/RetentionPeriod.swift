package import KubeModel

/// How long history is kept, as someone says it.
package enum RetentionPeriod {
  package static let forms = "write 13mo, 2y, 90d, or the date that the kept history begins with"

  /// The moment from which on everything is kept; nil where the text says none.
  package static func start(_ text: String, now: Moment) -> Moment? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let unit = text.dropFirst(digits.count)
    if let count = Int(digits), count < 10_000, ["mo", "y"].contains(unit) {
      return months(count * (unit == "y" ? 12 : 1), before: now)
    }
    if !digits.isEmpty, ["d", "w"].contains(unit) { return Moment("\(text) ago", now: now, day: .start) }
    return Moment(text, now: now, day: .start)
  }

  /// Midnight of the same day of an earlier month, or of that month's last day.
  private static func months(_ count: Int, before now: Moment) -> Moment? {
    let parts = now.text.prefix(10).split(separator: "-").compactMap { Int($0) }
    guard parts.count == 3 else { return nil }
    let month = parts[0] * 12 + parts[1] - 1 - count
    guard month >= 0 else { return nil }
    let digits = { (number: Int, width: Int) in String(repeating: "0", count: max(0, width - String(number).count)) + String(number) }
    return (0..<4).lazy.compactMap { less in
      Moment("\(digits(month / 12, 4))-\(digits(month % 12 + 1, 2))-\(digits(parts[2] - less, 2))", now: now, day: .start)
    }.first
  }
}
