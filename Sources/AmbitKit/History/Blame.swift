package import HistoryIndex
package import KubeModel

/// Which change brought each line of an object.
package struct Blame: Sendable {
  package struct Line: Sendable {
    package let text: String
    package let origin: HistoryEntry
  }

  package let id: ObjectID
  package let lines: [Line]

  /// Blames the version of an object that was in force at a point.
  ///
  /// The versions come from the index; their texts are compared line by line, oldest first. Costs one
  /// comparison for each version.
  package init(_ id: ObjectID, in history: ClusterHistory, at point: ClusterHistory.Point) throws {
    self.id = id
    let cluster = history.cluster
    let last = point.snapshot.commit
    let versions = try history.ambit.index.read { try $0.versions(of: id, in: cluster, upTo: last) }
    var text: [ArraySlice<UInt8>] = []
    /// For each line, the place of the version that brought it.
    var origins: [Int] = []
    for (place, version) in versions.enumerated() {
      guard let blob = version.change.blob else {
        (text, origins) = ([], [])
        continue
      }
      var new = try history.text(of: blob, at: version.change.path, in: version.snapshot.commit)
        .split(separator: 0x0A, omittingEmptySubsequences: false)
      if new.last?.isEmpty == true { new.removeLast() }
      if version.change.step != .modified { (text, origins) = ([], []) }
      Blame.carry(&origins, text, into: new, from: place)
      text = new
    }
    guard !text.isEmpty else {
      throw AmbitError(
        .notFound, "'\(id.title)' was not there at \(point.moment.text)",
        hint: "see its history with `ambit log`")
    }
    lines = zip(text, origins).map { Line(text: String(decoding: $0, as: UTF8.self), origin: versions[$1]) }
  }

  /// Makes the origins of a version's lines of those of the version before: the lines that both share keep theirs.
  private static func carry(
    _ origins: inout [Int], _ old: [ArraySlice<UInt8>], into new: [ArraySlice<UInt8>], from version: Int
  ) {
    // Most versions differ in a few lines: what is the same at both ends is not compared again.
    var start = 0
    while start < old.count, start < new.count, old[start] == new[start] { start += 1 }
    var end = 0
    while end < old.count - start, end < new.count - start, old[old.count - 1 - end] == new[new.count - 1 - end] {
      end += 1
    }
    let oldMiddle = old[start..<(old.count - end)]
    let newMiddle = new[start..<(new.count - end)]
    var middle = Array(origins[start..<(old.count - end)])
    if oldMiddle.isEmpty || newMiddle.isEmpty || oldMiddle.count == 1 && newMiddle.count == 1 {
      middle = Array(repeating: version, count: newMiddle.count)
    } else {
      // Lines that are the same have one number, since numbers are compared faster.
      var numbers: [ArraySlice<UInt8>: Int] = [:]
      for line in oldMiddle + newMiddle where numbers[line] == nil { numbers[line] = numbers.count }
      let difference = newMiddle.map { numbers[$0, default: 0] }
        .difference(from: oldMiddle.map { numbers[$0, default: 0] })
      for change in difference.removals.reversed() {
        if case .remove(let offset, _, _) = change { middle.remove(at: offset) }
      }
      for change in difference.insertions {
        if case .insert(let offset, _, _) = change { middle.insert(version, at: offset) }
      }
    }
    origins.replaceSubrange(start..<(old.count - end), with: middle)
  }
}
