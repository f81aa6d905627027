import AmbitKit
import KubeModel

/// Drift, object by object and connection by connection.
enum DriftOutput {
  static func output(_ entries: [DriftReport.Entry], _ connections: ConnectionDiff, isWhole: Bool) -> Output {
    var table = Table(["DRIFT", "NAMESPACE", "OBJECT", "FIELDS"])
    table.rows = entries.map { entry in
      [
        entry.kind.rawValue, entry.id.namespace ?? "-", entry.id.reference, entry.kind == .differs ? entry.fields.summary() : "-",
      ]
    }
    let links = ConnectionDiffOutput(connections)
    var output = Output(
      table: table, kind: "Drift",
      value: [
        "complete": .bool(isWhole), "objects": .list(entries.map(value)), "connections": links.value,
      ],
      empty: isWhole ? "No drift" : "No drift in what was read")
    output.csv = table.csv
    if !entries.isEmpty {
      output.table = nil
      output.text = table.text + "\n\n" + (connections.changes.isEmpty ? "No connection differs for it" : links.text)
    }
    return output
  }

  private static func value(_ entry: DriftReport.Entry) -> Value {
    var map = Mapping([
      ("drift", .string(entry.kind.rawValue)), ("group", .string(entry.id.group)), ("resource", .string(entry.id.resource)),
      ("name", .string(entry.id.name)),
    ])
    map["namespace"] = entry.id.namespace.map(Value.string)
    if entry.kind == .differs {
      map["fields"] = .list(
        entry.fields.changes.map { field in
          var map = Mapping([("path", .string(field.path))])
          map["intended"] = field.old
          map["applied"] = field.new
          return .map(map)
        })
    }
    return .map(map)
  }
}
