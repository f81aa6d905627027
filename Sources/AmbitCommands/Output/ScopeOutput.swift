import AmbitKit
import Controls
import HistoryIndex
import KubeModel

/// What is in a zone's scope.
enum ScopeOutput {
  static func result(
    _ scope: ZoneScope, _ entries: [ZoneScope.Entry], _ cluster: String, _ point: ClusterHistory.Point
  ) -> Output {
    var table = Table(["NAMESPACE", "WORKLOAD", "SCOPE", "HOW"])
    for entry in entries {
      let subject = entry.workload
      var how: [String] = []
      switch entry.standing {
      case .connected(let flows): how = flows.map(text)
      case .unknown(let reason): how = [reason]
      case .inZone, .outOfScope: how = [""]
      }
      for (place, text) in how.enumerated() {
        table.rows.append(
          place == 0
            ? [subject.namespace ?? "", "\(subject.kind)/\(subject.name)", entry.standing.name, text] : ["", "", "", text])
      }
    }
    return Output(
      table: table, kind: "ZoneScope",
      value: [
        "cluster": .string(cluster), "at": .string(point.moment.text), "commit": .string(point.snapshot.commit),
        "zone": .string(scope.zone), "complete": .bool(scope.unread == nil), "workloads": .list(entries.map(value)),
      ])
  }

  /// `reaches payments/db[Deployment] on TCP 5432`
  private static func text(_ flow: ZoneScope.Flow) -> String {
    let others = flow.isWithAll && flow.others.count > 1 ? "every workload of the zone" : flow.others.joined(separator: ", ")
    return (flow.isInward ? "reaches " : "is reached from ") + "\(others) on \(flow.traffic)"
      + (flow.isConditional ? ", under conditions" : "")
  }

  private static func value(_ entry: ZoneScope.Entry) -> Value {
    var map = Mapping([
      ("namespace", .string(entry.workload.namespace ?? "")), ("kind", .string(entry.workload.kind)),
      ("name", .string(entry.workload.name)), ("scope", .string(entry.standing.name)),
    ])
    switch entry.standing {
    case .connected(let flows):
      map["connections"] = .list(
        flows.map { flow in
          [
            "direction": flow.isInward ? "to the zone" : "from the zone", "with": .list(flow.others.map(Value.string)),
            "traffic": .string(flow.traffic), "conditional": .bool(flow.isConditional),
          ]
        })
    case .unknown(let reason): map["reason"] = .string(reason)
    case .inZone, .outOfScope: break
    }
    return .map(map)
  }
}
