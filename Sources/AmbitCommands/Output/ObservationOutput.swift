import AmbitKit
import HistoryIndex
import KubeModel

/// Readings, and the time between them.
enum ObservationOutput {
  static func output(_ observations: [IndexedObservation], cluster: String) -> Output {
    var table = Table(["CAPTURED", "RESULT", "STATE", "COVERAGE", "SOURCE", "SINCE THE LAST", "UNREAD"])
    var previous: IndexedObservation?
    var values: [Value] = []
    for observation in observations {
      let read = observation.coverage.count { $0.unreadReason == nil }
      let unread = observation.coverage.filter { $0.unreadReason != nil }
      let gap = previous.map { observation.capturedTo - $0.capturedTo }
      let names = unread.prefix(3).map { "\($0.qualifiedName) (\($0.unreadReason ?? ""))" }
      let more = unread.count > 3 ? " and \(unread.count - 3) more" : ""
      table.rows.append([
        Moment(milliseconds: observation.capturedTo).tableText
          + (observation.isTimeGiven ? " (given)" : ""), observation.result,
        observation.state.map { String($0.prefix(10)) } ?? "-",
        observation.result == "failed" ? "none" : "\(read) of \(observation.coverage.count) kinds",
        observation.source, gap.map(duration) ?? "-",
        observation.reason ?? (unread.isEmpty ? "-" : names.joined(separator: ", ") + more),
      ])
      var map = Mapping([
        ("commit", .string(observation.commit)), ("result", .string(observation.result)),
        ("capturedFrom", .string(Moment(milliseconds: observation.capturedFrom).text)),
        ("capturedTo", .string(Moment(milliseconds: observation.capturedTo).text)),
        ("recorded", .string(Moment(milliseconds: observation.recorded * 1000).text)),
        ("timeGiven", .bool(observation.isTimeGiven)), ("complete", .bool(observation.isComplete)),
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

  /// `2h 5m`, the two largest units.
  private static func duration(_ milliseconds: Int64) -> String {
    var rest = milliseconds / 1000
    var parts: [String] = []
    for (unit, size) in [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)] as [(String, Int64)] {
      if rest >= size { parts.append("\(rest / size)\(unit)") }
      rest %= size
    }
    return parts.isEmpty ? "0s" : parts.prefix(2).joined(separator: " ")
  }
}
