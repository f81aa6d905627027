internal import GRDB

/// The whole content, for comparing.
extension HistoryView {
  /// The whole content as lines, the same for the same history however it came to be indexed.
  package func dump() throws -> [String] {
    let queries = [
      """
      SELECT cluster.name, snapshot.name, parent, capturedFrom, capturedTo, recorded, isComplete, source.value,
        stateDigest
      FROM snapshot JOIN cluster ON cluster.id = cluster JOIN text AS source ON source.id = source
      ORDER BY cluster.name, snapshot.id
      """,
      """
      SELECT cluster.name, snapshot.name, apiGroup, resource, namespace, object.name, kind, path.value, step,
        version.blob, uid.value, actor.value, actorSource, actorTime, cause, summary, hex(rules)
      FROM version JOIN object ON object.id = object JOIN snapshot ON snapshot.id = version.snapshot
        JOIN cluster ON cluster.id = object.cluster
        JOIN text AS path ON path.id = version.path LEFT JOIN text AS uid ON uid.id = version.uid
        LEFT JOIN text AS actor ON actor.id = actorName
      ORDER BY cluster.name, snapshot.id, path.value
      """,
      """
      SELECT cluster.name, apiGroup, resource, namespace, object.name, kind, snapshot.name, path, blob, uid,
        resourceVersion, generation, usedNoise
      FROM object JOIN cluster ON cluster.id = object.cluster JOIN snapshot ON snapshot.id = object.snapshot
      ORDER BY cluster.name, apiGroup, resource, namespace, object.name
      """,
      """
      SELECT cluster.name, observation.name, parent, capturedFrom, capturedTo, recorded, result, reason,
        state, isTimeGiven, resourceVersion, testimony.name, isComplete, isOneInstant, source, notes
      FROM observation JOIN cluster ON cluster.id = cluster JOIN testimony ON testimony.id = testimony
      ORDER BY cluster.name, observation.id
      """,
      """
      SELECT testimony.name, apiGroup, resource, namespace, status, reason, objectCount, resourceVersion
      FROM coverage JOIN testimony ON testimony.id = testimony
      WHERE testimony IN (SELECT testimony FROM observation)
      ORDER BY testimony.name, apiGroup, resource, namespace
      """,
      """
      SELECT cluster.name, snapshot.name, apiGroup, resource, namespace, object.name, actor.value, time, cause, detail
      FROM attribution JOIN object ON object.id = object JOIN snapshot ON snapshot.id = attribution.snapshot
        JOIN cluster ON cluster.id = object.cluster LEFT JOIN text AS actor ON actor.id = attribution.actor
      ORDER BY cluster.name, snapshot.id, apiGroup, resource, namespace, object.name
      """,
      """
      SELECT cluster.name, changeRecord.name, blob, time, apiGroup, resource, namespace, objectName, request, effect,
        user, isUnseen, actor, cause, isReason
      FROM changeRecord JOIN cluster ON cluster.id = cluster ORDER BY cluster.name, changeRecord.name
      """,
    ]
    return try queries.enumerated().flatMap { index, sql in
      try Row.fetchAll(database, sql: sql).map { row in
        "\(index) " + row.databaseValues.map(\.description).joined(separator: "|")
      }
    }
  }
}
