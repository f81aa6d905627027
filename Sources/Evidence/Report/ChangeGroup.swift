internal import Controls

/// Changes that came together: seen by the same reading, and the same is known of who made them, when and why.
struct ChangeGroup {
  let first: RecordedChange
  var changes: [RecordedChange]

  /// Neighbours that belong together; the order stays.
  static func groups(_ changes: [RecordedChange]) -> [ChangeGroup] {
    var groups: [ChangeGroup] = []
    for change in changes {
      if let last = groups.last, belongTogether(last.first, change) {
        groups[groups.count - 1].changes.append(change)
      } else {
        groups.append(ChangeGroup(first: change, changes: [change]))
      }
    }
    return groups
  }

  private static func belongTogether(_ one: RecordedChange, _ other: RecordedChange) -> Bool {
    one.commit == other.commit && one.after == other.after && one.seen == other.seen && one.time == other.time
      && one.actor == other.actor && one.approval == other.approval && one.reason == other.reason
      && one.isReconstructed == other.isReconstructed && one.auditID == other.auditID
  }
}
