internal import FoundationEssentials
internal import GRDB
package import KubeModel

/// One reading, in the few words that a year of them is told in.
package struct PeriodReading: Sendable, Hashable {
  /// Milliseconds since 1970.
  package let time: Int64
  /// Seconds since 1970.
  package let recorded: Int64
  package let isFailed: Bool
  package let isComplete: Bool
  package let isTimeGiven: Bool
  /// Whether it came from the API server itself, with nothing noted against it.
  package let isPlain: Bool
  package let reason: String?
  /// What it looked at, for `coverage(ofTestimony:)`; the same number tells the same.
  package let testimony: Int64
}

/// A state of a cluster's history, in the order of it.
package struct PeriodState: Sendable, Hashable {
  /// Greater ones come later.
  package let order: Int64
  package let commit: String
  package let time: Int64

  package init(order: Int64, commit: String, time: Int64) {
    self.order = order
    self.commit = commit
    self.time = time
  }
}

extension HistoryView {
  /// The readings whose end lies in a stretch of time, oldest first, and the last one before it that did not fail.
  package func readings(of cluster: String, in range: Range<Int64>) throws -> [PeriodReading] {
    let columns = """
      SELECT capturedTo, recorded, result = 'failed', isComplete, isTimeGiven,
        source NOT LIKE 'file%' AND notes = '', reason, testimony
      FROM observation JOIN testimony ON testimony.id = observation.testimony
      WHERE cluster = (SELECT id FROM cluster WHERE name = ?)
      """
    let before = try first(
      "\(columns) AND capturedTo < ? AND result <> 'failed' ORDER BY observation.id DESC LIMIT 1",
      [cluster, range.lowerBound], HistoryView.reading)
    let inside = try all(
      "\(columns) AND capturedTo >= ? AND capturedTo < ? ORDER BY observation.id",
      [cluster, range.lowerBound, range.upperBound], HistoryView.reading)
    return (before.map { [$0] } ?? []) + inside
  }

  private static func reading(_ row: Columns) throws -> PeriodReading {
    PeriodReading(
      time: try row.number(0), recorded: try row.number(1), isFailed: try row.flag(2), isComplete: try row.flag(3),
      isTimeGiven: try row.flag(4), isPlain: try row.flag(5), reason: try row.optionalText(6), testimony: try row.number(7))
  }

  /// What a reading looked at, without how much it found.
  package func coverage(ofTestimony testimony: Int64) throws -> [KindCoverage] {
    try all(
      """
      SELECT apiGroup, resource, namespace, status, reason FROM coverage WHERE testimony = ?
      ORDER BY apiGroup, resource, namespace
      """, [testimony]
    ) { row in
      let namespace = try row.text(2)
      let status = try row.text(3)
      return KindCoverage(
        group: try row.text(0), resource: try row.text(1), namespace: namespace.isEmpty ? nil : namespace,
        status: status == "read" ? .read : status == "absent" ? .absent : .unread(reason: try row.optionalText(4) ?? ""))
    }
  }

  /// The states that came in a stretch of time, oldest first, and the one before it.
  package func states(of cluster: String, in range: Range<Int64>) throws -> [PeriodState] {
    let columns = "SELECT id, name, capturedTo FROM snapshot WHERE cluster = (SELECT id FROM cluster WHERE name = ?)"
    func state(_ row: Columns) throws -> PeriodState {
      PeriodState(order: try row.number(0), commit: try row.name(1), time: try row.number(2))
    }
    let before = try first(
      "\(columns) AND capturedTo < ? ORDER BY id DESC LIMIT 1", [cluster, range.lowerBound], state)
    let inside = try all(
      "\(columns) AND capturedTo >= ? AND capturedTo < ? ORDER BY id", [cluster, range.lowerBound, range.upperBound], state)
    return (before.map { [$0] } ?? []) + inside
  }

  /// The steps of all objects after one state and up to another, in the order of the history.
  package func steps(of cluster: String, after: Int64, upTo: Int64) throws -> [ObjectStep] {
    try all(
      """
      SELECT object.apiGroup, object.resource, object.namespace, object.name, version.snapshot, snapshot.name, path.value,
        version.blob
      FROM version JOIN object ON object.id = version.object JOIN snapshot ON snapshot.id = version.snapshot
        JOIN text AS path ON path.id = version.path
      WHERE version.snapshot > ? AND version.snapshot <= ?
        AND object.cluster = (SELECT id FROM cluster WHERE name = ?)
      ORDER BY version.snapshot, path.value
      """, [after, upTo, cluster]
    ) { row in
      ObjectStep(
        id: try row.objectID(0), order: try row.number(4), commit: try row.name(5), path: try row.text(6),
        blob: try row.optionalName(7))
    }
  }
}
