import AmbitKit
import HistoryIndex
import KubeModel

/// Write requests that audit logs tell of, as `log --requests` prints them.
enum RequestOutput {
  static func output(_ records: [IndexedRecord], cluster: String) -> Output {
    var table = Table(["TIME (UTC)", "RECORD", "USER", "EFFECT", "NAMESPACE", "REQUEST", "SEEN"])
    table.rows = records.map { record in
      [
        Moment(milliseconds: record.time / 1000).tableText, String(record.id.prefix(10)), record.user ?? "unknown",
        record.effect, record.object.namespace ?? "-", record.request, record.unseen == nil ? "-" : "no",
      ]
    }
    return Output(
      table: table, kind: "RequestList",
      value: ["cluster": .string(cluster), "requests": .list(records.map(value))],
      empty: "No request matches; audit logs are read by `ambit attribute`")
  }

  static func value(_ record: IndexedRecord) -> Value {
    var map = Mapping([
      ("record", .string(record.id)), ("time", .string(Moment(milliseconds: record.time / 1000).text)),
      ("effect", .string(record.effect)), ("request", .string(record.request)), ("source", "audit"),
      ("blob", .string(record.blob)),
    ])
    if let unseen = record.unseen {
      map["seen"] = false
      map["actor"] = unseen.actor.map(Value.string)
      map["cause"] = unseen.cause.map(Value.string)
    }
    map["user"] = record.user.map(Value.string)
    map["namespace"] = record.object.namespace.map(Value.string)
    if !record.object.name.isEmpty { map["name"] = .string(record.object.name) }
    map["resource"] = .string(record.object.resource)
    map["group"] = .string(record.object.group)
    return .map(map)
  }
}
