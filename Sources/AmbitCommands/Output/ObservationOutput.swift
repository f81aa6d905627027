import AmbitKit
import HistoryIndex
import KubeModel

/// Readings, and the time between them.
enum ObservationOutput {
  static func output(_ observations: some Sequence<IndexedObservation>, cluster: String) -> Output {
    var table = Table(["CAPTURED (UTC)", "RESULT", "STATE", "COVERAGE", "SOURCE", "SINCE THE LAST", "NOTES"])
    var previous: IndexedObservation?
    var values: [Value] = []
    for observation in observations {
      let gap = previous.map { observation.capturedTo - $0.capturedTo }
      table.rows.append([
        Moment(milliseconds: observation.capturedTo).tableText
          + (observation.isTimeGiven ? " (given)" : ""), observation.result,
        observation.state.map { String($0.prefix(10)) } ?? "-",
        observation.result == "failed" ? "none" : coverageText(observation.coverage),
        observation.source, gap.map(ElapsedTime.text) ?? "-", notes(observation),
      ])
      var map = Mapping([
        ("commit", .string(observation.commit)), ("result", .string(observation.result)),
        ("capturedFrom", .string(Moment(milliseconds: observation.capturedFrom).text)),
        ("capturedTo", .string(Moment(milliseconds: observation.capturedTo).text)),
        ("recorded", .string(Moment(milliseconds: observation.recorded * 1000).text)),
        ("timeGiven", .bool(observation.isTimeGiven)), ("complete", .bool(observation.isComplete)),
        ("oneInstant", .bool(observation.isOneInstant)),
        ("notes", .list(observation.notes.map(Value.string))),
        ("source", .string(observation.source)), ("coverage", .list(observation.coverage.map(value))),
      ])
      map["state"] = observation.state.map(Value.string)
      map["reason"] = observation.reason.map(Value.string)
      map["secondsSincePrevious"] = gap.map { .double(Double($0) / 1000) }
      values.append(.map(map))
      if observation.result != "failed" { previous = observation }
    }
    return Output(
      table: table, kind: "ObservationList",
      value: ["cluster": .string(cluster), "observations": .list(values)],
      empty: "No reading in that time; see all with `ambit log --observations`")
  }

  /// Kinds by outcome: one that is unread in a namespace is unread.
  private static func coverageText(_ coverage: [KindCoverage]) -> String {
    let kinds = Dictionary(grouping: coverage, by: \.qualifiedName).values
    let unread = kinds.count { $0.contains { $0.unreadReason != nil } }
    let absent = kinds.count { $0.allSatisfy { $0.status == .absent } }
    return "\(kinds.count - unread - absent) read, \(absent) absent, \(unread) unread"
  }

  /// What a reader of the observation should know, in a line.
  private static func notes(_ observation: IndexedObservation) -> String {
    let unread = observation.coverage.filter { $0.unreadReason != nil }
    let reasons = Dictionary(grouping: unread) { $0.unreadReason ?? "" }
      .sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
      .map { reason, kinds in
        kinds.count == 1 ? "\(kinds[0].qualifiedName): \(reason)" : "\(kinds.count) \(reason)"
      }
    let more = reasons.count > 3 ? ["and \(reasons.count - 3) more reasons"] : []
    let parts =
      [observation.reason].compactMap(\.self) + reasons.prefix(3) + more
      + (observation.isOneInstant || observation.result == "failed" ? [] : ["not one instant"]) + observation.notes
    return parts.isEmpty ? "-" : parts.joined(separator: "; ")
  }

  static func value(_ kind: KindCoverage) -> Value {
    var map = Mapping([
      ("group", .string(kind.group)), ("resource", .string(kind.resource)),
      ("objects", .int(Int64(kind.objectCount))),
    ])
    map["namespace"] = kind.namespace.map(Value.string)
    switch kind.status {
    case .read: map["status"] = "read"
    case .absent: map["status"] = "absent"
    case .unread(let reason):
      map["status"] = "unread"
      map["reason"] = .string(reason)
    }
    return .map(map)
  }
}
