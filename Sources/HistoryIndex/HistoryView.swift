internal import FoundationEssentials
internal import GRDB
package import KubeModel

/// Questions to the index, all answered from one consistent view.
package struct HistoryView {
  let database: Database

  /// Which changes to list.
  package struct Filter: Sendable {
    package var group: String?
    package var resource: String?
    package var namespace: String?
    package var name: String?
    package var namePrefix: String?
    /// Milliseconds since 1970; both ends included.
    package var since: Int64?
    package var until: Int64?
    /// The commit of the last snapshot to look at; in the order of the history, whatever the clocks said.
    package var last: String?
    /// Of each object, only the change that brought the version which is in force in the last snapshot.
    package var isInForce = false
    /// The commit of the one snapshot to look at.
    package var only: String?
    package var limit: Int?
    package init() {}
  }

  // MARK: Heads

  package func indexedHead(_ cluster: String) throws -> String? { try last("snapshot", cluster) }

  package func indexedObservation(_ cluster: String) throws -> String? { try last("observation", cluster) }

  private func last(_ table: String, _ cluster: String) throws -> String? {
    try first(
      "SELECT name FROM \(table) WHERE cluster = (SELECT id FROM cluster WHERE name = ?) ORDER BY id DESC LIMIT 1",
      [cluster]
    ) { try $0.name(0) }
  }

  // MARK: Rows

  func all<Result>(
    _ sql: String, _ arguments: StatementArguments, _ read: (Columns) throws -> Result
  ) throws -> [Result] {
    let rows = try Row.fetchCursor(database.cachedStatement(sql: sql), arguments: arguments)
    var results: [Result] = []
    while let row = try rows.next() { results.append(try read(Columns(row))) }
    return results
  }

  func first<Result>(
    _ sql: String, _ arguments: StatementArguments, _ read: (Columns) throws -> Result
  ) throws -> Result? {
    try Row.fetchOne(database.cachedStatement(sql: sql), arguments: arguments).map { try read(Columns($0)) }
  }

  // MARK: Changes

  /// Changes, newest first.
  package func changes(_ cluster: String, _ filter: Filter) throws -> [HistoryEntry] {
    var conditions = Conditions("object.cluster = (SELECT id FROM cluster WHERE name = ?)", cluster)
    conditions.add("object.apiGroup = ?", filter.group)
    conditions.add("object.resource = ?", filter.resource)
    conditions.add("object.namespace = ?", filter.namespace)
    conditions.add("object.name = ?", filter.name)
    conditions.add("substr(object.name, 1, \(filter.namePrefix?.count ?? 0)) = ?", filter.namePrefix)
    conditions.add("snapshot.capturedTo >= ?", filter.since)
    conditions.add("snapshot.capturedTo <= ?", filter.until)
    let last = "(SELECT id FROM snapshot WHERE cluster = object.cluster AND snapshot.name = ?)"
    conditions.add(
      filter.isInForce
        ? """
        version.snapshot = (SELECT earlier.snapshot FROM version AS earlier
          WHERE earlier.object = object.id AND earlier.snapshot <= \(last) ORDER BY earlier.snapshot DESC LIMIT 1)
        """ : "version.snapshot <= \(last)", filter.last.map(HexName.data))
    conditions.add(
      "version.snapshot = (SELECT id FROM snapshot WHERE cluster = object.cluster AND snapshot.name = ?)",
      filter.only.map(HexName.data))
    let limit = filter.limit.map { "LIMIT \($0)" } ?? ""
    return try all(
      """
      SELECT object.apiGroup, object.resource, object.namespace, object.name, object.kind,
        path.value, version.step, version.blob,
        (SELECT earlier.blob FROM version AS earlier
          WHERE earlier.object = version.object AND earlier.snapshot < version.snapshot
          ORDER BY earlier.snapshot DESC LIMIT 1),
        uid.value, actor.value, version.actorSource, version.actorTime, version.cause,
        version.summary, attributed.value, attribution.time, attribution.cause, attribution.detail,
        \(HistoryView.snapshotColumns)
      FROM version
        JOIN object ON object.id = version.object
        JOIN snapshot ON snapshot.id = version.snapshot
        JOIN text AS source ON source.id = snapshot.source
        JOIN text AS path ON path.id = version.path
        LEFT JOIN text AS uid ON uid.id = version.uid
        LEFT JOIN text AS actor ON actor.id = version.actorName
        LEFT JOIN attribution ON attribution.object = version.object AND attribution.snapshot = version.snapshot
        LEFT JOIN text AS attributed ON attributed.id = attribution.actor
      WHERE \(conditions.sql)
      ORDER BY version.snapshot DESC, path.value
      \(limit)
      """, conditions.arguments
    ) { row in
      let step = Int(try row.number(6))
      let source = Int(try row.number(11))
      guard IndexedChange.Step.allCases.indices.contains(step),
        IndexedChange.Actor.Source.allCases.indices.contains(source)
      else { throw DatabaseError(resultCode: .SQLITE_CORRUPT) }
      return HistoryEntry(
        change: IndexedChange(
          id: try row.objectID(0), kind: try row.text(4), path: try row.text(5),
          step: IndexedChange.Step.allCases[step], blob: try row.optionalName(7),
          previousBlob: try row.optionalName(8),
          uid: try row.optionalText(9), actor: try HistoryView.actor(row, source),
          cause: try row.optionalText(17) ?? row.optionalText(13), summary: try row.text(14),
          attribution: try attribution(row.optionalText(18))),
        snapshot: try HistoryView.snapshot(row, from: 19))
    }
  }

  /// Whom the audit log names, where it does; else the tool that the object's field managers name.
  private static func actor(_ row: Columns, _ source: Int) throws -> IndexedChange.Actor {
    if let name = try row.optionalText(15), let time = try row.optionalNumber(16) {
      return IndexedChange.Actor(name: name, source: .audit, time: time / 1_000_000)
    }
    return IndexedChange.Actor(
      name: try row.optionalText(10), source: IndexedChange.Actor.Source.allCases[source],
      time: try row.optionalNumber(12))
  }

  /// Every version of an object up to a snapshot, oldest first.
  package func versions(of id: ObjectID, in cluster: String, upTo commit: String) throws -> [HistoryEntry] {
    var filter = Filter()
    filter.last = commit
    filter.group = id.group
    filter.resource = id.resource
    filter.namespace = id.namespace ?? ""
    filter.name = id.name
    return try changes(cluster, filter).reversed()
  }

  // MARK: Snapshots

  private static let snapshotColumns = """
    snapshot.name, snapshot.parent, snapshot.capturedFrom, snapshot.capturedTo, snapshot.recorded,
    snapshot.isComplete, source.value, snapshot.stateDigest
    """

  private static func snapshot(_ row: Columns, from index: Int) throws -> IndexedSnapshot {
    IndexedSnapshot(
      commit: try row.name(index), parent: try row.optionalName(index + 1), capturedFrom: try row.number(index + 2),
      capturedTo: try row.number(index + 3), recorded: try row.number(index + 4),
      isComplete: try row.flag(index + 5), source: try row.text(index + 6), stateDigest: try row.name(index + 7))
  }

  private static func snapshotQuery(_ condition: String) -> String {
    """
    SELECT \(snapshotColumns) FROM snapshot JOIN text AS source ON source.id = snapshot.source
    WHERE cluster = (SELECT id FROM cluster WHERE name = ?) AND \(condition)
    ORDER BY snapshot.id DESC LIMIT 1
    """
  }

  /// The last snapshot that was captured at or before a moment (milliseconds since 1970).
  package func snapshot(at moment: Int64, in cluster: String) throws -> IndexedSnapshot? {
    try first(HistoryView.snapshotQuery("capturedTo <= ?"), [cluster, moment]) { row in
      try HistoryView.snapshot(row, from: 0)
    }
  }

  package func snapshot(named commit: String, in cluster: String) throws -> IndexedSnapshot? {
    try first(HistoryView.snapshotQuery("name = ?"), [cluster, HexName.data(commit)]) { row in
      try HistoryView.snapshot(row, from: 0)
    }
  }

  // MARK: States

  private static func stateEntry(_ row: Columns) throws -> StateEntry {
    StateEntry(
      id: try row.objectID(0), kind: try row.text(4), path: try row.text(5), blob: try row.name(6),
      commit: try row.name(7), uid: try row.optionalText(8))
  }

  /// Every object in force in a snapshot, sorted by the bytes of its path.
  package func state(at commit: String, in cluster: String) throws -> [StateEntry] {
    if try indexedHead(cluster) == commit { return try current(in: cluster).map(\.entry) }
    return try all(
      """
      SELECT object.apiGroup, object.resource, object.namespace, object.name, object.kind,
        path.value, version.blob, snapshot.name, uid.value
      FROM object
        JOIN version ON version.object = object.id AND version.snapshot = (
          SELECT earlier.snapshot FROM version AS earlier
          WHERE earlier.object = object.id AND earlier.snapshot <= wanted.id
          ORDER BY earlier.snapshot DESC LIMIT 1)
        JOIN snapshot ON snapshot.id = version.snapshot
        JOIN text AS path ON path.id = version.path
        LEFT JOIN text AS uid ON uid.id = version.uid
        JOIN snapshot AS wanted ON wanted.cluster = object.cluster AND wanted.name = ?
      WHERE object.cluster = (SELECT id FROM cluster WHERE name = ?) AND version.blob IS NOT NULL
      ORDER BY path.value
      """, [HexName.data(commit), cluster], HistoryView.stateEntry)
  }

  /// Every object in force now, sorted by the bytes of its path, with the version in which it was last seen.
  package func current(in cluster: String) throws -> [CurrentObject] {
    try all(
      """
      SELECT apiGroup, resource, namespace, object.name, kind, path, blob, snapshot.name, uid,
        resourceVersion, generation, usedNoise
      FROM object JOIN snapshot ON snapshot.id = object.snapshot
      WHERE object.cluster = (SELECT id FROM cluster WHERE name = ?) AND blob IS NOT NULL
      ORDER BY path
      """, [cluster]
    ) { row in
      CurrentObject(entry: try HistoryView.stateEntry(row), version: try HistoryView.version(row, from: 9))
    }
  }

  private static func version(_ row: Columns, from index: Int) throws -> IndexedVersion? {
    guard let resourceVersion = try row.optionalText(index) else { return nil }
    return IndexedVersion(
      resourceVersion: resourceVersion, generation: try row.optionalNumber(index + 1),
      usedNoise: try row.optionalText(index + 2)?.split(separator: " ").map(String.init) ?? [])
  }

  /// Names of objects that were ever there, for near misses.
  package func objects(_ cluster: String, group: String, resource: String) throws -> [ObjectID] {
    try all(
      """
      SELECT apiGroup, resource, namespace, name FROM object
      WHERE cluster = (SELECT id FROM cluster WHERE name = ?) AND resource = ? AND apiGroup = ?
      ORDER BY namespace, name
      """, [cluster, resource, group]
    ) { try $0.objectID(0) }
  }

  /// The objects of this name that were ever there.
  package func objects(_ cluster: String, group: String, resource: String, name: String) throws -> [ObjectID] {
    try all(
      """
      SELECT apiGroup, resource, namespace, name FROM object
      WHERE cluster = (SELECT id FROM cluster WHERE name = ?) AND resource = ? AND apiGroup = ? AND name = ?
      ORDER BY namespace, name
      """, [cluster, resource, group, name]
    ) { try $0.objectID(0) }
  }

  /// The digests of a folder and of its entries, by the name of its tree; nil where they are not kept.
  package func folderDigest(_ tree: [UInt8]) throws -> (digest: [UInt8], entries: [UInt8])? {
    let statement = try database.cachedStatement(sql: "SELECT digest, entries FROM folderDigest WHERE tree = ?")
    return try Row.fetchOne(statement, arguments: [Data(tree)]).map { row in
      (Array(try row.decode(Data.self, atIndex: 0)), Array(try row.decode(Data.self, atIndex: 1)))
    }
  }
}
