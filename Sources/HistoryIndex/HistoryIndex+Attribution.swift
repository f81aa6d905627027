internal import FoundationEssentials
internal import GRDB
internal import KubeModel

/// What audit logs say, beside the versions that readings saw: made anew whenever either grows.
extension HistoryView {
  /// Up to where the records of a cluster, and its snapshots, are joined; nil where they never were.
  package func attributed(_ cluster: String) throws -> (records: String, lastSnapshot: Int64)? {
    try first(
      "SELECT records, lastSnapshot FROM attributed WHERE cluster = (SELECT id FROM cluster WHERE name = ?)", [cluster]
    ) { (try $0.name(0), try $0.number(1)) }
  }

  /// The row of the last snapshot; 0 where there is none.
  package func lastSnapshotRow(_ cluster: String) throws -> Int64 {
    try first(
      "SELECT COALESCE(MAX(id), 0) FROM snapshot WHERE cluster = (SELECT id FROM cluster WHERE name = ?)", [cluster]
    ) { try $0.number(0) } ?? 0
  }

  /// Every step of every object, by object and the oldest first.
  package func steps(_ cluster: String) throws -> [IndexedStep] {
    try all(
      """
      SELECT object.apiGroup, object.resource, object.namespace, object.name, version.object, version.snapshot,
        version.step, version.blob, uid.value, snapshot.name, snapshot.capturedTo
      FROM version JOIN object ON object.id = version.object JOIN snapshot ON snapshot.id = version.snapshot
        LEFT JOIN text AS uid ON uid.id = version.uid
      WHERE object.cluster = (SELECT id FROM cluster WHERE name = ?)
      ORDER BY version.object, version.snapshot
      """, [cluster]
    ) { row in
      let step = Int(try row.number(6))
      guard IndexedChange.Step.allCases.indices.contains(step) else { throw DatabaseError(resultCode: .SQLITE_CORRUPT) }
      return IndexedStep(
        object: try row.number(4), snapshot: try row.number(5), id: try row.objectID(0),
        step: IndexedChange.Step.allCases[step], blob: try row.optionalName(7), uid: try row.optionalText(8),
        commit: try row.name(9), capturedTo: try row.number(10))
    }
  }

  /// Which records to list.
  package struct RecordFilter: Sendable {
    package var group: String?
    package var resource: String?
    package var namespace: String?
    package var name: String?
    package var namePrefix: String?
    /// Microseconds since 1970; both ends included.
    package var since: Int64?
    package var until: Int64?
    /// Those with one of these effects; all where nil.
    package var effects: [String]?
    /// Only those that left a state which no reading saw.
    package var isUnseen = false
    package var limit: Int?

    /// The records of what a filter of changes is about; without its limit.
    package init(_ filter: Filter = Filter()) {
      group = filter.group
      resource = filter.resource
      namespace = filter.namespace
      name = filter.name
      namePrefix = filter.namePrefix
      since = filter.since.map { $0 * 1000 }
      until = filter.until.map { $0 * 1000 + 999 }
    }
  }

  /// Change records, the newest first.
  package func records(_ cluster: String, _ filter: RecordFilter = RecordFilter()) throws -> [IndexedRecord] {
    var conditions = ["cluster = (SELECT id FROM cluster WHERE name = ?)"]
    var arguments: [(any DatabaseValueConvertible)?] = [cluster]
    func add(_ condition: String, _ value: (any DatabaseValueConvertible)?) {
      guard let value else { return }
      conditions.append(condition)
      arguments.append(value)
    }
    add("apiGroup = ?", filter.group)
    add("resource = ?", filter.resource)
    add("namespace = ?", filter.namespace)
    add("objectName = ?", filter.name)
    add("substr(objectName, 1, \(filter.namePrefix?.count ?? 0)) = ?", filter.namePrefix)
    add("time >= ?", filter.since)
    add("time <= ?", filter.until)
    if filter.isUnseen { conditions.append("isUnseen = 1") }
    if let effects = filter.effects {
      conditions.append("effect IN (\(effects.map { _ in "?" }.joined(separator: ", ")))")
      arguments += effects
    }
    return try all(
      """
      SELECT name, blob, time, apiGroup, resource, namespace, objectName, request, effect, user, isUnseen, actor, cause
      FROM changeRecord WHERE \(conditions.joined(separator: " AND ")) ORDER BY time DESC, name
      \(filter.limit.map { "LIMIT \($0)" } ?? "")
      """, StatementArguments(arguments)
    ) { row in
      IndexedRecord(
        id: try row.text(0), blob: try row.name(1), time: try row.number(2),
        object: try row.objectID(3), request: try row.text(7), effect: try row.text(8),
        user: try row.optionalText(9), 
        unseen: try row.flag(10)
          ? .init(actor: row.optionalText(11), cause: row.optionalText(12)) : nil)
    }
  }

  func attribution(_ text: String?) throws -> IndexedAttribution? {
    guard let text else { return nil }
    guard let value = try? JSONReader.value(Array(text.utf8)), let attribution = IndexedAttribution(value) else {
      throw DatabaseError(resultCode: .SQLITE_CORRUPT)
    }
    return attribution
  }
}

extension HistoryWriter {
  /// Puts what the audit logs say of a cluster in the place of what was joined before.
  ///
  /// - Parameters:
  ///   - head: the commit of the change records that this is made from.
  ///   - lastSnapshot: the row of the last snapshot that it is made from.
  package func replaceAttributions(
    _ attributions: [(step: IndexedStep, attribution: IndexedAttribution)], records: [IndexedRecord], head: String,
    lastSnapshot: Int64, in cluster: String
  ) throws {
    try flush()
    let clusterID = try clusterID(cluster)
    guard try view.lastSnapshotRow(cluster) == lastSnapshot else {
      throw IndexError(.diverged, "the index of '\(cluster)' was made again while the audit log was joined with it")
    }
    try run("DELETE FROM attribution WHERE object IN (SELECT id FROM object WHERE cluster = ?)", [clusterID])
    try run("DELETE FROM changeRecord WHERE cluster = ?", [clusterID])
    for (step, attribution) in attributions {
      let last = attribution.isCertain ? attribution.steps.last : nil
      try run(
        """
        INSERT INTO attribution (object, snapshot, actor, time, cause, detail) VALUES (?, ?, ?, ?, ?, ?)
        """,
        [
          step.object, step.snapshot, try last?.user.map(textID), last.map(\.time), last?.cause,
          JSONWriter.string(of: attribution.value),
        ])
    }
    for record in records {
      try run(
        """
        INSERT INTO changeRecord
          (cluster, name, blob, time, apiGroup, resource, namespace, objectName, request, effect, user, isUnseen, actor, cause)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [
          clusterID, record.id, HexName.data(record.blob), record.time, record.object.group,
          record.object.resource, record.object.namespace ?? "", record.object.name, record.request, record.effect, record.user, record.unseen != nil,
          record.unseen?.actor, record.unseen?.cause,
        ])
    }
    try run(
      "INSERT OR REPLACE INTO attributed (cluster, records, lastSnapshot) VALUES (?, ?, ?)",
      [clusterID, HexName.data(head), lastSnapshot])
  }
}
