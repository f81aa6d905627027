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
    var comparison = Comparison()
    comparison.compare(old, new)
    changes = comparison.changes
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

  private struct Comparison {
    enum Step {
      case key(String)
      case index(Int)
    }

    var changes: [Change] = []
    /// Where the comparison stands; a text is made of it only for what differs.
    var path: [Step] = []

    mutating func compare(_ old: Value?, _ new: Value?) {
      switch (old, new) {
      case (.map(let left)?, .map(let right)?): compare(left.entries, right.entries)
      case (.list(let left)?, .list(let right)?): compare(left, right)
      default:
        if old != new { changes.append(Change(path: text, old: old, new: new)) }
      }
    }

    private mutating func compare(_ left: [(key: String, value: Value)], _ right: [(key: String, value: Value)]) {
      var i = 0
      var j = 0
      while i < left.count || j < right.count {
        let takesLeft = i < left.count && (j == right.count || !Mapping.precedes(right[j].key, left[i].key))
        let takesRight = j < right.count && (i == left.count || !Mapping.precedes(left[i].key, right[j].key))
        path.append(.key(takesLeft ? left[i].key : right[j].key))
        compare(takesLeft ? left[i].value : nil, takesRight ? right[j].value : nil)
        path.removeLast()
        if takesLeft { i += 1 }
        if takesRight { j += 1 }
      }
    }

    private mutating func compare(_ left: [Value], _ right: [Value]) {
      var start = 0
      while start < left.count, start < right.count, left[start] == right[start] { start += 1 }
      var leftEnd = left.count
      var rightEnd = right.count
      while leftEnd > start, rightEnd > start, left[leftEnd - 1] == right[rightEnd - 1] {
        leftEnd -= 1
        rightEnd -= 1
      }
      for index in start..<max(leftEnd, rightEnd) {
        path.append(.index(index))
        compare(index < leftEnd ? left[index] : nil, index < rightEnd ? right[index] : nil)
        path.removeLast()
      }
    }

    /// The letters, digits and signs of ASCII that stand in nearly all keys.
    private static func isPlain(_ byte: UInt8) -> Bool {
      switch byte {
      case 0x61...0x7A, 0x41...0x5A, 0x30...0x39, UInt8(ascii: "_"), UInt8(ascii: "-"): true
      default: false
      }
    }

    private var text: String {
      var text = ""
      for step in path {
        switch step {
        case .index(let index): text += "[\(index)]"
        case .key(let key):
          let isPlain = key.utf8.allSatisfy(Comparison.isPlain)
            || key.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
          text += isPlain ? (text.isEmpty ? key : ".\(key)") : "[\"\(key)\"]"
        }
      }
      return text
    }
  }
}
