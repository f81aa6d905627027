package import ClusterReader
internal import HistoryIndex
package import KubeModel
internal import SnapshotStore

/// Records what a watch shows, as `Recorder` records a reading.
package final class WatchRecorder {
  /// What was recorded, and the reading that it was.
  package struct Recorded: Sendable {
    package let outcome: Recorder.Outcome
    package let reading: Reading
    package let capturedTo: Moment
    /// The snapshot before; nil where there was none.
    package let previousCommit: String?
  }

  package let cluster: String
  private let ambit: Ambit
  private let recorder: Recorder
  private let options: Watcher.Options
  /// The last observation as this watch knows it: another one is another writer's.
  private var known: ObjectName?
  private let logs: FollowedLogs
  private var damages: [String] = []

  /// Attempts of one recording that meets other writers.
  private static let attempts = 5

  package init(_ ambit: Ambit, _ options: Watcher.Options) throws {
    self.ambit = ambit
    self.options = options
    cluster = try ClusterName.validated(options.cluster)
    recorder = Recorder(ambit)
    logs = try FollowedLogs(options.auditLogs, ambit, cluster: cluster)
    known = try ambit.store.heads(of: cluster).observation
  }

  /// Records the cluster as the watch knows it.
  ///
  /// Where it is in doubt, `again` reads all of it on a connection of its own, as with a snapshot. Where another
  /// writer recorded since the last time, every list is read anew first: what it saw, a watch may be yet to tell.
  ///
  /// - Returns: nil where only changes were to be recorded, and there were none.
  package func record(
    _ watch: ClusterWatch, _ captured: CaptureTime, onlyChanges: Bool,
    again: ([ReadingDoubt]) async throws -> Recorder.Attempt
  ) async throws -> Recorded? {
    var attempt = 1
    while true {
      do {
        return try await recordOnce(watch, captured, onlyChanges: onlyChanges, again)
      } catch let error where WatchRecorder.isPassing(error) && attempt < WatchRecorder.attempts {
        try await Task.sleep(for: .milliseconds(100 << attempt))
        attempt += 1
      }
    }
  }

  /// Whether another writer, or a reader of the index, stood in the way for a moment.
  private static func isPassing(_ error: any Error) -> Bool {
    (error as? any DescribedError)?.failure == .locked
  }

  private func recordOnce(
    _ watch: ClusterWatch, _ captured: CaptureTime, onlyChanges: Bool,
    _ again: ([ReadingDoubt]) async throws -> Recorder.Attempt
  ) async throws -> Recorded? {
    let before = try ambit.store.heads(of: cluster)
    if before.observation != known {
      try await watch.listAll()
      known = before.observation
    }
    damages += try logs.read(at: captured.to)
    var recorderOptions = options.recorderOptions(captured)
    recorderOptions.isForChangesOnly = onlyChanges
    let reading = watch.reading(known: try recorder.known(cluster))
    var wasDoubted = false
    let recorded = try await recorder.record(Recorder.Attempt(reading, recorderOptions), cluster: cluster) { doubts in
      wasDoubted = true
      return try await again(doubts)
    }
    known = try ambit.store.heads(of: cluster).observation
    // The second reading may be ahead of the watches.
    if wasDoubted { try await watch.listAll() }
    guard recorded.outcome.observation != nil else { return nil }
    return Recorded(
      outcome: recorded.outcome, reading: recorded.reading, capturedTo: captured.to,
      previousCommit: before.state?.description)
  }

  /// What of the audit logs could not be read since the last time this was called.
  func takeDamages() -> [String] {
    defer { damages = [] }
    return damages
  }

  /// Records that nothing can be read at this moment, and why.
  package func recordFailure(_ reason: String, _ captured: CaptureTime) throws {
    try recorder.recordFailure(
      reason, cluster: cluster, scope: options.namespace, options.recorderOptions(captured))
    known = try ambit.store.heads(of: cluster).observation
  }
}
