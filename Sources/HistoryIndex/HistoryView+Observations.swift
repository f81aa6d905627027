internal import FoundationEssentials
internal import GRDB
internal import KubeModel

/// What readings there were, and what each could look at.
extension HistoryView {
  private static func observationQuery(_ condition: String) -> String {
    """
    SELECT observation.name, parent, capturedFrom, capturedTo, recorded, result, reason, state, isTimeGiven,
      resourceVersion, testimony.id, testimony.name, isComplete, isOneInstant, source, notes
    FROM observation JOIN testimony ON testimony.id = observation.testimony
    WHERE cluster = (SELECT id FROM cluster WHERE name = ?) AND \(condition)
    """
  }

  /// Observations, oldest first.
  package func observations(_ cluster: String, since: Int64? = nil, until: Int64? = nil) throws
    -> [IndexedObservation]
  {
    try all(
      HistoryView.observationQuery("capturedTo >= ? AND capturedTo <= ? ORDER BY observation.id"),
      [cluster, since ?? .min, until ?? .max], observation)
  }

  /// The last observation that saw a state at or before a moment.
  package func lastObservation(before moment: Int64 = .max, in cluster: String) throws -> IndexedObservation? {
    try first(
      HistoryView.observationQuery("capturedTo <= ? AND result <> 'failed' ORDER BY observation.id DESC LIMIT 1"),
      [cluster, moment], observation)
  }

  /// The last observation in which every kind was read or is known to be absent.
  package func lastCompleteObservation(in cluster: String) throws -> IndexedObservation? {
    try first(
      HistoryView.observationQuery("isComplete AND result <> 'failed' ORDER BY observation.id DESC LIMIT 1"), [cluster],
      observation)
  }

  /// The last reading that failed, and how many failed since one that did not; nil where the last one did not fail.
  package func failures(in cluster: String) throws -> (last: IndexedObservation, count: Int)? {
    let since = """
      result = 'failed' AND observation.id > COALESCE((SELECT MAX(id) FROM observation
        WHERE cluster = (SELECT id FROM cluster WHERE name = ?) AND result <> 'failed'), 0)
      """
    let last = try first(
      HistoryView.observationQuery("\(since) ORDER BY observation.id DESC LIMIT 1"), [cluster, cluster], observation)
    let count = try first(
      "SELECT COUNT(*) FROM observation WHERE cluster = (SELECT id FROM cluster WHERE name = ?) AND \(since)",
      [cluster, cluster]
    ) { Int(try $0.number(0)) }
    return last.map { ($0, count ?? 0) }
  }

  /// The last observation of a state: the best testimony about a snapshot.
  package func lastObservation(of commit: String, in cluster: String) throws -> IndexedObservation? {
    try first(
      HistoryView.observationQuery("state = ? AND result <> 'failed' ORDER BY observation.id DESC LIMIT 1"),
      [cluster, HexName.data(commit)], observation)
  }

  /// The first reading that saw anything.
  package func firstObservation(in cluster: String) throws -> IndexedObservation? {
    try first(
      HistoryView.observationQuery("result <> 'failed' ORDER BY observation.id LIMIT 1"), [cluster], observation)
  }

  /// The reading that first saw a state.
  package func firstObservation(of commit: String, in cluster: String) throws -> IndexedObservation? {
    try first(
      HistoryView.observationQuery("state = ? AND result <> 'failed' ORDER BY observation.id LIMIT 1"),
      [cluster, HexName.data(commit)], observation)
  }

  /// The reading before another one.
  package func observation(before name: String, in cluster: String) throws -> IndexedObservation? {
    try first(
      HistoryView.observationQuery(
        """
        observation.id < (SELECT id FROM observation AS later
          WHERE later.cluster = observation.cluster AND later.name = ?)
          AND result <> 'failed' ORDER BY observation.id DESC LIMIT 1
        """), [cluster, HexName.data(name)], observation)
  }

  private func observation(_ row: Columns) throws -> IndexedObservation {
    let resourceVersion = try row.optionalText(9)
    let coverage = try all(
      """
      SELECT apiGroup, resource, namespace, status, reason, objectCount, resourceVersion
      FROM coverage WHERE testimony = ? ORDER BY apiGroup, resource, namespace
      """, [try row.number(10)]
    ) { row -> KindCoverage in
      let namespace = try row.text(2)
      let status = try row.text(3)
      let own = try row.optionalText(6)
      return KindCoverage(
        group: try row.text(0), resource: try row.text(1), namespace: namespace.isEmpty ? nil : namespace,
        status: status == "read" ? .read : status == "absent" ? .absent : .unread(reason: try row.optionalText(4) ?? ""),
        objectCount: Int(try row.number(5)), resourceVersion: own ?? (status == "read" ? resourceVersion : nil))
    }
    return IndexedObservation(
      commit: try row.name(0), parent: try row.optionalName(1), capturedFrom: try row.number(2),
      capturedTo: try row.number(3), recorded: try row.number(4), result: try row.text(5),
      reason: try row.optionalText(6), state: try row.optionalName(7), isComplete: try row.flag(12),
      source: try row.text(14), isTimeGiven: try row.flag(8), resourceVersion: resourceVersion,
      testimony: try row.name(11), isOneInstant: try row.flag(13),
      notes: try row.text(15).split(separator: "\n").map(String.init), coverage: coverage)
  }
}
