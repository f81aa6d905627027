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
    package var limit: Int?
    package init() {}
  }

  // MARK: Heads

  package func indexedHead(_ cluster: String) throws -> String? {
    try String.fetchOne(
      database,
      sql: """
        SELECT snapshot.name FROM snapshot JOIN cluster ON cluster.id = snapshot.cluster
        WHERE cluster.name = ? ORDER BY snapshot.id DESC LIMIT 1
        """, arguments: [cluster])
  }

  package func indexedObservation(_ cluster: String) throws -> String? {
    try String.fetchOne(
      database,
      sql: """
        SELECT observation.name FROM observation JOIN cluster ON cluster.id = observation.cluster
        WHERE cluster.name = ? ORDER BY observation.id DESC LIMIT 1
        """, arguments: [cluster])
  }

  // MARK: Changes

  private static let versionColumns = """
    object.apiGroup, object.resource, object.namespace, object.name AS objectName,
    version.kind, version.path, version.step, version.blob, version.previousBlob,
    version.semanticDigest, version.uid, version.actorName, version.actorSource, version.actorTime,
    version.cause, version.summary,
    snapshot.name AS commitName, snapshot.parent, snapshot.capturedFrom, snapshot.capturedTo,
    snapshot.recorded, snapshot.isComplete, snapshot.source, snapshot.stateDigest
    """

  /// Changes, newest first.
  package func changes(_ cluster: String, _ filter: Filter) throws -> [HistoryEntry] {
    var conditions = ["cluster.name = ?"]
    var arguments: [(any DatabaseValueConvertible)?] = [cluster]
    func add(_ condition: String, _ value: (any DatabaseValueConvertible)?) {
      guard let value else { return }
      conditions.append(condition)
      arguments.append(value)
    }
    add("object.apiGroup = ?", filter.group)
    add("object.resource = ?", filter.resource)
    add("object.namespace = ?", filter.namespace)
    add("object.name = ?", filter.name)
    add("substr(object.name, 1, \(filter.namePrefix?.count ?? 0)) = ?", filter.namePrefix)
    add("snapshot.capturedTo >= ?", filter.since)
    add("snapshot.capturedTo <= ?", filter.until)
    let limit = filter.limit.map { "LIMIT \($0)" } ?? ""
    return try entries(
      """
      SELECT \(HistoryView.versionColumns) FROM version
        JOIN object ON object.id = version.object
        JOIN cluster ON cluster.id = object.cluster
        JOIN snapshot ON snapshot.id = version.snapshot
      WHERE \(conditions.joined(separator: " AND "))
      ORDER BY version.snapshot DESC, version.path
      \(limit)
      """, StatementArguments(arguments))
  }

  /// Every version of an object, oldest first.
  package func versions(of id: ObjectID, in cluster: String) throws -> [HistoryEntry] {
    var filter = Filter()
    filter.group = id.group
    filter.resource = id.resource
    filter.namespace = id.namespace ?? ""
    filter.name = id.name
    return try changes(cluster, filter).reversed()
  }

  private func entries(_ sql: String, _ arguments: StatementArguments) throws -> [HistoryEntry] {
    try Row.fetchAll(database, sql: sql, arguments: arguments).map { row in
      let namespace: String = row["namespace"]
      return HistoryEntry(
        change: IndexedChange(
          id: ObjectID(
            group: row["apiGroup"], resource: row["resource"],
            namespace: namespace.isEmpty ? nil : namespace, name: row["objectName"]),
          kind: row["kind"], path: row["path"],
          step: IndexedChange.Step(rawValue: row["step"]) ?? .modified, blob: row["blob"],
          previousBlob: row["previousBlob"], semanticDigest: row["semanticDigest"], uid: row["uid"],
          actor: IndexedChange.Actor(
            name: row["actorName"],
            source: IndexedChange.Actor.Source(rawValue: row["actorSource"]) ?? .unknown,
            time: row["actorTime"]), cause: row["cause"], summary: row["summary"]),
        snapshot: HistoryView.snapshot(row, name: "commitName"))
    }
  }

  // MARK: Snapshots

  private static func snapshot(_ row: Row, name: String) -> IndexedSnapshot {
    IndexedSnapshot(
      commit: row[name], parent: row["parent"], capturedFrom: row["capturedFrom"],
      capturedTo: row["capturedTo"], recorded: row["recorded"], isComplete: row["isComplete"],
      source: row["source"], stateDigest: row["stateDigest"])
  }

  /// The last snapshot that was captured at or before a moment (milliseconds since 1970).
  package func snapshot(at moment: Int64, in cluster: String) throws -> IndexedSnapshot? {
    try Row.fetchOne(
      database,
      sql: """
        SELECT snapshot.* FROM snapshot JOIN cluster ON cluster.id = snapshot.cluster
        WHERE cluster.name = ? AND capturedTo <= ? ORDER BY snapshot.id DESC LIMIT 1
        """, arguments: [cluster, moment]
    ).map { HistoryView.snapshot($0, name: "name") }
  }

  package func snapshot(named commit: String, in cluster: String) throws -> IndexedSnapshot? {
    try Row.fetchOne(
      database,
      sql: """
        SELECT snapshot.* FROM snapshot JOIN cluster ON cluster.id = snapshot.cluster
        WHERE cluster.name = ? AND snapshot.name = ?
        """, arguments: [cluster, commit]
    ).map { HistoryView.snapshot($0, name: "name") }
  }

  /// Every object in force in a snapshot, sorted by the bytes of its path.
  package func state(at commit: String, in cluster: String) throws -> [StateEntry] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT object.apiGroup, object.resource, object.namespace, object.name, version.kind,
          version.path, version.blob, version.uid, snapshot.name AS commitName
        FROM object
          JOIN cluster ON cluster.id = object.cluster AND cluster.name = :cluster
          JOIN version ON version.object = object.id AND version.snapshot = (
            SELECT max(earlier.snapshot) FROM version AS earlier
            WHERE earlier.object = object.id AND earlier.snapshot <= (
              SELECT wanted.id FROM snapshot AS wanted
              WHERE wanted.cluster = cluster.id AND wanted.name = :commit))
          JOIN snapshot ON snapshot.id = version.snapshot
        WHERE version.step <> 'deleted'
        ORDER BY version.path
        """,
      arguments: ["cluster": cluster, "commit": commit]
    ).map { row in
      let namespace: String = row["namespace"]
      return StateEntry(
        id: ObjectID(
          group: row["apiGroup"], resource: row["resource"],
          namespace: namespace.isEmpty ? nil : namespace, name: row["name"]), kind: row["kind"],
        path: row["path"], blob: row["blob"], commit: row["commitName"], uid: row["uid"])
    }
  }

  /// Names of objects that were ever there, for near misses.
  package func objects(_ cluster: String, group: String, resource: String) throws -> [ObjectID] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT object.* FROM object JOIN cluster ON cluster.id = object.cluster
        WHERE cluster.name = ? AND apiGroup = ? AND resource = ? ORDER BY namespace, object.name
        """, arguments: [cluster, group, resource]
    ).map { row in
      let namespace: String = row["namespace"]
      return ObjectID(
        group: row["apiGroup"], resource: row["resource"],
        namespace: namespace.isEmpty ? nil : namespace, name: row["name"])
    }
  }

  /// The versions of objects that the last reading saw, where it told them.
  package func versions(in cluster: String) throws -> [IndexedVersion] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT object.* FROM object JOIN cluster ON cluster.id = object.cluster
        WHERE cluster.name = ? AND resourceVersion IS NOT NULL
        """, arguments: [cluster]
    ).map { row in
      let namespace: String = row["namespace"]
      let usedNoise: String? = row["usedNoise"]
      return IndexedVersion(
        id: ObjectID(
          group: row["apiGroup"], resource: row["resource"],
          namespace: namespace.isEmpty ? nil : namespace, name: row["name"]),
        resourceVersion: row["resourceVersion"], generation: row["generation"],
        usedNoise: usedNoise?.split(separator: " ").map(String.init) ?? [])
    }
  }

  // MARK: Observations

  /// Observations, oldest first.
  package func observations(_ cluster: String, since: Int64? = nil, until: Int64? = nil) throws
    -> [IndexedObservation]
  {
    try Row.fetchAll(
      database,
      sql: """
        SELECT observation.* FROM observation JOIN cluster ON cluster.id = observation.cluster
        WHERE cluster.name = ? AND capturedTo >= ? AND capturedTo <= ? ORDER BY observation.id
        """, arguments: [cluster, since ?? .min, until ?? .max]
    ).map { try observation($0) }
  }

  /// The last observation that saw a state at or before a moment.
  package func lastObservation(before moment: Int64, in cluster: String) throws -> IndexedObservation? {
    try Row.fetchOne(
      database,
      sql: """
        SELECT observation.* FROM observation JOIN cluster ON cluster.id = observation.cluster
        WHERE cluster.name = ? AND capturedTo <= ? AND result <> 'failed'
        ORDER BY observation.id DESC LIMIT 1
        """, arguments: [cluster, moment]
    ).map { try observation($0) }
  }

  /// The last observation of a state: the best testimony about a snapshot.
  package func lastObservation(of commit: String, in cluster: String) throws -> IndexedObservation? {
    try Row.fetchOne(
      database,
      sql: """
        SELECT observation.* FROM observation JOIN cluster ON cluster.id = observation.cluster
        WHERE cluster.name = ? AND state = ? AND result <> 'failed'
        ORDER BY observation.id DESC LIMIT 1
        """, arguments: [cluster, commit]
    ).map { try observation($0) }
  }

  private func observation(_ row: Row) throws -> IndexedObservation {
    let id: Int64 = row["id"]
    let coverage = try Row.fetchAll(
      database.cachedStatement(
        sql: "SELECT * FROM coverage WHERE observation = ? ORDER BY apiGroup, resource, namespace"),
      arguments: [id]
    ).map { row -> KindCoverage in
      let namespace: String = row["namespace"]
      let status: String = row["status"]
      let reason: String? = row["reason"]
      return KindCoverage(
        group: row["apiGroup"], resource: row["resource"], namespace: namespace.isEmpty ? nil : namespace,
        status: status == "read" ? .read : status == "absent" ? .absent : .unread(reason: reason ?? ""),
        objectCount: row["objectCount"], resourceVersion: row["resourceVersion"])
    }
    return IndexedObservation(
      commit: row["name"], parent: row["parent"], capturedFrom: row["capturedFrom"],
      capturedTo: row["capturedTo"], recorded: row["recorded"], result: row["result"],
      reason: row["reason"], state: row["state"], isComplete: row["isComplete"], source: row["source"],
      isTimeGiven: row["isTimeGiven"], isOneInstant: row["isOneInstant"],
      notes: (row["notes"] as String).split(separator: "\n").map(String.init), coverage: coverage)
  }

  /// Digests of folders by the name of their tree.
  package func folderDigests() throws -> [String: String] {
    let rows = try Row.fetchAll(database, sql: "SELECT tree, digest FROM folderDigest")
    return Dictionary(rows.map { ($0["tree"], $0["digest"]) }, uniquingKeysWith: { first, _ in first })
  }

  // MARK: Comparing

  /// The whole content as lines, the same for the same history however it came to be indexed.
  package func dump() throws -> [String] {
    let queries = [
      """
      SELECT cluster.name, snapshot.name, parent, capturedFrom, capturedTo, recorded, isComplete, source,
        stateDigest
      FROM snapshot JOIN cluster ON cluster.id = cluster ORDER BY cluster.name, snapshot.id
      """,
      """
      SELECT cluster.name, snapshot.name, apiGroup, resource, namespace, object.name, kind, path, step,
        blob, previousBlob, semanticDigest, uid, actorName, actorSource, actorTime, cause, summary
      FROM version JOIN object ON object.id = object JOIN snapshot ON snapshot.id = snapshot
        JOIN cluster ON cluster.id = object.cluster
      ORDER BY cluster.name, snapshot.id, path
      """,
      """
      SELECT cluster.name, apiGroup, resource, namespace, object.name, resourceVersion, generation, usedNoise
      FROM object JOIN cluster ON cluster.id = cluster
      ORDER BY cluster.name, apiGroup, resource, namespace, object.name
      """,
      """
      SELECT cluster.name, observation.name, parent, capturedFrom, capturedTo, recorded, result, reason,
        state, isComplete, source, isTimeGiven, isOneInstant, notes
      FROM observation JOIN cluster ON cluster.id = cluster ORDER BY cluster.name, observation.id
      """,
      """
      SELECT cluster.name, observation.name, apiGroup, resource, namespace, status, coverage.reason,
        objectCount, resourceVersion
      FROM coverage JOIN observation ON observation.id = observation
        JOIN cluster ON cluster.id = observation.cluster
      ORDER BY cluster.name, observation.id, apiGroup, resource, namespace
      """,
    ]
    return try queries.enumerated().flatMap { index, sql in
      try Row.fetchAll(database, sql: sql).map { row in
        "\(index) " + row.databaseValues.map(\.description).joined(separator: "|")
      }
    }
  }
}
