internal import Foundation

/// Reads what is added to an audit log that a server writes, also across its rotation.
///
/// A log that was rotated is read to its end under its new name, as long as that is in the same folder and not yet
/// compressed. What is missed where it is not is told as a hole by the coverage of the logs.
package final class LogFollower {
  private let path: String
  private let wants: AuditWants
  /// Which file was read last, and how far.
  package struct Position: Sendable {
    let file: UInt64
    let offset: UInt64
  }

  /// Where to go on; to be put back where what was read could not be used.
  package var position: Position?

  package init(_ path: String, wants: AuditWants) {
    self.path = path
    self.wants = wants
  }

  /// How much is read at once, unless a line is longer.
  private static let slice = 16 << 20
  /// A line without an end that is longer is given up as it stands.
  private static let longestLine = 256 << 20

  /// Gives each wanted event of the whole lines that came since the last time.
  ///
  /// - Returns: what became of the lines; of a file that is not there yet, nothing.
  /// - Throws: what `body` throws; what was read until then counts as read.
  package func read(_ body: (AuditEvent) throws -> Void) throws -> [AuditLogLedger] {
    var ledgers: [AuditLogLedger] = []
    if let last = position, let current = LogFollower.number(of: path), current.file != last.file || current.size < last.offset {
      if current.file != last.file, let rotated = rotated(last.file) {
        ledgers += try read(rotated, from: last.offset, toEnd: true, body).ledgers
      }
      position = nil
    }
    guard let current = LogFollower.number(of: path) else { return ledgers }
    let result = try read(path, from: position?.offset ?? 0, toEnd: false, body)
    position = Position(file: current.file, offset: result.offset)
    return ledgers + result.ledgers
  }

  private func read(
    _ name: String, from start: UInt64, toEnd: Bool, _ body: (AuditEvent) throws -> Void
  ) throws -> (offset: UInt64, ledgers: [AuditLogLedger]) {
    guard let file = FileHandle(forReadingAtPath: name) else { return (start, []) }
    defer { try? file.close() }
    var offset = start
    var ledgers: [AuditLogLedger] = []
    var length = LogFollower.slice
    while true {
      guard (try? file.seek(toOffset: offset)) != nil, let data = try? file.read(upToCount: length), !data.isEmpty else {
        return (offset, ledgers)
      }
      let isLast = data.count < length
      var bytes = Array(data)
      if !(isLast && toEnd) {
        // The server may be in the middle of a line.
        guard let end = bytes.lastIndex(of: 0x0A) else {
          if isLast || length >= LogFollower.longestLine { return (isLast ? offset : offset + UInt64(data.count), ledgers) }
          length *= 2
          continue
        }
        bytes.removeSubrange((end + 1)...)
      }
      length = LogFollower.slice
      offset += UInt64(bytes.count)
      ledgers.append(try AuditLogReader.read(bytes, name: name, wants: wants, body))
      if isLast { return (offset, ledgers) }
    }
  }

  /// The file of this number beside the log, under the name that rotation gave it.
  private func rotated(_ number: UInt64) -> String? {
    let folder = (path as NSString).deletingLastPathComponent
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
    return names.sorted().map { folder.isEmpty ? $0 : "\(folder)/\($0)" }
      .first { LogFollower.number(of: $0)?.file == number }
  }

  /// The number by which the system knows a file, whatever its name, and its size.
  private static func number(of path: String) -> (file: UInt64, size: UInt64)? {
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
      let file = (attributes[.systemFileNumber] as? NSNumber)?.uint64Value,
      let size = (attributes[.size] as? NSNumber)?.uint64Value
    else { return nil }
    return (file, size)
  }
}
