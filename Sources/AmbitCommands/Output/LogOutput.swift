import AmbitKit
import Attribution
import HistoryIndex
import KubeModel
import Reviews

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

  /// A line per change: when, who, what; the newest first.
  ///
  /// - Parameters:
  ///   - reviews: what is known of the approval of each; nil where the store holds no reviews.
  ///   - origins: the commits behind what GitOps accounts applied, by the place of the entry.
  ///   - unseen: changes that audit logs tell of and no reading saw, the newest first.
  static func changes(
    _ entries: [HistoryEntry], reviews: [ReviewVerdict]? = nil, origins: [Int: GitOpsOrigins.Origin] = [:],
    unseen: [IndexedRecord] = [], limit: Int? = nil, cluster: String, heading: String? = nil
  ) -> Output {
    var table = Table(
      ["SEEN (UTC)", "COMMIT", "ACTOR", "NAMESPACE", "OBJECT", "CHANGE", "CAUSE"] + (reviews == nil ? [] : ["REVIEW"]))
    var values: [Value] = []
    var rest = unseen[...]
    func take(_ record: IndexedRecord) {
      table.rows.append([
        Moment(milliseconds: record.time / 1000).tableText, "(log)", record.unseen?.actor ?? "unknown",
        record.object.namespace ?? "-", record.object.reference, "\(did(record)), seen by no reading",
        record.unseen?.cause ?? "-",
      ] + (reviews == nil ? [] : ["undetermined"]))
      values.append(RequestOutput.value(record))
    }
    for (place, entry) in entries.enumerated() {
      while let record = rest.first, record.time / 1000 > entry.snapshot.capturedTo { take(rest.removeFirst()) }
      table.rows.append([
        Moment(milliseconds: entry.snapshot.capturedTo).tableText,
        String(entry.snapshot.commit.prefix(10)),
        origins[place].map { actor($0, through: entry.change) } ?? actor(entry.change),
        entry.change.id.namespace ?? "-", entry.change.id.reference, entry.change.summary, entry.change.cause ?? "-",
      ] + (reviews.map { [ReviewOutput.text($0[place])] } ?? []))
      var map = value(entry).map ?? Mapping()
      map["origin"] = origins[place].map(value)
      map["review"] = reviews.map { ReviewOutput.value($0[place]) }
      values.append(.map(map))
    }
    for record in rest { take(record) }
    if let limit {
      table.rows = Array(table.rows.prefix(limit))
      values = Array(values.prefix(limit))
    }
    var output = Output(
      table: table, kind: "ChangeList", value: ["cluster": .string(cluster), "changes": .list(values)],
      empty: "No change matches; see all with `ambit log`")
    if let heading {
      output.text = heading + "\n\n" + table.text
      if !table.rows.isEmpty { output.table = nil }
    }
    return output
  }

  /// Who decided what a GitOps account applied.
  private static func actor(_ origin: GitOpsOrigins.Origin, through change: IndexedChange) -> String {
    let commit = (origin.sourceCommit ?? origin.entry.snapshot.commit).prefix(10)
    return "\(origin.entry.change.actor.name ?? "unknown") (commit \(commit)) through \(change.actor.name ?? "?")"
  }

  private static func value(_ origin: GitOpsOrigins.Origin) -> Value {
    var map = Mapping([
      ("cluster", .string(origin.cluster)), ("commit", .string(origin.entry.snapshot.commit)),
      ("time", .string(Moment(milliseconds: origin.entry.snapshot.capturedTo).text)),
    ])
    map["author"] = origin.entry.change.actor.name.map(Value.string)
    map["repositoryCommit"] = origin.sourceCommit.map(Value.string)
    map["cause"] = origin.entry.change.cause.map(Value.string)
    return .map(map)
  }

  private static func did(_ record: IndexedRecord) -> String {
    switch record.request.prefix(while: { $0 != " " }) {
    case "create": "created"
    case "delete", "deletecollection": "deleted"
    default: "changed"
    }
  }

  /// Who made a change: the user of the audit log; else a tool, whose name is no person and says so. Where the log
  /// leaves a choice, it is told.
  static func actor(_ change: IndexedChange) -> String {
    guard let attribution = change.attribution, let last = attribution.steps.last else { return actor(change.actor) }
    let users = attribution.steps.compactMap(\.actor)
    switch attribution.certainty {
    case .exact, .sole:
      guard let user = last.actor else { return actor(change.actor) }
      let others = Set(users).subtracting([user]).sorted()
      let other = last.isTrusted ? last.user.map { " through \($0)" } : last.impersonated.map { " as \($0)" }
      return user + (other ?? "")
        + (others.isEmpty ? "" : ", after \(others.joined(separator: ", "))")
    case .candidates: return Set(users).sorted().joined(separator: " or ")
    case .unexplained: return "unexplained"
    }
  }

  /// In which commit a change was seen, when, who made it, and why.
  static func origin(_ entry: HistoryEntry) -> [String] {
    [
      String(entry.snapshot.commit.prefix(10)), Moment(milliseconds: entry.snapshot.capturedTo).tableText,
      actor(entry.change), entry.change.cause ?? "-",
    ]
  }

  /// Whether the name is that of someone, and of no part of the system and no tool.
  private static func isPerson(_ actor: IndexedChange.Actor) -> Bool {
    switch actor.source {
    case .audit: actor.name?.hasPrefix("system:") == false
    case .commit: true
    case .managedFields, .unknown: false
    }
  }

  /// A tool's name is no person, and says so.
  static func actor(_ actor: IndexedChange.Actor) -> String {
    switch actor.source {
    case .audit: actor.name ?? "?"
    case .managedFields: "tool:\(actor.name ?? "?")"
    case .commit: actor.name ?? "?"
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
    var actor = Mapping([("source", .string(change.actor.source.rawValue)), ("isPerson", .bool(isPerson(change.actor)))])
    actor["name"] = change.actor.name.map(Value.string)
    actor["time"] = change.actor.time.map { .string(Moment(milliseconds: $0 * 1000).text) }
    map["actor"] = .map(actor)
    map["attribution"] = change.attribution?.value
    return .map(map)
  }
}
