/// Reads Kubernetes audit logs, whatever they are wrapped and packed in, event by event.
///
/// What a file holds is told by its content, line by line. One record that cannot be read costs that record, and one
/// file that cannot be opened that file. Memory does not grow with the log. docs/audit-logs.md has the formats.
package struct AuditLogReader: Sendable {
  private let sources: [String]
  private let wants: AuditWants

  /// - Parameter sources: files, directories with all below them, patterns of a shell, or `-` for standard input.
  package init(sources: [String], wants: AuditWants = .everything) {
    self.sources = sources
    self.wants = wants
  }

  /// Gives each event that is wanted to the caller, file by file: of rotated logs the oldest first.
  ///
  /// - Returns: what became of all that was read.
  /// - Throws: what `body` throws, with which reading ends.
  package func read(_ body: (AuditEvent) throws -> Void) throws -> AuditLogLedger {
    try withoutActuallyEscaping(body) { body in
      let state = ReadingState(wants, body)
      for file in LogFiles.found(sources) {
        state.begin(file.name)
        if let problem = file.problem {
          state.ledger.damage(line: nil) { problem }
          continue
        }
        do { try AuditLogReader.read(LogStream.open(file.name), state) } catch let fault as StreamFault {
          state.ledger.damage(line: nil) { fault.reason }
        }
      }
      return state.ledger
    }
  }

  /// Reads bytes as a file of this name would be read.
  package static func read(
    _ bytes: [UInt8], name: String, wants: AuditWants = .everything, _ body: (AuditEvent) throws -> Void
  ) throws -> AuditLogLedger {
    try withoutActuallyEscaping(body) { body in
      let state = ReadingState(wants, body)
      state.begin(name)
      do { try read(LogStream.unpacked(MemoryStream(bytes)), state) } catch let fault as StreamFault {
        state.ledger.damage(line: nil) { fault.reason }
      }
      return state.ledger
    }
  }

  /// Reads a stream as the file that the state is at.
  static func read(_ stream: any ByteStream, _ state: ReadingState) throws {
    let window = LogWindow(stream)
    var splitter = RecordSplitter(window, try RecordReader(state))
    try splitter.run()
    if let fault = window.fault { state.ledger.damage(line: window.line) { fault.reason } }
    state.ledger.end(lines: window.lines)
  }
}
