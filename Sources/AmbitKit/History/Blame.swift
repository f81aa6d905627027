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
    let limit = point.moment.milliseconds
    let versions = try history.ambit.index.read { try $0.versions(of: id, in: cluster) }
      .filter { $0.snapshot.capturedTo <= limit }
    var lines: [Line] = []
    for version in versions {
      guard let blob = version.change.blob else {
        lines = []
        continue
      }
      let text = String(decoding: try history.text(of: blob), as: UTF8.self)
      var new = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      if new.last == "" { new.removeLast() }
      lines =
        version.change.step == .modified
        ? Blame.carry(lines, into: new, from: version) : new.map { Line(text: $0, origin: version) }
    }
    guard !lines.isEmpty else {
      throw AmbitError(
        .notFound, "'\(id.title)' was not there at \(point.moment.text)",
        hint: "see its history with `ambit log`")
    }
    self.lines = lines
  }

  private static func carry(_ old: [Line], into new: [String], from version: HistoryEntry) -> [Line] {
    let difference = new.difference(from: old.map(\.text))
    var kept = old
    for change in difference.removals.reversed() {
      if case .remove(let offset, _, _) = change { kept.remove(at: offset) }
    }
    for change in difference.insertions {
      if case .insert(let offset, let element, _) = change {
        kept.insert(Line(text: element, origin: version), at: offset)
      }
    }
    return kept
  }
}
