internal import ClusterReader
package import KubeModel
internal import Synchronization

/// How a watch fares, for a health check and for metrics. May be asked from any thread.
package final class WatchHealth: Sendable {
  private struct State {
    /// When the last reading that did not fail was taken.
    var lastObservation: Moment?
    var lastChange: Moment?
    var readings: [String: Int] = ["changed": 0, "unchanged": 0, "failed": 0]
    var changes = 0
    var postponed = 0
    var kinds: [String: Int] = [:]
    var downtimes: [(list: String, since: Duration)] = []
    var looked = ContinuousClock.now
    var backlog = 0
    var counts: [String: WatchCounters.Counts] = [:]
  }

  private let state = Mutex(State())
  private let limit: Duration
  private let now: @Sendable () -> Moment
  private let notifier: Notifier?

  /// - Parameter interval: between observations; a watch that missed two is not well.
  package init(interval: Duration, now: @escaping @Sendable () -> Moment, _ notifier: Notifier? = nil) {
    limit = interval * 2 + .seconds(60)
    self.now = now
    self.notifier = notifier
  }

  func note(_ event: Watcher.Event) {
    state.withLock { state in
      switch event {
      case .recorded(let recorded):
        state.lastObservation = recorded.capturedTo
        state.readings[recorded.outcome.isChanged ? "changed" : "unchanged", default: 0] += 1
        if recorded.outcome.isChanged { state.lastChange = recorded.capturedTo }
        state.changes += recorded.outcome.added + recorded.outcome.modified + recorded.outcome.deleted
        state.kinds = WatchHealth.kinds(recorded.reading.coverage)
      case .failed, .unreachable: state.readings["failed", default: 0] += 1
      case .postponed: state.postponed += 1
      default: break
      }
    }
  }

  private static func kinds(_ coverage: [KindCoverage]) -> [String: Int] {
    var kinds = ["read": 0, "absent": 0, "unread": 0]
    for kind in Dictionary(grouping: coverage, by: \.qualifiedName).values {
      let isAbsent = kind.allSatisfy { $0.status == .absent }
      let status = isAbsent ? "absent" : kind.contains { $0.unreadReason != nil } ? "unread" : "read"
      kinds[status, default: 0] += 1
    }
    return kinds
  }

  func look(_ downtimes: [(list: String, since: Duration)], backlog: Int, _ counts: [String: WatchCounters.Counts]) {
    state.withLock { state in
      (state.downtimes, state.backlog, state.counts) = (downtimes, backlog, counts)
      state.looked = .now
    }
  }

  // MARK: Health

  /// What is wrong, in words for an operator; empty where all is well.
  package var complaints: [String] {
    let now = now()
    return state.withLock { state in
      var complaints: [String] = []
      if let last = state.lastObservation {
        let age = Duration.milliseconds(now.milliseconds - last.milliseconds)
        if age > limit { complaints.append("the last observation is \(age.components.seconds) s old") }
      } else {
        complaints.append("nothing was observed yet")
      }
      let sinceLook = state.looked.duration(to: .now)
      for (list, since) in state.downtimes where since + sinceLook > limit {
        complaints.append("\(list) was not followed for \((since + sinceLook).components.seconds) s")
      }
      return complaints
    }
  }

  // MARK: Metrics

  /// The text format of Prometheus, version 0.0.4.
  package var metrics: String {
    let now = now()
    let notices = notifier?.counts
    return state.withLock { state in
      var text = MetricsText()
      text.add(
        "ambit_watch_readings_total", .counter, "Readings that were recorded, by result",
        state.readings.map { (["result": $0.key], Double($0.value)) })
      text.add("ambit_watch_changes_total", .counter, "Objects that were recorded as added, changed or deleted", state.changes)
      text.add("ambit_watch_postponed_total", .counter, "Recordings that had to wait", state.postponed)
      if let last = state.lastObservation {
        text.add(
          "ambit_watch_last_observation_timestamp_seconds", .gauge, "When the last observation was made", Double(last.milliseconds) / 1000)
        text.add(
          "ambit_watch_last_observation_age_seconds", .gauge, "Age of the last observation",
          Double(now.milliseconds - last.milliseconds) / 1000)
      }
      if let last = state.lastChange {
        text.add("ambit_watch_last_change_timestamp_seconds", .gauge, "When the last change was recorded", Double(last.milliseconds) / 1000)
      }
      text.add(
        "ambit_watch_kinds", .gauge, "Kinds by how the last reading saw them",
        state.kinds.map { (["status": $0.key], Double($0.value)) })
      text.add("ambit_watch_lists_down", .gauge, "Lists that were followed and are not now", state.downtimes.count)
      text.add("ambit_watch_queue_messages", .gauge, "Messages that wait to be recorded", state.backlog)
      let counts: [(String, String, KeyPath<WatchCounters.Counts, Int>)] = [
        ("ambit_watch_events_total", "Events about objects, by kind", \.events),
        ("ambit_watch_restarts_total", "Watches that the server ended in good order, by kind", \.restarts),
        ("ambit_watch_relists_total", "Lists that were read again since their version was gone, by kind", \.relists),
        ("ambit_watch_errors_total", "Requests that were refused or broke, by kind", \.errors),
      ]
      for (name, help, count) in counts {
        text.add(name, .counter, help, state.counts.map { (["kind": $0.key], Double($0.value[keyPath: count])) })
      }
      if let notices {
        text.add("ambit_notices_sent_total", .counter, "Notices that were taken", notices.sent)
        text.add("ambit_notices_failed_total", .counter, "Attempts to post a notice that did not succeed", notices.failed)
        text.add("ambit_notices_dropped_total", .counter, "Notices that were given up", notices.dropped)
        text.add("ambit_notices_waiting", .gauge, "Notices that wait to be posted", notices.waiting)
      }
      return text.text
    }
  }
}
