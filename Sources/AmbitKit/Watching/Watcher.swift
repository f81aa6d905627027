package import ClusterReader
internal import HistoryIndex
package import KubeModel
internal import SnapshotStore

/// Follows a cluster and records each change within seconds, and an observation at each interval.
package struct Watcher {
  package struct Options: Sendable {
    package var cluster: String
    package var namespace: String?
    package var acceptsNewCluster = false
    /// The share of a kind's objects, in percent, whose loss is believed at once.
    package var believedLoss = 50
    /// Audit logs that are followed, so that changes become commits by who made them.
    package var auditLogs: [String] = []

    package init(cluster: String) { self.cluster = cluster }

    func recorderOptions(_ captured: CaptureTime) -> Recorder.Options {
      var options = Recorder.Options(
        capturedFrom: captured.from, capturedTo: captured.to, isTimeGiven: false, recorded: captured.to)
      options.clockFlag = captured.flag
      options.acceptsNewCluster = acceptsNewCluster
      options.believedLoss = believedLoss
      options.commitsChanges = true
      return options
    }
  }

  /// What happened, for those who look on: a log, a health check, notices.
  package enum Event: Sendable {
    /// The server does not answer yet.
    case unreachable(reason: String, retryIn: Duration)
    /// Every list was read once.
    case started(coverage: [KindCoverage])
    case recorded(WatchRecorder.Recorded)
    /// A reading failed, and was recorded as such.
    case failed(reason: String)
    /// What the watch shows is not recorded yet, and why.
    case postponed(reason: String, hint: String?)
    case doubted(reason: String)
    case unread(kind: String, reason: String)
    case readAgain(kind: String)
    /// What the server serves could not be found out; what was known of it counts on.
    case notSurveyed(reason: String)
    case maintained(note: String)
    /// A part of an audit log could not be read.
    case logDamaged(place: String)
    case stopped
  }

  /// What a watch needs of the world.
  package struct Surroundings {
    /// Starts a stopwatch, which tells when what is recorded now was seen.
    package let stopwatch: () -> () -> CaptureTime
    /// Reads the whole cluster on a connection of its own, taking no object for known.
    package let readAgain: () async throws -> Reading
    /// Keeps the store small, and says what it did.
    package let maintain: () async -> String?
    package let tell: (Event) -> Void

    package init(
      stopwatch: @escaping () -> () -> CaptureTime, readAgain: @escaping () async throws -> Reading,
      maintain: @escaping () async -> String?, tell: @escaping (Event) -> Void
    ) {
      self.stopwatch = stopwatch
      self.readAgain = readAgain
      self.maintain = maintain
      self.tell = tell
    }
  }

  private let ambit: Ambit
  private let options: Options
  private let surroundings: Surroundings

  package init(_ ambit: Ambit, _ options: Options, _ surroundings: Surroundings) {
    self.ambit = ambit
    self.options = options
    self.surroundings = surroundings
  }

  /// Waits for a server that does not answer when the watch begins, and for a store that cannot be written.
  private static let shortestWait: Duration = .seconds(1)
  private static let longestWait: Duration = .seconds(30)

  /// What is to be recorded.
  private enum Due: Comparable {
    case nothing, change, observation
  }

  /// Records until the watch is stopped.
  ///
  /// - Parameter health: told what happens.
  /// - Throws: what cannot pass by itself, such as a store that is damaged, or records another cluster.
  package func run(_ watch: ClusterWatch, _ health: WatchHealth) async throws {
    let recorder = try WatchRecorder(ambit, options)
    guard try await start(watch, recorder, health) else { return tell(.stopped, health) }
    tell(.started(coverage: watch.coverage), health)
    var unread = tellUnread(watch, before: [:], health)
    var owed = try await record(watch, recorder, .observation, health)
    var wait = Watcher.shortestWait
    while let turn = await watch.next() {
      if turn.isInterval {
        if let reason = turn.surveyFailure { tell(.notSurveyed(reason: reason), health) }
        owed = .observation
      }
      while watch.hasPending {
        // What could not be recorded is recorded with the next step.
        guard watch.advance() || owed == .change else { continue }
        let left = try await record(watch, recorder, .change, health)
        if owed != .observation { owed = left }
      }
      if owed != .nothing { owed = try await record(watch, recorder, owed, health) }
      if turn.isInterval {
        if let note = await surroundings.maintain() { tell(.maintained(note: note), health) }
        ambit.store.closeFiles()
      }
      if owed == .nothing {
        wait = Watcher.shortestWait
      } else {
        watch.remind(after: wait)
        wait = min(wait * 2, Watcher.longestWait)
      }
      unread = tellUnread(watch, before: unread, health)
      health.look(watch.downtimes.map { ($0.target.title, $0.since) }, backlog: watch.backlog, watch.counters.byKind)
    }
    tell(.stopped, health)
  }

  /// Waits for a server that does not answer; false when the watch was stopped meanwhile.
  private func start(_ watch: ClusterWatch, _ recorder: WatchRecorder, _ health: WatchHealth) async throws -> Bool {
    var wait = Watcher.shortestWait
    while true {
      let stopwatch = surroundings.stopwatch()
      do {
        try await watch.start()
        return !watch.isStopped
      } catch let error as ClusterReaderError where [.unreachable, .timedOut, .serverError].contains(error.code) {
        try recordFailure(error.message, stopwatch(), recorder, health)
        tell(.unreachable(reason: error.message, retryIn: wait), health)
        guard await watch.pause(wait) else { return false }
        wait = min(wait * 2, Watcher.longestWait)
      } catch let error as any DescribedError {
        try recordFailure(error.message, stopwatch(), recorder, health)
        throw error
      }
    }
  }

  /// A reading that failed is a gap with a reason; where that cannot be recorded now, it is a gap without one.
  private func recordFailure(
    _ reason: String, _ captured: CaptureTime, _ recorder: WatchRecorder, _ health: WatchHealth
  ) throws {
    do {
      try recorder.recordFailure(reason, captured)
    } catch let error as any DescribedError where Watcher.canPass(error) {
      tell(.postponed(reason: error.message, hint: error.hint), health)
    }
  }

  /// Records what the watch shows, and gives what is still due: what could not be recorded now.
  private func record(
    _ watch: ClusterWatch, _ recorder: WatchRecorder, _ due: Due, _ health: WatchHealth
  ) async throws -> Due {
    let stopwatch = surroundings.stopwatch()
    do {
      guard watch.isAnythingRead else {
        guard due == .observation else { return .nothing }
        let reason = watch.coverage.compactMap(\.unreadReason).first ?? "nothing can be read"
        try recorder.recordFailure(reason, stopwatch())
        tell(.failed(reason: reason), health)
        return .nothing
      }
      let recorded = try await recorder.record(watch, stopwatch(), onlyChanges: due == .change) { doubts in
        for doubt in doubts { tell(.doubted(reason: doubt.message), health) }
        let stopwatch = surroundings.stopwatch()
        let reading = try await surroundings.readAgain()
        return Recorder.Attempt(reading, options.recorderOptions(stopwatch()))
      }
      for place in recorder.takeDamages() { tell(.logDamaged(place: place), health) }
      if let recorded { tell(.recorded(recorded), health) }
      return .nothing
    } catch let error as any DescribedError where Watcher.canPass(error) {
      tell(.postponed(reason: error.message, hint: error.hint), health)
      return due
    }
  }

  /// Whether what stands in the way may go away: another writer, a full disk, a key that is locked, a server that
  /// restarts.
  private static func canPass(_ error: any DescribedError) -> Bool {
    if let error = error as? StoreError { return [.moved, .locked, .unwritable, .unsigned].contains(error.code) }
    if let error = error as? IndexError { return [.locked, .noSpace].contains(error.code) }
    return error is ClusterReaderError || error.failure == .unreachable
  }

  /// Tells kinds that are unread now and were not, and those that are read again.
  private func tellUnread(
    _ watch: ClusterWatch, before: [String: String], _ health: WatchHealth
  ) -> [String: String] {
    var now: [String: String] = [:]
    for kind in watch.coverage {
      if let reason = kind.unreadReason { now[kind.title] = now[kind.title] ?? reason }
    }
    for (kind, reason) in now.sorted(by: { $0.key < $1.key }) where before[kind] == nil {
      tell(.unread(kind: kind, reason: reason), health)
    }
    for kind in before.keys.sorted() where now[kind] == nil { tell(.readAgain(kind: kind), health) }
    return now
  }

  private func tell(_ event: Event, _ health: WatchHealth) {
    health.note(event)
    surroundings.tell(event)
  }
}

extension KindCoverage {
  /// `pods`, or `pods in shop`
  var title: String { qualifiedName + (namespace.map { " in \($0)" } ?? "") }
}
