import AmbitKit
import KubeModel
import SnapshotStore

/// What Ambit itself did in a store.
enum JournalOutput {
  static func output(_ entries: [Journal.Entry]) -> Output {
    var table = Table(["WHEN (UTC)", "WHO", "ACTION", "CLUSTER", "WHAT", "SIGNED"])
    table.rows = entries.map { entry in
      [
        time(entry).tableText, entry.operatorName, entry.action, entry.cluster ?? "-", entry.summary,
        entry.signingKey == nil ? "no" : "yes",
      ]
    }
    let values = entries.map { entry in
      var map = Mapping([
        ("commit", .string(entry.commit.description)), ("time", .string(time(entry).text)),
        ("operator", .string(entry.operatorName)), ("action", .string(entry.action)), ("summary", .string(entry.summary)),
      ])
      map["cluster"] = entry.cluster.map(Value.string)
      map["signingKey"] = entry.signingKey.map(Value.string)
      return Value.map(map)
    }
    return Output(
      table: table, kind: "JournalEntryList", value: ["entries": .list(values)],
      empty: "The journal has no entry; stores made by earlier versions have none")
  }

  private static func time(_ entry: Journal.Entry) -> Moment { Moment(milliseconds: entry.time * 1000) }
}
