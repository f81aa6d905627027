/// Finds what someone probably meant.
public enum NearMiss {
  /// The candidate that is closest to a word, where one is close enough.
  public static func of(_ word: String, among candidates: [String]) -> String? {
    let limit = max(1, min(word.count, longest) / 3)
    let scored = candidates.map { (distance(word.lowercased(), $0.lowercased()), $0) }
      .filter { $0.0 <= limit }
    return scored.min { $0 < $1 }?.1
  }

  /// `; did you mean 'x'?`, or nothing.
  public static func suffix(_ word: String, among candidates: [String]) -> String {
    of(word, among: candidates).map { "; did you mean '\($0)'?" } ?? ""
  }

  /// Letters beyond these are not looked at.
  private static let longest = 64

  /// The number of letters to add, drop or change.
  private static func distance(_ left: String, _ right: String) -> Int {
    let left = Array(left.prefix(longest))
    let right = Array(right.prefix(longest))
    var row = Array(0...right.count)
    for (i, a) in left.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, b) in right.enumerated() {
        let next = min(diagonal + (a == b ? 0 : 1), row[j] + 1, row[j + 1] + 1)
        diagonal = row[j + 1]
        row[j + 1] = next
      }
    }
    return row[right.count]
  }
}
