import AmbitKit
import KubeModel
import SnapshotStore

/// What a retention period cuts off each cluster.
enum RetainOutput {
  static func output(_ cuts: [RetentionCut], start: Moment) -> Output {
    var table = Table(["CLUSTER", "SNAPSHOTS", "OBSERVATIONS", "FIRST", "LAST", "SNAPSHOTS KEPT", "OBSERVATIONS KEPT"])
    table.rows = cuts.map { cut in
      [
        cut.cluster, String(cut.goneSnapshots.count), String(cut.goneObservations.count),
        cut.period?.lowerBound.tableText ?? "-", cut.period?.upperBound.tableText ?? "-",
        String(cut.keptSnapshots.count), String(cut.keptObservations.count),
      ]
    }
    return Output(
      table: table, kind: "Retention",
      value: ["keptFrom": .string(start.text), "clusters": .list(cuts.map(value))],
      empty: "The store holds no history")
  }

  private static func value(_ cut: RetentionCut) -> Value {
    var map = Mapping([
      ("cluster", .string(cut.cluster)), ("snapshots", .int(Int64(cut.goneSnapshots.count))),
      ("observations", .int(Int64(cut.goneObservations.count))),
      ("keptSnapshots", .int(Int64(cut.keptSnapshots.count))),
      ("keptObservations", .int(Int64(cut.keptObservations.count))),
    ])
    map["first"] = (cut.period?.lowerBound.text).map(Value.string)
    map["last"] = (cut.period?.upperBound.text).map(Value.string)
    map["state"] = (cut.base?.description).map(Value.string)
    return .map(map)
  }
}
