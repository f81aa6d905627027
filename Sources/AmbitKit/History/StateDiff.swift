internal import HistoryIndex
package import KubeModel

/// What differs between two points, object by object and field by field.
package struct StateDiff: Sendable {
  package struct ObjectChange: Sendable {
    package let id: ObjectID
    package let path: String
    package let old: KubeObject?
    package let new: KubeObject?

    package var fields: FieldDiff { FieldDiff(old?.value, new?.value) }
    /// Whether both versions mean the same, and only their text differs.
    package var isMeaningSame: Bool {
      guard let old = old.flatMap({ StoredObject($0) }), let new = new.flatMap({ StoredObject($0) }) else { return false }
      return SemanticForm.digest(of: old.object, type: old.type) == SemanticForm.digest(of: new.object, type: new.type)
    }
    package var step: String {
      guard let old else { return "added" }
      guard let new else { return "deleted" }
      return old.uid != nil && new.uid != nil && old.uid != new.uid ? "recreated" : "modified"
    }
  }

  package let changes: [ObjectChange]

  /// Compares the states at two points; only objects whose blobs differ are read.
  package init(
    in history: ClusterHistory, from old: ClusterHistory.Point, to new: ClusterHistory.Point
  ) throws {
    let before = try history.entries(at: old)
    let after = try history.entries(at: new)
    let beforeByID = Dictionary(before.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    let afterIDs = Set(after.map(\.id))
    var changes: [ObjectChange] = []
    for entry in after where beforeByID[entry.id]?.blob != entry.blob {
      changes.append(
        ObjectChange(
          id: entry.id, path: entry.path, old: try beforeByID[entry.id].map { try history.object($0).object },
          new: try history.object(entry).object))
    }
    for entry in before where !afterIDs.contains(entry.id) {
      changes.append(
        ObjectChange(id: entry.id, path: entry.path, old: try history.object(entry).object, new: nil))
    }
    changes.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    self.changes = changes
  }
}
