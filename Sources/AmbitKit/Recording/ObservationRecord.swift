internal import HistoryIndex
internal import KubeModel

/// The testimony about one reading, as the file `observation.yaml` of its commit.
struct ObservationRecord {
  static let file = "observation.yaml"

  /// Where the evidence about a changed object stands.
  static func evidenceFile(_ path: String) -> String { "changed/\(path)" }

  var capturedFrom: Moment
  var capturedTo: Moment
  var result: String
  var reason: String?
  var state: String?
  var isComplete: Bool
  var isOneInstant: Bool
  var isTimeGiven: Bool
  /// The namespace that the reading was confined to; nil for the whole cluster.
  var scope: String?
  var source: String
  var coverage: [KindCoverage]
  var diagnostics: [String]
  var notes: [String]

  var bytes: [UInt8] {
    var spec = Mapping([
      ("capturedFrom", .string(capturedFrom.text)), ("capturedTo", .string(capturedTo.text)),
      ("result", .string(result)), ("complete", .bool(isComplete)), ("oneInstant", .bool(isOneInstant)),
      ("timeGiven", .bool(isTimeGiven)), ("source", .string(source)),
      ("coverage", .list(coverage.map(ObservationRecord.value))),
      ("diagnostics", .list(diagnostics.map(Value.string))), ("notes", .list(notes.map(Value.string))),
      ("tool", .string("ambit \(Ambit.version)")),
    ])
    spec["reason"] = reason.map(Value.string)
    spec["state"] = state.map(Value.string)
    spec["namespace"] = scope.map(Value.string)
    return CanonicalYAML.bytes(
      of: ["apiVersion": "ambit/v1", "kind": "Observation", "spec": .map(spec)])
  }

  private static func value(_ kind: KindCoverage) -> Value {
    var map = Mapping([
      ("group", .string(kind.group)), ("resource", .string(kind.resource)),
      ("objects", .int(Int64(kind.objectCount))),
    ])
    map["namespace"] = kind.namespace.map(Value.string)
    map["resourceVersion"] = kind.resourceVersion.map(Value.string)
    switch kind.status {
    case .read: map["status"] = "read"
    case .absent: map["status"] = "absent"
    case .unread(let reason):
      map["status"] = "unread"
      map["reason"] = .string(reason)
    }
    return .map(map)
  }

  /// Reads what `bytes` wrote; nil where the file is something else.
  init?(_ bytes: [UInt8]) {
    guard let spec = CanonicalYAML.value(of: bytes)?["spec"],
      let from = Moment(spec["capturedFrom"]?.string ?? "", now: Moment(milliseconds: 0), day: .start),
      let to = Moment(spec["capturedTo"]?.string ?? "", now: Moment(milliseconds: 0), day: .start),
      let result = spec["result"]?.string
    else { return nil }
    capturedFrom = from
    capturedTo = to
    self.result = result
    reason = spec["reason"]?.string
    state = spec["state"]?.string
    scope = spec["namespace"]?.string
    isComplete = spec["complete"]?.bool ?? false
    isOneInstant = spec["oneInstant"]?.bool ?? false
    isTimeGiven = spec["timeGiven"]?.bool ?? false
    source = spec["source"]?.string ?? ""
    diagnostics = spec["diagnostics"]?.strings ?? []
    notes = spec["notes"]?.strings ?? []
    coverage = (spec["coverage"]?.list ?? []).map { kind in
      let status: KindCoverage.Status =
        switch kind["status"]?.string {
        case "read": .read
        case "absent": .absent
        default: .unread(reason: kind["reason"]?.string ?? "not told")
        }
      return KindCoverage(
        group: kind["group"]?.string ?? "", resource: kind["resource"]?.string ?? "",
        namespace: kind["namespace"]?.string, status: status,
        objectCount: Int(kind["objects"]?.int ?? 0), resourceVersion: kind["resourceVersion"]?.string)
    }
  }

  init(
    capturedFrom: Moment, capturedTo: Moment, result: String, reason: String?, state: String?,
    isComplete: Bool, isOneInstant: Bool, isTimeGiven: Bool, scope: String?, source: String, coverage: [KindCoverage],
    diagnostics: [String], notes: [String]
  ) {
    self.capturedFrom = capturedFrom
    self.capturedTo = capturedTo
    self.result = result
    self.reason = reason
    self.state = state
    self.isComplete = isComplete
    self.isOneInstant = isOneInstant
    self.isTimeGiven = isTimeGiven
    self.scope = scope
    self.source = source
    self.coverage = coverage
    self.diagnostics = diagnostics
    self.notes = notes
  }
}
