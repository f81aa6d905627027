import Foundation

/// A row of the facts about frameworks: one control or several, and the checks that speak to them.
struct FactRow: Equatable {
  let id: String
  let title: String
  let checks: [String]

  /// The ids that the row stands for in a version of its framework.
  ///
  /// A row names ids with `/`, `,` and `;`, and ranges with `–` or `…`. What repeats the beginning of the id before is
  /// left out: `V-242401, 402`, `AU-9(2),(3)`, `LOG-02, -04`. In brackets stand the versions that have the id, as
  /// `(≥1.7)` or `(1.8)`, or a remark. `.x` stands for every id below.
  func ids(in version: String) -> [String] {
    let plain = id.replacing(/\s\(([^)]*)\)/) { match in
      match.output.1.wholeMatch(of: /[≥≤]?\d+(\.\d+)+(, [≥≤]?\d+(\.\d+)+)*/) == nil
        ? "" : "@" + match.output.1.replacing(", ", with: "&")
    }
    // A section of a guide, which has a name and no number.
    if plain.contains(where: \.isLowercase), !plain.contains(where: \.isNumber) { return [plain] }
    // A number with its title.
    if let numbered = plain.prefixMatch(of: /([MT]\d+) [A-Z]/) { return [String(numbered.output.1)] }
    var ids: [String] = []
    for part in plain.split(whereSeparator: { "/,;".contains($0) }) {
      let halves = part.trimmingCharacters(in: .whitespaces).split(separator: "@")
      let ends = halves[0].split { "–…".contains($0) }.reduce(into: [String]()) { ends, end in
        ends.append(FactRow.whole(String(end), after: ends.last ?? ids.last ?? ""))
      }
      let isThere = halves.count == 1 || halves[1].split(separator: "&").contains { FactRow.holds(String($0), for: version) }
      if isThere { ids += FactRow.range(ends) }
    }
    return ids
  }

  func stands(for names: [String], in version: String) -> Bool {
    ids(in: version).contains { id in
      id.hasSuffix(".x") ? names.contains { $0.hasPrefix(id.dropLast(1)) } : names.contains(id)
    }
  }

  /// An id whose beginning was left out, since it is that of the id before.
  private static func whole(_ part: String, after previous: String) -> String {
    func replacingLast(_ count: Int, _ separator: Character, _ parts: [Substring]) -> String {
      (previous.split(separator: separator).dropLast(count) + parts).joined(separator: String(separator))
    }
    if part.hasPrefix("("), let bracket = previous.lastIndex(of: "(") { return previous[..<bracket] + part }
    if part.hasPrefix("-") {
      let parts = part.split(separator: "-")
      return replacingLast(parts.count, "-", parts)
    }
    if part.allSatisfy(\.isNumber) {
      let (stem, digits) = split(previous)
      return stem + (part.count < digits.count ? digits.dropLast(part.count) : "") + part
    }
    if part.count == 3, part.allSatisfy(\.isUppercase), previous.contains("-") { return replacingLast(1, "-", [part[...]]) }
    if part.wholeMatch(of: /A\d+/) != nil { return replacingLast(1, ".", [part[...]]) }
    return part
  }

  private static func range(_ ends: [String]) -> [String] {
    guard ends.count == 2 else { return ends }
    let (stem, first) = split(ends[0])
    guard let from = Int(first), let to = Int(split(ends[1]).digits), from < to else { return ends }
    return stride(from: from, through: to, by: to - from > 9 ? 10 : 1).map { number in
      stem + String(repeating: "0", count: max(0, first.count - String(number).count)) + String(number)
    }
  }

  private static func split(_ id: String) -> (stem: String, digits: String) {
    let digits = String(id.reversed().prefix(while: \.isNumber).reversed())
    return (String(id.dropLast(digits.count)), digits)
  }

  private static func holds(_ condition: String, for version: String) -> Bool {
    let bound = numbers(condition)
    let given = numbers(version)
    return switch condition.first {
    case "≥": !given.lexicographicallyPrecedes(bound)
    case "≤": given.prefix(bound.count).elementsEqual(bound) || given.lexicographicallyPrecedes(bound)
    default: given.prefix(bound.count).elementsEqual(bound)
    }
  }

  private static func numbers(_ version: String) -> [Int] { version.split { !$0.isNumber }.compactMap { Int($0) } }
}
