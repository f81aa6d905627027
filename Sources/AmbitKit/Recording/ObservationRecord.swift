internal import HistoryIndex
internal import KubeModel
internal import SnapshotStore

/// The testimony about one reading: the commit of an observation.
///
/// What differs from one reading to the next, such as its time, stands in the commit's trailers; what mostly stays
/// the same, in the file `observation.yaml`. So a reading that saw nothing new is one small commit whose tree is
/// there already.
struct ObservationRecord {
  static let file = "observation.yaml"

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

  init(
    capturedFrom: Moment, capturedTo: Moment, result: String, reason: String?, isComplete: Bool, isOneInstant: Bool,
    isTimeGiven: Bool, scope: String?, source: String, coverage: [KindCoverage], diagnostics: [String],
    notes: [String]
  ) {
    self.capturedFrom = capturedFrom
    self.capturedTo = capturedTo
    self.result = result
    self.reason = reason
    self.isComplete = isComplete
    self.isOneInstant = isOneInstant
    self.isTimeGiven = isTimeGiven
    self.scope = scope
    self.source = source
    self.coverage = coverage
    self.diagnostics = diagnostics
    self.notes = notes
  }

  // MARK: Writing

  /// The one resourceVersion of all lists, where there is one.
  private var resourceVersion: String? {
    let read = coverage.filter { $0.status == .read }
    guard isOneInstant, let version = read.first?.resourceVersion else { return nil }
    return read.allSatisfy { $0.resourceVersion == version } ? version : nil
  }

  var bytes: [UInt8] {
    var spec = Mapping([
      ("complete", .bool(isComplete)), ("oneInstant", .bool(isOneInstant)), ("source", .string(source)),
      ("coverage", .list(coverage.map(value))), ("diagnostics", .list(diagnostics.map(Value.string))),
      ("notes", .list(notes.map(Value.string))), ("tool", .string("ambit \(Ambit.version)")),
    ])
    spec["namespace"] = scope.map(Value.string)
    return CanonicalYAML.bytes(
      of: ["apiVersion": "ambit/v1", "kind": "Observation", "spec": .map(spec)])
  }

  private func value(_ kind: KindCoverage) -> Value {
    var map = Mapping([
      ("group", .string(kind.group)), ("resource", .string(kind.resource)),
      ("objects", .int(Int64(kind.objectCount))),
    ])
    map["namespace"] = kind.namespace.map(Value.string)
    map["resourceVersion"] = kind.resourceVersion == resourceVersion ? nil : kind.resourceVersion.map(Value.string)
    switch kind.status {
    case .read: map["status"] = "read"
    case .absent: map["status"] = "absent"
    case .unread(let reason):
      map["status"] = "unread"
      map["reason"] = .string(reason)
    }
    return .map(map)
  }

  /// The trailers that a snapshot has too.
  var commonTrailers: [(key: String, value: String)] {
    [
      ("Ambit-Complete", isComplete ? "true" : "false"), ("Ambit-Scope", scope.map { "namespace \($0)" } ?? "cluster"),
      ("Ambit-Captured-From", capturedFrom.text), ("Ambit-Captured-To", capturedTo.text),
      ("Ambit-Time", isTimeGiven ? "given" : "clock"), ("Ambit-Source", source), ("Ambit-Version", Ambit.version),
    ]
  }

  var trailers: [(key: String, value: String)] {
    var trailers = [("Ambit-Kind", "observation")] + commonTrailers + [("Ambit-Result", result)]
    if let reason { trailers.append(("Ambit-Reason", reason)) }
    if let state { trailers.append(("Ambit-State", state)) }
    if let resourceVersion { trailers.append(("Ambit-Resource-Version", resourceVersion)) }
    return trailers
  }

  var subject: String {
    "observation: \(result)\(reason.map { ": \($0)" } ?? (isComplete ? "" : ", partial"))"
  }

  /// What the store is to write for a reading that this tells of.
  ///
  /// - Parameters:
  ///   - seen: what it tells of objects.
  ///   - changes: those that are known one by one.
  ///   - snapshot: the text of the snapshot's commit, given its trailers.
  ///   - text: the text of the observation's commit, given subject and trailers.
  func recording(
    _ edits: [String: [UInt8]?], seen: [SeenObjects.Part], _ layout: StoreLayout, changes: [Recording.Change] = [],
    snapshot: @escaping (_ trailers: [(key: String, value: String)]) -> CommitText,
    observation text: @escaping (_ subject: String, _ trailers: [(key: String, value: String)]) -> CommitText
  ) -> Recording {
    var record = self
    return Recording(
      changes: changes, edits: edits,
      snapshot: { digest in
        snapshot([("Ambit-Kind", "snapshot")] + commonTrailers + [("Ambit-State-SHA256", digest)])
      },
      observation: { state, isChanged in
        record.state = state?.description
        record.result = isChanged ? "changed" : "unchanged"
        var files = SeenObjects.files(seen, layout)
        files[ObservationRecord.file] = record.bytes
        return (files, text(record.subject, record.trailers))
      })
  }

  // MARK: Reading

  /// The reason that stands in the index for an observation whose own words are lost.
  static let unreadable = "the observation does not read"

  /// What the file of an observation says, which many observations share.
  struct Testimony {
    /// Nil where the file does not read.
    let spec: Value?
    let coverage: [KindCoverage]

    init(_ file: [UInt8]?) {
      spec = file.flatMap { CanonicalYAML.value(of: $0)?["spec"] }
      coverage = (spec?["coverage"]?.list ?? []).map(Testimony.coverage)
    }

    private static func coverage(_ kind: Value) -> KindCoverage {
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

  private static let results: Set<String> = ["changed", "unchanged", "failed"]

  /// What a commit says of a reading; where its file does not read, the reading is one that failed.
  ///
  /// - Parameter name: the name of the blob that the testimony was read from.
  static func indexed(_ commit: CommitRecord, _ testimony: Testimony, _ name: ObjectName?) -> IndexedObservation {
    let spec = testimony.spec
    // Format 1 of the store told all in the file.
    func told(_ trailer: String, _ field: String) -> String? { commit.trailer(trailer) ?? spec?[field]?.string }
    func moment(_ trailer: String, _ field: String) -> Int64 {
      told(trailer, field).flatMap { Moment(rfc3339: $0)?.milliseconds } ?? commit.author.time * 1000
    }
    let result = told("Ambit-Result", "result").flatMap { results.contains($0) ? $0 : nil }
    let isReadable = spec != nil && result != nil
    return IndexedObservation(
      commit: commit.name.description, parent: commit.parents.first?.description,
      capturedFrom: moment("Ambit-Captured-From", "capturedFrom"), capturedTo: moment("Ambit-Captured-To", "capturedTo"),
      recorded: commit.committer.time, result: isReadable ? result ?? "failed" : "failed",
      reason: isReadable ? told("Ambit-Reason", "reason") : unreadable,
      state: isReadable ? told("Ambit-State", "state").flatMap { ObjectName(hex: $0)?.description } : nil,
      isComplete: spec?["complete"]?.bool ?? false, source: spec?["source"]?.string ?? "",
      isTimeGiven: commit.trailer("Ambit-Time").map { $0 == "given" } ?? spec?["timeGiven"]?.bool ?? false,
      resourceVersion: commit.trailer("Ambit-Resource-Version"), testimony: (name ?? commit.name).description,
      isOneInstant: spec?["oneInstant"]?.bool ?? false, notes: spec?["notes"]?.strings ?? [],
      coverage: testimony.coverage)
  }
}
