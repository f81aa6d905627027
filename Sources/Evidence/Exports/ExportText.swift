internal import KubeModel

/// Text from a cluster, made safe for documents that other programs show.
enum ExportText {
  /// One line without blanks at its ends; hidden characters, line breaks among them, are shown as escapes.
  static func line(_ text: String) -> String {
    var scalars = HiddenText.escaped(text).unicodeScalars[...]
    while scalars.first?.properties.isWhitespace == true { scalars.removeFirst() }
    while scalars.last?.properties.isWhitespace == true { scalars.removeLast() }
    return String(scalars)
  }

  /// The same, with a word for a text that says nothing, where one is required.
  static func filled(_ text: String) -> String {
    let line = line(text)
    return line.isEmpty ? "(empty)" : line
  }

  /// From the year 1 to 9999: RFC 3339 tells no other.
  private static let times: ClosedRange<Int64> = -62_135_596_800_000...253_402_300_799_000

  /// A moment in milliseconds since 1970, as RFC 3339 in UTC; one that this cannot tell is told as the nearest that it can.
  static func time(_ milliseconds: Int64) -> String {
    Moment(milliseconds: min(max(milliseconds, times.lowerBound), times.upperBound)).text
  }

  /// A relative reference of RFC 3986 that stays below where it is put; what has a meaning in URIs is percent-encoded.
  static func uri(path: String) -> String {
    // No file of a git tree is called `.` or `..`.
    path.split(separator: "/").filter { $0 != "." && $0 != ".." }.map { encoded(String($0)) }.joined(separator: "/")
  }

  private static func encoded(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
      let scalar = Unicode.Scalar(byte)
      let isFree = scalar.isASCII && (isAlphanumeric(scalar) || "-._~".unicodeScalars.contains(scalar))
      result += isFree ? String(scalar) : "%" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
    return result
  }

  static func isAlphanumeric(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9": true
    default: false
    }
  }
}
