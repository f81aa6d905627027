internal import Integrity

/// A time as an audit log tells it, and as a number that compares.
package struct AuditTime: Sendable, Hashable {
  /// As it stands in the log.
  package let text: String
  /// Since 1970, UTC; smaller parts are cut off. Nil where the text names no moment: a time without an offset from UTC is
  /// none.
  package let microseconds: Int64?

  package init(_ text: String) {
    self.text = text
    microseconds = AuditTime.microseconds(of: Array(text.utf8))
  }

  /// RFC 3339, which may have a space for its `T`.
  private static func microseconds(of text: [UInt8]) -> Int64? {
    var reader = DigitReader(text)
    guard let year = reader.number(4), reader.skip("-"), let month = reader.number(2), reader.skip("-"),
      let day = reader.number(2), reader.skip("Tt "), let hour = reader.number(2), reader.skip(":"),
      let minute = reader.number(2), reader.skip(":"), let second = reader.number(2),
      let seconds = CivilTime.seconds(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
    else { return nil }
    var microseconds: Int64 = 0
    if reader.skip(".") {
      guard let fraction = reader.fraction() else { return nil }
      microseconds = fraction
    }
    guard let offset = reader.offset(), reader.isAtEnd else { return nil }
    return (seconds - offset) * 1_000_000 + microseconds
  }

  private struct DigitReader {
    private let text: [UInt8]
    private var place = 0

    init(_ text: [UInt8]) { self.text = text }

    var isAtEnd: Bool { place == text.count }

    mutating func skip(_ signs: StaticString) -> Bool {
      guard place < text.count, signs.withUTF8Buffer({ $0.contains(text[place]) }) else { return false }
      place += 1
      return true
    }

    mutating func number(_ digits: Int) -> Int? {
      guard place + digits <= text.count else { return nil }
      var number = 0
      for byte in text[place..<place + digits] {
        guard (0x30...0x39).contains(byte) else { return nil }
        number = number * 10 + Int(byte - 0x30)
      }
      place += digits
      return number
    }

    /// The digits behind a point as microseconds, at least one of them.
    mutating func fraction() -> Int64? {
      let digits = text[place...].prefix { (0x30...0x39).contains($0) }
      guard !digits.isEmpty else { return nil }
      place += digits.count
      return (0..<6).reduce(0) { sum, index in
        sum * 10 + (index < digits.count ? Int64(digits[digits.startIndex + index] - 0x30) : 0)
      }
    }

    /// What is to be taken off for UTC, in seconds.
    mutating func offset() -> Int64? {
      if skip("Zz") { return 0 }
      let isEast = place < text.count && text[place] == UInt8(ascii: "+")
      guard skip("+-"), let hours = number(2), hours < 24, skip(":"), let minutes = number(2), minutes < 60 else {
        return nil
      }
      return Int64(hours * 60 + minutes) * (isEast ? 60 : -60)
    }
  }
}
