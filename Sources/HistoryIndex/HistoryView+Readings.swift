internal import FoundationEssentials
internal import GRDB
package import KubeModel

extension HistoryView {
  /// Whether the reading `observation` looked at a kind in a namespace: the list of the namespace itself outranks the
  /// one of the whole cluster, which failed before it.
  private static let isRead = """
    observation.result <> 'failed' AND coalesce(
      (SELECT status FROM coverage AS own WHERE own.testimony = observation.testimony AND own.apiGroup = :group
        AND own.resource = :resource AND own.namespace = :namespace),
      (SELECT status FROM coverage AS whole WHERE whole.testimony = observation.testimony
        AND whole.apiGroup = :group AND whole.resource = :resource AND whole.namespace = ''),
      'unread') <> 'unread'
    """

  /// Whether it looked at a kind in every namespace that it tells of.
  private static let isReadEverywhere = """
    observation.result <> 'failed'
    AND EXISTS (SELECT 1 FROM coverage AS any WHERE any.testimony = observation.testimony
      AND any.apiGroup = :group AND any.resource = :resource)
    AND NOT EXISTS (SELECT 1 FROM coverage AS gap WHERE gap.testimony = observation.testimony
      AND gap.apiGroup = :group AND gap.resource = :resource AND gap.status = 'unread')
    """

  /// When a kind of object was last looked at before a snapshot, in milliseconds since 1970; nil where it was not.
  ///
  /// Workloads and the cluster's own facts are put together from many kinds: of them, every reading counts.
  package func lastReading(before commit: String, covering id: ObjectID, in cluster: String) throws -> Int64? {
    var arguments: StatementArguments = ["cluster": cluster, "commit": HexName.data(commit)]
    var condition = "result <> 'failed'"
    if ResourceCatalog.type(group: id.group, resource: id.resource) != nil {
      condition = HistoryView.isRead
      arguments += ["group": id.group, "resource": id.resource, "namespace": id.namespace ?? ""]
    }
    return try first(
      """
      SELECT capturedTo FROM observation
      WHERE cluster = (SELECT id FROM cluster WHERE name = :cluster) AND \(condition)
        AND id < (SELECT min(shown.id) FROM observation AS shown
          WHERE shown.cluster = (SELECT id FROM cluster WHERE name = :cluster) AND shown.state = :commit)
      ORDER BY id DESC LIMIT 1
      """, arguments
    ) { try $0.number(0) }
  }

  /// The place in the order of readings of the first one that looked at a kind, nil where none did.
  ///
  /// - Parameter namespace: the namespace that counts; nil for all of them.
  package func firstReading(
    covering group: String, _ resource: String, namespace: String?, in cluster: String
  ) throws -> Int64? {
    var arguments: StatementArguments = ["cluster": cluster, "group": group, "resource": resource]
    if let namespace { arguments += ["namespace": namespace] }
    return try first(
      """
      SELECT id FROM observation
      WHERE cluster = (SELECT id FROM cluster WHERE name = :cluster)
        AND \(namespace == nil ? HistoryView.isReadEverywhere : HistoryView.isRead)
      ORDER BY id LIMIT 1
      """, arguments
    ) { try $0.number(0) }
  }

  /// The place in the order of readings of the first one that saw a state; nil where none tells of it.
  package func firstReading(of commit: String, in cluster: String) throws -> Int64? {
    try first(
      """
      SELECT id FROM observation WHERE cluster = (SELECT id FROM cluster WHERE name = ?) AND state = ?
      ORDER BY id LIMIT 1
      """, [cluster, HexName.data(commit)]
    ) { try $0.number(0) }
  }

  /// The place of a reading in their order.
  package func place(of reading: IndexedObservation, in cluster: String) throws -> Int64? {
    try first(
      "SELECT id FROM observation WHERE cluster = (SELECT id FROM cluster WHERE name = ?) AND name = ?",
      [cluster, HexName.data(reading.commit)]
    ) { try $0.number(0) }
  }

  /// Kinds that some reading could not look at, and whether that is all that is known of them.
  package func unreadKinds() throws -> [UnreadKind] {
    let all = try first("SELECT count(*) FROM testimony", []) { try $0.number(0) }
    return try self.all(
      """
      SELECT apiGroup, resource, namespace, count(*) FROM coverage WHERE status = 'unread'
      GROUP BY apiGroup, resource, namespace ORDER BY apiGroup, resource, namespace
      """, []
    ) { row in
      let namespace = try row.text(2)
      return UnreadKind(
        group: try row.text(0), resource: try row.text(1), namespace: namespace.isEmpty ? nil : namespace,
        isAlways: try row.number(3) == all)
    }
  }

  /// When the last complete reading began that was before the one which brought a snapshot, by the snapshot's commit, in
  /// milliseconds since 1970: what a snapshot changed was not there yet.
  package func earlierReadings(_ cluster: String) throws -> [String: Int64] {
    let readings = try all(
      """
      SELECT state, capturedFrom, isComplete
      FROM observation JOIN testimony ON testimony.id = observation.testimony
      WHERE cluster = (SELECT id FROM cluster WHERE name = ?) AND result <> 'failed' ORDER BY observation.id
      """, [cluster]
    ) { (state: try $0.optionalName(0), from: try $0.number(1), isComplete: try $0.flag(2)) }
    var earlier: [String: Int64] = [:]
    var last: Int64?
    for reading in readings {
      if let state = reading.state, earlier[state] == nil { earlier[state] = last ?? .min }
      if reading.isComplete { last = max(last ?? .min, reading.from) }
    }
    return earlier
  }

  /// The place in the order of readings of the first one that could not look at a kind, nil where all could.
  package func firstReading(lacking kind: UnreadKind, in cluster: String) throws -> Int64? {
    try first(
      """
      SELECT min(observation.id) FROM coverage JOIN observation ON observation.testimony = coverage.testimony
      WHERE status = 'unread' AND apiGroup = ? AND resource = ? AND namespace = ?
        AND cluster = (SELECT id FROM cluster WHERE name = ?)
      """, [kind.group, kind.resource, kind.namespace ?? "", cluster]
    ) { try $0.optionalNumber(0) } ?? nil
  }
}

/// A kind that some reading of the index could not look at.
package struct UnreadKind: Sendable, Hashable {
  package let group: String
  package let resource: String
  /// Nil where the list of the whole cluster failed.
  package let namespace: String?
  /// Whether no reading ever could.
  package let isAlways: Bool
}
