import AmbitKit
import ClusterReader
import KubeModel

/// What a watch does, a line on stderr for each event that matters: time, level, event, and facts as `key=value`.
struct WatchLog: Sendable {
  private enum Level: String { case debug, info, warning, error }

  let cluster: String
  let isVerbose: Bool

  func tell(_ event: Watcher.Event) {
    switch event {
    case .unreachable(let reason, let wait):
      write(.error, "unreachable", [("retryIn", "\(wait.components.seconds)s"), ("reason", reason)])
    case .started(let coverage):
      let kinds = Dictionary(grouping: coverage, by: \.qualifiedName)
      write(
        .info, "watching",
        [
          ("kinds", "\(kinds.values.count { $0.contains { $0.status == .read } })"),
          ("unread", "\(kinds.values.count { $0.contains { $0.unreadReason != nil } })"),
        ])
    case .recorded(let recorded): tell(recorded)
    case .failed(let reason): write(.error, "not-read", [("reason", reason)])
    case .postponed(let reason, let hint):
      write(.error, "postponed", [("reason", reason)] + (hint.map { [("hint", $0)] } ?? []))
    case .doubted(let reason): write(.warning, "doubted", [("reason", reason), ("then", "reading again on a new connection")])
    case .unread(let kind, let reason): write(.warning, "unread", [("kind", kind), ("reason", reason)])
    case .readAgain(let kind): write(.info, "read-again", [("kind", kind)])
    case .notSurveyed(let reason): write(.warning, "not-surveyed", [("reason", reason)])
    case .logDamaged(let place): write(.warning, "audit-log-damaged", [("place", place)])
    case .maintained(let note): write(.debug, "maintained", [("note", note)])
    case .stopped: write(.info, "stopped", [])
    }
  }

  private func tell(_ recorded: WatchRecorder.Recorded) {
    let outcome = recorded.outcome
    for flag in outcome.flags { write(.warning, "flagged", [("reason", flag)]) }
    for diagnostic in recorded.reading.diagnostics { write(.warning, "unusable", [("what", diagnostic.description)]) }
    guard outcome.isChanged else {
      return write(.debug, "observed", [("complete", "\(recorded.reading.isComplete)"), ("objects", "\(outcome.objectCount)")])
    }
    write(
      .info, "recorded",
      [
        ("commit", String(outcome.commit?.prefix(10) ?? "")), ("added", "\(outcome.added)"),
        ("changed", "\(outcome.modified)"), ("deleted", "\(outcome.deleted)"),
        ("complete", "\(recorded.reading.isComplete)"), ("objects", "\(outcome.objectCount)"),
      ])
  }

  func tell(_ event: Notifier.Event) {
    switch event {
    case .failing(let reason): write(.error, "notices-fail", [("reason", reason)])
    case .recovered: write(.info, "notices-sent-again", [])
    }
  }

  func tell(listening address: String) { write(.info, "listening", [("address", address)]) }

  private func write(_ level: Level, _ event: String, _ facts: [(String, String)]) {
    guard level != .debug || isVerbose else { return }
    let facts = [("cluster", cluster)] + facts
    Terminal.note("\(Moment.now.text) \(level.rawValue) \(event) " + facts.map { "\($0)=\(WatchLog.quoted($1))" }.joined(separator: " "))
  }

  /// Words stand as they are, and all else in quotes, so that a line has one way to be read.
  private static func quoted(_ text: String) -> String {
    let isWord = !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=") }
    return isWord ? text : "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
  }
}
