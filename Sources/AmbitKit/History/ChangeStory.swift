internal import HistoryIndex
internal import KubeModel

/// What two versions of an object and its field managers tell of a change: by which tool, why, and what.
enum ChangeStory {
  /// The tool that wrote last, as the object's field managers tell. No person: managers name themselves,
  /// and a manager that only removes fields leaves no trace.
  static func actor(_ managedFields: Value) -> IndexedChange.Actor {
    let entries = (managedFields.list ?? []).filter { $0["subresource"] == nil }
      .map { (manager: $0["manager"]?.string ?? "", time: $0["time"]?.string ?? "") }
      .filter { !$0.manager.isEmpty }
    guard let last = entries.max(by: { ($0.time, $0.manager) < ($1.time, $1.manager) }) else {
      return .unknown
    }
    let time = Moment(rfc3339: last.time)?.seconds
    return IndexedChange.Actor(name: last.manager, source: .managedFields, time: time)
  }

  /// The change-cause, only where this very change set it.
  static func cause(_ before: KubeObject?, _ after: KubeObject?) -> String? {
    guard let cause = after?.annotations[causeKey], cause != before?.annotations[causeKey] else { return nil }
    return cause
  }

  private static let causeKey = "kubernetes.io/change-cause"

  static func summary(
    _ step: IndexedChange.Step, _ before: KubeObject?, _ after: KubeObject?
  ) -> String {
    switch step {
    case .added: "created"
    case .deleted: "deleted"
    case .recreated: "deleted and created again"
    case .modified:
      // The cause is told by itself; it is the change only where nothing else changed.
      FieldDiff(before?.value, after?.value)
        .summary(leavingOut: "metadata.annotations[\"\(causeKey)\"]")
    }
  }
}
