/// Two versions of a text, as `diff -u` tells them with all of the text around.
enum UnifiedDiff {
  /// - Parameters:
  ///   - old, new: nil where there is no such version.
  ///   - path: what both are called.
  static func text(_ old: [UInt8]?, _ new: [UInt8]?, path: String) -> String {
    let (before, after) = (lines(old), lines(new))
    let changes = after.difference(from: before)
    var removed: Set<Int> = []
    var inserted: Set<Int> = []
    for change in changes {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): inserted.insert(offset)
      }
    }
    var text = "--- \(old == nil ? "/dev/null" : "a/\(path)")\n+++ \(new == nil ? "/dev/null" : "b/\(path)")\n"
    guard !changes.isEmpty else { return text }
    text += "@@ -\(range(before)) +\(range(after)) @@\n"
    var (left, right) = (0, 0)
    while left < before.count || right < after.count {
      if removed.contains(left) {
        text += "-\(before[left])\n"
        left += 1
      } else if inserted.contains(right) {
        text += "+\(after[right])\n"
        right += 1
      } else {
        text += " \(before[left])\n"
        left += 1
        right += 1
      }
    }
    return text
  }

  /// By bytes: Swift takes a carriage return and a newline for one character. Texts of the store end with a newline.
  private static func lines(_ bytes: [UInt8]?) -> [String] {
    (bytes ?? []).split(separator: 0x0A, omittingEmptySubsequences: false).dropLast().map { String(decoding: $0, as: UTF8.self) }
  }

  private static func range(_ lines: [String]) -> String { lines.isEmpty ? "0,0" : "1,\(lines.count)" }
}
