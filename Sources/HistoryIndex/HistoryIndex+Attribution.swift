internal import FoundationEssentials
internal import GRDB
package import KubeModel

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

  /// Every step of an object, the oldest first.
  package func steps(_ cluster: String, of id: ObjectID) throws -> [IndexedStep] {
    try all(
      """
      SELECT version.object, version.snapshot, version.step, version.blob, uid.value, snapshot.name, snapshot.capturedTo
      FROM object JOIN version ON version.object = object.id JOIN snapshot ON snapshot.id = version.snapshot
        LEFT JOIN text AS uid ON uid.id = version.uid
      WHERE object.cluster = (SELECT id FROM cluster WHERE name = ?) AND object.resource = ? AND object.apiGroup = ?
        AND object.namespace = ? AND object.name = ?
      ORDER BY version.snapshot
      """, [cluster, id.resource, id.group, id.namespace ?? "", id.name]
    ) { row in
      let step = Int(try row.number(2))
      guard IndexedChange.Step.allCases.indices.contains(step) else { throw DatabaseError(resultCode: .SQLITE_CORRUPT) }
      return IndexedStep(
        object: try row.number(0), snapshot: try row.number(1), id: id, step: IndexedChange.Step.allCases[step],
        blob: try row.optionalName(3), uid: try row.optionalText(4), commit: try row.name(5), capturedTo: try row.number(6))
    }
  }

  /// The objects that ever were in a namespace.
  package func objects(_ cluster: String, in namespace: String) throws -> [ObjectID] {
    try all(
      """
      SELECT apiGroup, resource, namespace, name FROM object
      WHERE cluster = (SELECT id FROM cluster WHERE name = ?) AND namespace = ?
      """, [cluster, namespace]
    ) { try $0.objectID(0) }
  }

  /// The objects that snapshots after one changed.
  package func objects(_ cluster: String, changedAfter snapshot: Int64) throws -> [ObjectID] {
    try all(
      """
      SELECT DISTINCT object.apiGroup, object.resource, object.namespace, object.name
      FROM snapshot JOIN version ON version.snapshot = snapshot.id JOIN object ON object.id = version.object
      WHERE snapshot.cluster = (SELECT id FROM cluster WHERE name = ?) AND snapshot.id > ?
      """, [cluster, snapshot]
    ) { try $0.objectID(0) }
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
    /// Only those that can be the reason of another's: deletions, and requests without a name.
    package var isReason = false
    package var limit: Int?

    package init(of object: ObjectID) {
      group = object.group
      resource = object.resource
      namespace = object.namespace ?? ""
      name = object.name
    }

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
    var conditions = Conditions("cluster = (SELECT id FROM cluster WHERE name = ?)", cluster)
    conditions.add("apiGroup = ?", filter.group)
    conditions.add("resource = ?", filter.resource)
    conditions.add("namespace = ?", filter.namespace)
    conditions.add("objectName = ?", filter.name)
    conditions.add("substr(objectName, 1, \(filter.namePrefix?.count ?? 0)) = ?", filter.namePrefix)
    conditions.add("time >= ?", filter.since)
    conditions.add("time <= ?", filter.until)
    if filter.isReason { conditions.add("isReason = 1") }
    if filter.isUnseen { conditions.add("isUnseen = 1") }
    if let effects = filter.effects { conditions.add("effect", isOneOf: effects) }
    return try all(
      """
      SELECT name, blob, time, apiGroup, resource, namespace, objectName, request, effect, user, isUnseen, actor, cause, isReason
      FROM changeRecord WHERE \(conditions.sql) ORDER BY time DESC, name
      \(filter.limit.map { "LIMIT \($0)" } ?? "")
      """, conditions.arguments
    ) { row in
      IndexedRecord(
        id: try row.text(0), blob: try row.name(1), time: try row.number(2),
        object: try row.objectID(3), request: try row.text(7), effect: try row.text(8),
        user: try row.optionalText(9),
        unseen: try row.flag(10)
          ? .init(actor: row.optionalText(11), cause: row.optionalText(12)) : nil,
        isReason: try row.flag(13))
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
  /// Keeps what audit logs say of objects.
  ///
  /// - Parameters:
  ///   - objects: what was joined before of these is forgotten; of all, where nil.
  ///   - records: put in the place of those of the same ids.
  ///   - head: the commit of the change records that this is made from.
  ///   - lastSnapshot: the row of the last snapshot that it is made from.
  package func keep(
    _ attributions: [(step: IndexedStep, attribution: IndexedAttribution)], of objects: [ObjectID]?,
    records: [IndexedRecord], head: String, lastSnapshot: Int64, in cluster: String
  ) throws {
    try flush()
    let clusterID = try clusterID(cluster)
    guard try view.lastSnapshotRow(cluster) == lastSnapshot else {
      throw IndexError(.diverged, "the index of '\(cluster)' was made again while the audit log was joined with it")
    }
    if let objects {
      for id in objects {
        try run(
          """
          DELETE FROM attribution WHERE object = (SELECT id FROM object
            WHERE cluster = ? AND resource = ? AND apiGroup = ? AND namespace = ? AND name = ?)
          """, [clusterID, id.resource, id.group, id.namespace ?? "", id.name])
      }
    } else {
      try run("DELETE FROM attribution WHERE object IN (SELECT id FROM object WHERE cluster = ?)", [clusterID])
      try run("DELETE FROM changeRecord WHERE cluster = ?", [clusterID])
    }
    for (step, attribution) in attributions {
      let last = attribution.isCertain ? attribution.steps.last : nil
      try run(
        """
        INSERT INTO attribution (object, snapshot, actor, time, cause, detail) VALUES (?, ?, ?, ?, ?, ?)
        """,
        [
          step.object, step.snapshot, try last?.actor.map(textID), last.map(\.time), last?.cause,
          JSONWriter.string(of: attribution.value),
        ])
    }
    for record in records {
      try run(
        """
        INSERT OR REPLACE INTO changeRecord
          (cluster, name, blob, time, apiGroup, resource, namespace, objectName, request, effect, user, isUnseen, actor,
           cause, isReason)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [
          clusterID, record.id, HexName.data(record.blob), record.time, record.object.group, record.object.resource,
          record.object.namespace ?? "", record.object.name, record.request, record.effect, record.user,
          record.unseen != nil, record.unseen?.actor, record.unseen?.cause, record.isReason,
        ])
    }
    try run(
      "INSERT OR REPLACE INTO attributed (cluster, records, lastSnapshot) VALUES (?, ?, ?)",
      [clusterID, HexName.data(head), lastSnapshot])
  }
}
