import Logging
import Synchronization

/// A value that several tasks of a test share.
final class Shared<Value: Sendable>: Sendable {
  private let value: Mutex<Value>

  init(_ value: Value) { self.value = Mutex(value) }

  func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
    value.withLock { value in body(&value) }
  }
}

/// All that a logger was given, as lines.
final class RecordedLog: Sendable {
  private let recorded = Shared<[String]>([])

  var lines: [String] { recorded.withLock { $0 } }

  var logger: Logger { Logger(label: "test") { [recorded] _ in Handler(recorded: recorded) } }

  private struct Handler: LogHandler {
    let recorded: Shared<[String]>
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      recorded.withLock { $0.append("\(event.level) \(event.message) \(event.metadata ?? [:])") }
    }
  }
}
