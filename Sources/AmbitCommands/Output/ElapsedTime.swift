/// A time that passed, in its two largest units: `2h 5m`; negative where a clock went back.
enum ElapsedTime {
  static func text(milliseconds: Int64) -> String {
    guard milliseconds >= 0 else { return "-" + text(milliseconds: -milliseconds) }
    var rest = milliseconds / 1000
    var parts: [String] = []
    for (unit, size) in [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)] as [(String, Int64)] {
      if rest >= size { parts.append("\(rest / size)\(unit)") }
      rest %= size
    }
    return parts.isEmpty ? "0s" : parts.prefix(2).joined(separator: " ")
  }
}
