internal import FoundationEssentials
internal import GRDB
internal import KubeModel

/// What a transaction is to write of one object: an object that changes again and again has one row, which is written
/// once, as the last change leaves it.
struct PendingObject {
  struct Key: Hashable {
    let cluster: Int64
    let id: ObjectID
  }

  let row: Int64
  /// The last change, with the snapshot that shows it; nil where the row has it already.
  var last: (change: IndexedChange, snapshot: Int64)?
  /// The version that was told last; nil where none was told.
  var seen: IndexedVersion??
  /// Texts that mostly stay the same from one version to the next, with their rows.
  var path: (text: String, row: Int64)?
  var uid: (text: String, row: Int64)?
}

/// A version that a transaction is to write.
struct PendingVersion {
  let object: Int64
  let snapshot: Int64
  let path: Int64
  let uid: Int64?
  let actor: Int64?
  let change: IndexedChange
}

extension HistoryWriter {
  /// Takes a change, which is written by `flush`.
  func add(_ change: IndexedChange, _ clusterID: Int64, _ snapshotID: Int64) throws {
    let key = PendingObject.Key(cluster: clusterID, id: change.id)
    let known = try objects[key] ?? row(of: key).map { PendingObject(row: $0) }
    var object = try known ?? PendingObject(row: insert(change, clusterID, snapshotID))
    if known != nil { object.last = (change, snapshotID) }
    if object.path?.text != change.path { object.path = (change.path, try textID(change.path)) }
    if let uid = change.uid, object.uid?.text != uid { object.uid = (uid, try textID(uid)) }
    objects[key] = object
    versions.append(
      PendingVersion(
        object: object.row, snapshot: snapshotID, path: try object.path?.row ?? textID(change.path),
        uid: change.uid.flatMap { _ in object.uid?.row }, actor: try change.actor.name.map(textID), change: change))
  }

  /// Takes a version that was seen of an object, where the object is one that was ever there.
  func add(_ seen: IndexedVersion?, of id: ObjectID, _ clusterID: Int64) throws {
    let key = PendingObject.Key(cluster: clusterID, id: id)
    guard var object = try objects[key] ?? row(of: key).map({ PendingObject(row: $0) }) else { return }
    object.seen = .some(seen)
    objects[key] = object
  }

  private func row(of key: PendingObject.Key) throws -> Int64? {
    let statement = try database.cachedStatement(
      sql: "SELECT id FROM object WHERE cluster = ? AND resource = ? AND apiGroup = ? AND namespace = ? AND name = ?")
    let id = key.id
    return try Int64.fetchOne(
      statement, arguments: [key.cluster, id.resource, id.group, id.namespace ?? "", id.name])
  }

  private func insert(_ change: IndexedChange, _ clusterID: Int64, _ snapshotID: Int64) throws -> Int64 {
    try run(
      """
      INSERT INTO object (cluster, resource, apiGroup, namespace, name, kind, snapshot, path, blob, uid)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        clusterID, change.id.resource, change.id.group, change.id.namespace ?? "", change.id.name, change.kind,
        snapshotID, change.path, change.blob.map(HexName.data), change.uid,
      ])
    return database.lastInsertedRowID
  }

  /// Writes what was taken, in the order of the tables, so that each part of them is written once.
  func flush() throws {
    defer {
      objects = [:]
      versions = []
    }
    for version in versions.sorted(by: { ($0.object, $0.snapshot) < ($1.object, $1.snapshot) }) {
      let change = version.change
      try run(
        """
        INSERT INTO version
          (object, snapshot, step, path, blob, uid, actorName, actorSource, actorTime, cause, summary, rules)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [
          version.object, version.snapshot, IndexedChange.Step.allCases.firstIndex(of: change.step), version.path,
          change.blob.map(HexName.data), version.uid, version.actor,
          IndexedChange.Actor.Source.allCases.firstIndex(of: change.actor.source), change.actor.time, change.cause,
          change.summary, change.rules.encoded,
        ])
    }
    for object in objects.values.sorted(by: { $0.row < $1.row }) {
      if let (change, snapshot) = object.last {
        try run(
          "UPDATE object SET kind = ?, snapshot = ?, path = ?, blob = ?, uid = ? WHERE id = ?",
          [change.kind, snapshot, change.path, change.blob.map(HexName.data), change.uid, object.row])
      }
      if let seen = object.seen {
        try run(
          "UPDATE object SET resourceVersion = ?, generation = ?, usedNoise = ? WHERE id = ?",
          [
            seen?.resourceVersion, seen?.generation,
            seen.flatMap { $0.usedNoise.isEmpty ? nil : $0.usedNoise.joined(separator: " ") }, object.row,
          ])
      }
    }
  }
}
