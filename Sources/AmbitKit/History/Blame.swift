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
    var lines: [Line] = []
    var text: [ArraySlice<UInt8>] = []
    for version in versions {
      guard let blob = version.change.blob else {
        (lines, text) = ([], [])
        continue
      }
      var new = try history.text(of: blob, at: version.change.path, in: version.snapshot.commit)
        .split(separator: 0x0A, omittingEmptySubsequences: false)
      if new.last?.isEmpty == true { new.removeLast() }
      let isNew = version.change.step != .modified
      lines = Blame.carry(isNew ? [] : lines, isNew ? [] : text, into: new, from: version)
      text = new
    }
    guard !lines.isEmpty else {
      throw AmbitError(
        .notFound, "'\(id.title)' was not there at \(point.moment.text)",
        hint: "see its history with `ambit log`")
    }
    self.lines = lines
  }

  /// The lines of a version: those that it shares with the one before keep their origin.
  private static func carry(
    _ lines: [Line], _ old: [ArraySlice<UInt8>], into new: [ArraySlice<UInt8>], from version: HistoryEntry
  ) -> [Line] {
    // Most versions differ in a few lines: what is the same at both ends is not compared again.
    var start = 0
    while start < old.count, start < new.count, old[start] == new[start] { start += 1 }
    var end = 0
    while end < old.count - start, end < new.count - start, old[old.count - 1 - end] == new[new.count - 1 - end] {
      end += 1
    }
    let oldMiddle = old[start..<(old.count - end)]
    let newMiddle = new[start..<(new.count - end)]
    var middle = Array(lines[start..<(old.count - end)])
    let difference = newMiddle.difference(from: oldMiddle)
    for change in difference.removals.reversed() {
      if case .remove(let offset, _, _) = change { middle.remove(at: offset) }
    }
    for change in difference.insertions {
      if case .insert(let offset, let element, _) = change {
        middle.insert(Line(text: String(decoding: element, as: UTF8.self), origin: version), at: offset)
      }
    }
    return lines[..<start] + middle + lines[(old.count - end)...]
  }
}
