package import Attribution
package import HistoryIndex
package import KubeModel
internal import SnapshotStore

/// Reads audit logs into the change records of a cluster, and joins them with its history.
package struct Attributor {
  package struct Outcome: Sendable {
    /// What became of the lines of the logs.
    package let log: AuditLogLedger
    /// Events that are no change, by reason.
    package let ignored: [ChangeDeriver.Ignored: Int]
    package let kept: Kept
  }

  /// What the change records gained.
  package struct Kept: Sendable {
    /// Requests that the logs tell of, each once.
    package fileprivate(set) var requests = 0
    package fileprivate(set) var new = 0
    package fileprivate(set) var fuller = 0
    /// The last commit of the change records; nil where nothing was added.
    package fileprivate(set) var commit: String?
  }

  private let ambit: Ambit
  private let cluster: String

  /// - Parameter cluster: one that need not be recorded yet: logs can come first.
  package init(_ ambit: Ambit, cluster: String) throws {
    self.ambit = ambit
    self.cluster = try ClusterName.validated(cluster)
  }

  /// How many records are held before they are kept, which bounds the memory.
  private static let batch = 20_000

  /// Reads logs; again, in another order or with others, they add nothing.
  package func read(_ sources: [String], at time: Moment) throws -> Outcome {
    let reader = AuditLogReader(sources: sources, wants: .writes())
    let (log, ignored, kept) = try take(logs: sources, at: time) { try reader.read($0) }
    return Outcome(log: log, ignored: ignored, kept: kept)
  }

  /// Reads what was added to a log since the last time; where it cannot be kept, the next time reads it again.
  ///
  /// - Returns: what was damaged of it, and what the change records gained.
  func follow(
    _ log: LogFollower, named name: String, at time: Moment
  ) throws -> (damages: [AuditLogLedger.Damage], kept: Kept) {
    let position = log.position
    do {
      let (read, _, kept) = try take(logs: [name], at: time) { try log.read($0) }
      return (read.flatMap(\.damages), kept)
    } catch {
      log.position = position
      throw error
    }
  }

  /// Takes events into the change records.
  private func take<Read>(
    logs: [String], at time: Moment, _ read: ((AuditEvent) throws -> Void) throws -> Read
  ) throws -> (read: Read, ignored: [ChangeDeriver.Ignored: Int], kept: Kept) {
    var coverage = LogCoverage()
    var records: [String: ChangeRecord] = [:]
    var ignored: [ChangeDeriver.Ignored: Int] = [:]
    var kept = Kept()
    let ledger = ChangeLedger(ambit.store, cluster: cluster)
    func keep() throws {
      // A watch asks again and again for what a log tells anew.
      guard coverage != LogCoverage() else { return }
      coverage.settle()
      let added = try ledger.add(
        records.values.sorted { $0.id < $1.id }, coverage: coverage, logs: logs.map(HiddenText.escaped), at: time)
      kept.requests += records.count
      kept.new += added.new
      kept.fuller += added.fuller
      kept.commit = added.commit?.description ?? kept.commit
      records = [:]
    }
    let result = try read { event in
      if let time = (event.stageTime ?? event.requestReceived)?.microseconds { coverage.take(time) }
      switch ChangeDeriver.outcome(of: event) {
      case .ignored(let reason): ignored[reason, default: 0] += 1
      case .records(let found):
        for record in found {
          coverage.take(record)
          records[record.id] = records[record.id].map { $0.merged(with: record) } ?? record
        }
        if records.count >= Attributor.batch { try keep() }
      }
    }
    try keep()
    return (result, ignored, kept)
  }

  /// How much of a cluster's history the logs explain.
  package struct Explained: Sendable, Hashable {
    package var changes = 0
    package var byCertainty: [IndexedAttribution.Certainty: Int] = [:]
    /// Changes of which the logs say nothing.
    package var unknown = 0
    /// Requests that changed something which no reading saw.
    package var unseen = 0
    package var refused = 0
  }

  /// Counts over the whole history, without the first snapshot: what was there before can be older than any log.
  package func explained() throws -> Explained {
    let (entries, records) = try ambit.index.read { [cluster] view in
      (try view.changes(cluster, .init()), try view.records(cluster))
    }
    var result = Explained()
    for entry in entries where entry.snapshot.parent != nil && entry.change.path != StoreLayout.clusterFile {
      result.changes += 1
      if let attribution = entry.change.attribution {
        result.byCertainty[attribution.certainty, default: 0] += 1
      } else {
        result.unknown += 1
      }
    }
    result.unseen = records.count { $0.unseen != nil }
    result.refused = records.count { $0.effect == ChangeRecord.Effect.refused.rawValue }
    return result
  }
}
