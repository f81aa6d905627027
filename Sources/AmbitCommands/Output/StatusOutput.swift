import AmbitKit
import HistoryIndex
import KubeModel

/// How the records of clusters stand.
enum StatusOutput {
  /// - Parameter isFresh: whether the record of a cluster is as fresh as it has to be.
  static func output(_ statuses: [RecordStatus], isFresh: @escaping (RecordStatus) -> Bool) -> Output {
    var table = Table(["CLUSTER", "STATUS", "LAST READING (UTC)", "AGE", "LAST COMPLETE (UTC)", "NOTES"])
    table.rows = statuses.map { status in
      [
        status.cluster, word(status, isFresh(status)), time(status.last), status.age.map(elapsed) ?? "-",
        time(status.lastComplete), notes(status),
      ]
    }
    table.styles[1] = { ["fresh": .good, "partial": .unknown][$0] ?? .bad }
    return Output(
      table: table, kind: "StatusList",
      value: [
        "fresh": .bool(!statuses.isEmpty && statuses.allSatisfy(isFresh)),
        "clusters": .list(statuses.map { value($0, isFresh: isFresh($0)) }),
      ], empty: "The store holds no reading yet; record one with `ambit snapshot`")
  }

  /// A record with a gap in what it covers is no good one, however young it is.
  private static func word(_ status: RecordStatus, _ isFresh: Bool) -> String {
    isFresh ? status.failure == nil && status.unread.isEmpty ? "fresh" : "partial" : "stale"
  }

  private static func time(_ observation: IndexedObservation?) -> String {
    observation.map { Moment(milliseconds: $0.capturedTo).tableText } ?? "-"
  }

  private static func elapsed(_ duration: Duration) -> String {
    ElapsedTime.text(milliseconds: duration.components.seconds * 1000)
  }

  /// What an operator should look at, most urgent first.
  private static func notes(_ status: RecordStatus) -> String {
    var notes: [String] = []
    if let failure = status.failure {
      let times = failure.count == 1 ? "the last reading failed" : "the last \(failure.count) readings failed"
      notes.append("\(times): \(failure.last.reason ?? "no reason is told")")
    }
    if !status.unread.isEmpty {
      let kinds = status.unread.prefix(3).map(\.kind).joined(separator: ", ")
      let more = status.unread.count > 3 ? " and \(status.unread.count - 3) more" : ""
      notes.append("unread: \(kinds)\(more)")
    }
    if status.isInterrupted { notes.append("a recording was interrupted; the next one mends it") }
    if !status.unsigned.isEmpty { notes.append("unsigned: \(status.unsigned.map { String($0.prefix(10)) }.joined(separator: ", "))") }
    for unpushed in status.unpushed {
      notes.append("\(unpushed.snapshots) snapshots and \(unpushed.observations) observations not pushed to \(unpushed.remote)")
    }
    if status.isIndexBehind { notes.append("the index was behind") }
    return notes.isEmpty ? "-" : notes.joined(separator: "; ")
  }

  private static func value(_ status: RecordStatus, isFresh: Bool) -> Value {
    var map = Mapping([
      ("cluster", .string(status.cluster)), ("fresh", .bool(isFresh)),
      ("unread", .list(status.unread.map { ["kind": .string($0.kind), "reason": .string($0.reason)] })),
      ("unsigned", .list(status.unsigned.map(Value.string))), ("interrupted", .bool(status.isInterrupted)),
      ("indexBehind", .bool(status.isIndexBehind)),
      (
        "unpushed",
        .list(
          status.unpushed.map {
            [
              "remote": .string($0.remote), "snapshots": .int(Int64($0.snapshots)),
              "observations": .int(Int64($0.observations)),
            ]
          })
      ),
    ])
    map["lastReading"] = status.last.map { .string(Moment(milliseconds: $0.capturedTo).text) }
    map["lastComplete"] = status.lastComplete.map { .string(Moment(milliseconds: $0.capturedTo).text) }
    map["ageSeconds"] = status.age.map { .int($0.components.seconds) }
    map["failures"] = .int(Int64(status.failure?.count ?? 0))
    map["lastFailure"] = (status.failure?.last).map { failure in
      [
        "time": .string(Moment(milliseconds: failure.capturedTo).text), "reason": .string(failure.reason ?? ""),
      ]
    }
    return .map(map)
  }
}
