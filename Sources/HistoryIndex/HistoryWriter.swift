internal import GRDB
package import KubeModel

/// Adds commits to the index, within one transaction.
package struct HistoryWriter {
  let database: Database

  /// The view within this transaction.
  package var view: HistoryView { HistoryView(database: database) }

  /// Forgets a cluster.
  package func reset(_ cluster: String) throws {
    try database.execute(sql: "DELETE FROM cluster WHERE name = ?", arguments: [cluster])
  }

  /// Adds a snapshot on top of the last one.
  ///
  /// - Throws: `.diverged` where its parent is not the last one: the branch was rewritten.
  package func append(_ snapshot: IndexedSnapshot, changes: [IndexedChange], to cluster: String) throws {
    guard try view.indexedHead(cluster) == snapshot.parent else {
      throw IndexError(.diverged, "the branch '\(cluster)' is not the one that was indexed")
    }
    let clusterID = try clusterID(cluster)
    try database.cachedStatement(
      sql: """
        INSERT INTO snapshot
          (cluster, name, parent, capturedFrom, capturedTo, recorded, isComplete, source, stateDigest)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      clusterID, snapshot.commit, snapshot.parent, snapshot.capturedFrom, snapshot.capturedTo,
      snapshot.recorded, snapshot.isComplete, snapshot.source, snapshot.stateDigest,
    ])
    let snapshotID = database.lastInsertedRowID
    for change in changes { try append(change, clusterID: clusterID, snapshotID: snapshotID) }
  }

  private func append(_ change: IndexedChange, clusterID: Int64, snapshotID: Int64) throws {
    let key: StatementArguments = [
      clusterID, change.id.group, change.id.resource, change.id.namespace ?? "", change.id.name,
    ]
    try database.cachedStatement(
      sql: """
        INSERT OR IGNORE INTO object (cluster, apiGroup, resource, namespace, name) VALUES (?, ?, ?, ?, ?)
        """
    ).execute(arguments: key)
    guard
      let objectID = try Int64.fetchOne(
        database.cachedStatement(
          sql: """
            SELECT id FROM object
            WHERE cluster = ? AND apiGroup = ? AND resource = ? AND namespace = ? AND name = ?
            """), arguments: key)
    else { return }
    try database.cachedStatement(
      sql: """
        INSERT INTO version
          (object, snapshot, kind, path, step, blob, previousBlob, semanticDigest, uid, actorName,
           actorSource, actorTime, cause, summary)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      objectID, snapshotID, change.kind, change.path, change.step.rawValue, change.blob,
      change.previousBlob, change.semanticDigest, change.uid, change.actor.name,
      change.actor.source.rawValue, change.actor.time, change.cause, change.summary,
    ])
  }

  /// Adds an observation on top of the last one.
  package func append(_ observation: IndexedObservation, to cluster: String) throws {
    guard try view.indexedObservation(cluster) == observation.parent else {
      throw IndexError(.diverged, "the observations of '\(cluster)' are not those that were indexed")
    }
    try database.cachedStatement(
      sql: """
        INSERT INTO observation
          (cluster, name, parent, capturedFrom, capturedTo, recorded, result, reason, state, isComplete,
           source, isTimeGiven, isOneInstant, notes)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      try clusterID(cluster), observation.commit, observation.parent, observation.capturedFrom,
      observation.capturedTo, observation.recorded, observation.result, observation.reason,
      observation.state, observation.isComplete, observation.source, observation.isTimeGiven,
      observation.isOneInstant,
      observation.notes.map { $0.replacing("\n", with: " ") }.joined(separator: "\n"),
    ])
    let observationID = database.lastInsertedRowID
    for kind in observation.coverage {
      let status =
        switch kind.status {
        case .read: "read"
        case .absent: "absent"
        case .unread: "unread"
        }
      try database.cachedStatement(
        sql: """
          INSERT INTO coverage
            (observation, apiGroup, resource, namespace, status, reason, objectCount, resourceVersion)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?)
          """
      ).execute(arguments: [
        observationID, kind.group, kind.resource, kind.namespace ?? "", status, kind.unreadReason,
        kind.objectCount, kind.resourceVersion,
      ])
    }
  }

  /// Notes the versions of objects that the last reading saw; nil for those whose version it did not tell.
  package func keep(versions: [ObjectID: IndexedVersion?], of cluster: String) throws {
    let clusterID = try clusterID(cluster)
    let statement = try database.cachedStatement(
      sql: """
        UPDATE object SET resourceVersion = ?, generation = ?, usedNoise = ?
        WHERE cluster = ? AND apiGroup = ? AND resource = ? AND namespace = ? AND name = ?
        """)
    for (id, version) in versions {
      try statement.execute(arguments: [
        version?.resourceVersion, version?.generation,
        version.flatMap { $0.usedNoise.isEmpty ? nil : $0.usedNoise.joined(separator: " ") }, clusterID,
        id.group, id.resource, id.namespace ?? "", id.name,
      ])
    }
  }

  /// Keeps digests of folders, so that unchanged ones need not be read again.
  package func keep(folderDigests: [String: String]) throws {
    for (tree, digest) in folderDigests.sorted(by: { $0.key < $1.key }) {
      try database.cachedStatement(
        sql: "INSERT OR IGNORE INTO folderDigest (tree, digest) VALUES (?, ?)"
      ).execute(arguments: [tree, digest])
    }
  }

  private func clusterID(_ name: String) throws -> Int64 {
    try database.execute(sql: "INSERT OR IGNORE INTO cluster (name) VALUES (?)", arguments: [name])
    return try Int64.fetchOne(database, sql: "SELECT id FROM cluster WHERE name = ?", arguments: [name]) ?? 0
  }
}
