internal import FoundationEssentials
internal import GRDB
package import KubeModel

/// Adds commits to the index, within one transaction, at whose end `flush` is called.
package final class HistoryWriter {
  let database: Database
  // What was looked up in this transaction, since a history names the same things again and again.
  private var clusters: [String: Int64] = [:]
  private var texts: [String: Int64] = [:]
  /// The last snapshot and the last observation of each cluster.
  private var snapshots: [String: String?] = [:]
  private var observations: [String: String?] = [:]
  /// What is to be written at the end.
  var objects: [PendingObject.Key: PendingObject] = [:]
  var versions: [PendingVersion] = []

  init(database: Database) { self.database = database }

  /// The view within this transaction.
  package var view: HistoryView { HistoryView(database: database) }

  /// Forgets a cluster.
  package func reset(_ cluster: String) throws {
    try flush()
    try database.execute(sql: "DELETE FROM cluster WHERE name = ?", arguments: [cluster])
    clusters[cluster] = nil
    snapshots[cluster] = nil
    observations[cluster] = nil
  }

  func run(_ sql: String, _ arguments: StatementArguments) throws {
    try database.cachedStatement(sql: sql).execute(arguments: arguments)
  }

  private func id(_ sql: String, _ arguments: StatementArguments) throws -> Int64 {
    guard let id = try Int64.fetchOne(database.cachedStatement(sql: sql), arguments: arguments) else {
      throw DatabaseError(resultCode: .SQLITE_CORRUPT)
    }
    return id
  }

  // MARK: Snapshots

  /// Adds a snapshot on top of the last one.
  ///
  /// - Throws: `.diverged` where its parent is not the last one: the branch was rewritten.
  package func append(_ snapshot: IndexedSnapshot, changes: [IndexedChange], to cluster: String) throws {
    guard try snapshots[cluster] ?? view.indexedHead(cluster) == snapshot.parent else {
      throw IndexError(.diverged, "the branch '\(cluster)' is not the one that was indexed")
    }
    let clusterID = try clusterID(cluster)
    try run(
      """
      INSERT INTO snapshot
        (cluster, name, parent, capturedFrom, capturedTo, recorded, isComplete, source, stateDigest)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        clusterID, HexName.data(snapshot.commit), snapshot.parent.map(HexName.data), snapshot.capturedFrom,
        snapshot.capturedTo, snapshot.recorded, snapshot.isComplete, try textID(snapshot.source),
        HexName.data(snapshot.stateDigest),
      ])
    let snapshotID = database.lastInsertedRowID
    snapshots[cluster] = snapshot.commit
    for change in changes { try add(change, clusterID, snapshotID) }
  }

  // MARK: Observations

  /// Adds an observation on top of the last one.
  ///
  /// - Parameter seen: versions that it tells anew; nil for objects whose version it does not know any more.
  package func append(
    _ observation: IndexedObservation, seen: [ObjectID: IndexedVersion?] = [:], to cluster: String
  ) throws {
    guard try observations[cluster] ?? view.indexedObservation(cluster) == observation.parent else {
      throw IndexError(.diverged, "the observations of '\(cluster)' are not those that were indexed")
    }
    let clusterID = try clusterID(cluster)
    try run(
      """
      INSERT INTO observation
        (cluster, name, parent, capturedFrom, capturedTo, recorded, result, reason, state, isTimeGiven,
         resourceVersion, testimony)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        clusterID, HexName.data(observation.commit), observation.parent.map(HexName.data), observation.capturedFrom,
        observation.capturedTo, observation.recorded, observation.result, observation.reason,
        observation.state.map(HexName.data), observation.isTimeGiven, observation.resourceVersion,
        try testimonyID(observation),
      ])
    observations[cluster] = observation.commit
    for (id, version) in seen { try add(version, of: id, clusterID) }
  }

  private func testimonyID(_ observation: IndexedObservation) throws -> Int64 {
    let name = HexName.data(observation.testimony)
    if let known = try Int64.fetchOne(
      database.cachedStatement(sql: "SELECT id FROM testimony WHERE name = ?"), arguments: [name])
    {
      return known
    }
    try run(
      "INSERT INTO testimony (name, isComplete, isOneInstant, source, notes) VALUES (?, ?, ?, ?, ?)",
      [
        name, observation.isComplete, observation.isOneInstant, observation.source,
        observation.notes.map { $0.replacing("\n", with: " ") }.joined(separator: "\n"),
      ])
    let id = database.lastInsertedRowID
    for kind in observation.coverage {
      let status =
        switch kind.status {
        case .read: "read"
        case .absent: "absent"
        case .unread: "unread"
        }
      try run(
        """
        INSERT OR IGNORE INTO coverage
          (testimony, apiGroup, resource, namespace, status, reason, objectCount, resourceVersion)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [
          id, kind.group, kind.resource, kind.namespace ?? "", status, kind.unreadReason, kind.objectCount,
          // The one version of all lists stands with the reading.
          kind.resourceVersion == observation.resourceVersion ? nil : kind.resourceVersion,
        ])
    }
    return id
  }

  // MARK: Digests

  /// Keeps the digests of a folder, so that it need not be read again while it is in force.
  package func keepFolder(_ tree: [UInt8], digest: [UInt8], entries: [UInt8]) throws {
    try run(
      "INSERT OR IGNORE INTO folderDigest (tree, digest, entries) VALUES (?, ?, ?)",
      [Data(tree), Data(digest), Data(entries)])
  }

  /// Forgets a folder that is not in force any more.
  package func forgetFolder(_ tree: [UInt8]) throws {
    try run("DELETE FROM folderDigest WHERE tree = ?", [Data(tree)])
  }

  // MARK: Names

  func clusterID(_ name: String) throws -> Int64 {
    if let known = clusters[name] { return known }
    try run("INSERT OR IGNORE INTO cluster (name) VALUES (?)", [name])
    let id = try id("SELECT id FROM cluster WHERE name = ?", [name])
    clusters[name] = id
    return id
  }

  /// The row of a text that comes again and again.
  func textID(_ text: String) throws -> Int64 {
    if let known = texts[text] { return known }
    try run("INSERT OR IGNORE INTO text (value) VALUES (?)", [text])
    let id = try id("SELECT id FROM text WHERE value = ?", [text])
    // Texts that come once, such as those of a long history's many objects, do not fill the memory.
    if texts.count > 100_000 { texts = [:] }
    texts[text] = id
    return id
  }
}
