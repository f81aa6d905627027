/// The fields in which two values differ.
public struct FieldDiff: Sendable, Hashable {
  public struct Change: Sendable, Hashable {
    /// Such as `spec.ingress[0].ports`.
    public let path: String
    public let old: Value?
    public let new: Value?
  }

  public let changes: [Change]

  /// Compares two versions of an object.
  ///
  /// Lists are compared after their common start and end, so that a rule that was put in the middle reads
  /// as one that was added.
  public init(_ old: Value?, _ new: Value?) {
    var changes: [Change] = []
    FieldDiff.compare(old, new, path: "", into: &changes)
    self.changes = changes
  }

  /// The changed fields in a line.
  ///
  /// - Parameter path: a field that is named only where no other changed.
  public func summary(leavingOut path: String? = nil) -> String {
    let others = changes.filter { $0.path != path }
    let paths = (others.isEmpty ? changes : others).map { change in
      change.old == nil ? "+\(change.path)" : change.new == nil ? "-\(change.path)" : change.path
    }
    let shown = paths.prefix(3).joined(separator: ", ")
    return paths.count > 3 ? "\(shown) and \(paths.count - 3) more" : shown
  }

  private static func compare(_ old: Value?, _ new: Value?, path: String, into changes: inout [Change]) {
    guard old != new else { return }
    switch (old, new) {
    case (.map(let left)?, .map(let right)?):
      var keys = left.keys + right.keys.filter { left[$0] == nil }
      keys.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      for key in keys {
        let isPlain = key.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
        let step = isPlain ? (path.isEmpty ? key : ".\(key)") : "[\"\(key)\"]"
        compare(left[key], right[key], path: path + step, into: &changes)
      }
    case (.list(let left)?, .list(let right)?):
      compare(left, right, path: path, into: &changes)
    default:
      changes.append(Change(path: path, old: old, new: new))
    }
  }

  private static func compare(
    _ left: [Value], _ right: [Value], path: String, into changes: inout [Change]
  ) {
    var start = 0
    while start < left.count, start < right.count, left[start] == right[start] { start += 1 }
    var leftEnd = left.count
    var rightEnd = right.count
    while leftEnd > start, rightEnd > start, left[leftEnd - 1] == right[rightEnd - 1] {
      leftEnd -= 1
      rightEnd -= 1
    }
    for index in start..<max(leftEnd, rightEnd) {
      compare(
        index < leftEnd ? left[index] : nil, index < rightEnd ? right[index] : nil,
        path: "\(path)[\(index)]", into: &changes)
    }
  }
}
