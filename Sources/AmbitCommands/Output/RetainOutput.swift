import AmbitKit
import KubeModel
import SnapshotStore

/// What a retention period cuts off each cluster.
enum RetainOutput {
  static func output(_ cuts: [RetentionCut], _ sizes: [String: Int], start: Moment) -> Output {
    var table = Table(["CLUSTER", "SNAPSHOTS", "OBSERVATIONS", "SIZE", "FIRST", "LAST", "SNAPSHOTS KEPT", "OBSERVATIONS KEPT"])
    table.rows = cuts.map { cut in
      [
        cut.cluster, String(cut.goneSnapshots.count), String(cut.goneObservations.count),
        sizes[cut.cluster]?.megabytes ?? "-",
        cut.period?.lowerBound.tableText ?? "-", cut.period?.upperBound.tableText ?? "-",
        String(cut.keptSnapshots.count), String(cut.keptObservations.count),
      ]
    }
    return Output(
      table: table, kind: "Retention",
      value: ["keptFrom": .string(start.text), "clusters": .list(cuts.map { value($0, sizes[$0.cluster]) })],
      empty: "The store holds no history")
  }

  private static func value(_ cut: RetentionCut, _ size: Int?) -> Value {
    var map = Mapping([
      ("cluster", .string(cut.cluster)), ("snapshots", .int(Int64(cut.goneSnapshots.count))),
      ("observations", .int(Int64(cut.goneObservations.count))),
      ("keptSnapshots", .int(Int64(cut.keptSnapshots.count))),
      ("keptObservations", .int(Int64(cut.keptObservations.count))),
    ])
    map["bytes"] = size.map { .int(Int64($0)) }
    map["first"] = (cut.period?.lowerBound.text).map(Value.string)
    map["last"] = (cut.period?.upperBound.text).map(Value.string)
    map["state"] = (cut.base?.description).map(Value.string)
    return .map(map)
  }
}
