import AmbitKit
import HistoryIndex
import KubeModel

/// Changes and observations as `log` and `show` print them.
enum LogOutput {
  static func heading(_ point: ClusterHistory.Point) -> String {
    let snapshot = point.snapshot
    let marks = [
      snapshot.isComplete ? "complete" : "partial", snapshot.source,
      point.observation?.isTimeGiven == true ? "time given" : "",
    ].filter { !$0.isEmpty }.joined(separator: ", ")
    return """
      snapshot \(snapshot.commit)
      captured \(Moment(milliseconds: snapshot.capturedTo).text) (\(marks))
      state    sha256:\(snapshot.stateDigest)
      """
  }

  /// A line per change: when, who, what.
  static func changes(_ entries: [HistoryEntry], cluster: String, heading: String? = nil) -> Output {
    var table = Table(["SEEN (UTC)", "COMMIT", "ACTOR", "NAMESPACE", "OBJECT", "CHANGE", "CAUSE"])
    table.rows = entries.map { entry in
      [
        Moment(milliseconds: entry.snapshot.capturedTo).tableText,
        String(entry.snapshot.commit.prefix(10)), actor(entry.change.actor),
        entry.change.id.namespace ?? "-", entry.change.id.reference, entry.change.summary, entry.change.cause ?? "-",
      ]
    }
    var output = Output(
      table: table, kind: "ChangeList",
      value: ["cluster": .string(cluster), "changes": .list(entries.map(value))],
      empty: "No change matches; see all with `ambit log`")
    if let heading {
      output.text = heading + "\n\n" + table.text
      if !table.rows.isEmpty { output.table = nil }
    }
    return output
  }

  /// A tool's name is no person, and says so.
  static func actor(_ actor: IndexedChange.Actor) -> String {
    switch actor.source {
    case .managedFields: "tool:\(actor.name ?? "?")"
    case .unknown: "unknown"
    }
  }

  static func value(_ entry: HistoryEntry) -> Value {
    let change = entry.change
    var map = Mapping([
      ("group", .string(change.id.group)), ("resource", .string(change.id.resource)),
      ("kind", .string(change.kind)), ("name", .string(change.id.name)), ("path", .string(change.path)),
      ("step", .string(change.step.rawValue)), ("summary", .string(change.summary)),
      ("commit", .string(entry.snapshot.commit)),
      ("seen", .string(Moment(milliseconds: entry.snapshot.capturedTo).text)),
    ])
    map["namespace"] = change.id.namespace.map(Value.string)
    map["blob"] = change.blob.map(Value.string)
    map["previousBlob"] = change.previousBlob.map(Value.string)
    map["uid"] = change.uid.map(Value.string)
    map["cause"] = change.cause.map(Value.string)
    var actor = Mapping([("source", .string(change.actor.source.rawValue)), ("isPerson", false)])
    actor["name"] = change.actor.name.map(Value.string)
    actor["time"] = change.actor.time.map { .string(Moment(milliseconds: $0 * 1000).text) }
    map["actor"] = .map(actor)
    return .map(map)
  }
}
