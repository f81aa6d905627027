@testable import Attribution
import Compression
import Foundation
import KubeModel
import Testing

/// Events that a real API server wrote, one a line.
enum Recorded {
  /// In the order of the file: a refused delete, a create as another user, a dry-run delete, a real one, a conflict of
  /// server-side apply, a create with a generated name, a JSON patch, a list.
  enum Line: Int, CaseIterable {
    case forbidden, impersonated, dryRun, delete, conflict, generatedName, jsonPatch, list
  }

  static let log = (try? Data(contentsOf: URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Recorded/audit.log"))) ?? Data()

  static let lines = String(decoding: log, as: UTF8.self).split(separator: "\n").map(String.init)

  static func text(_ line: Line) -> String { lines[line.rawValue] }

  static func event(_ line: Line) throws -> AuditEvent { try #require(Reading(text(line)).events.first) }

  /// The value of an event's JSON, to build wrappers around it.
  static func value(_ line: Line) throws -> Value { try JSONReader.value(Array(text(line).utf8)) }
}

/// What is read of a text, and the account of it.
struct Reading {
  var events: [AuditEvent] = []
  var ledger = AuditLogLedger()

  init(_ text: String, wants: AuditWants = .everything) throws { try self.init(Array(text.utf8), wants: wants) }

  init(_ bytes: [UInt8], wants: AuditWants = .everything) throws {
    var events: [AuditEvent] = []
    ledger = try AuditLogReader.read(bytes, name: "audit.log", wants: wants) { events.append($0) }
    self.events = events
  }

  /// The events without where they stand.
  var contents: [AuditEvent] { events.map(\.content) }
  var formats: [AuditFormat] { events.map(\.provenance.format) }
  var damagedLines: [Int?] { ledger.damages.map(\.line) }
}

extension AuditEvent {
  /// The same event from nowhere.
  var content: AuditEvent {
    var event = self
    event.provenance = AuditProvenance(file: "", line: 0, lastLine: 0, item: nil, format: .event, record: [])
    return event
  }
}

enum Gzip {
  /// gzip's form of some bytes, which are stored as they are.
  static func member(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
    var rest = bytes[...]
    repeat {
      let block = rest.prefix(0xFFFF)
      rest = rest.dropFirst(block.count)
      let (low, high) = (UInt8(block.count & 0xFF), UInt8(block.count >> 8))
      result += [rest.isEmpty ? 1 : 0, low, high, ~low, ~high] + block
    } while !rest.isEmpty
    for number in [bytes.withUnsafeBytes { CRC32.checksum(of: $0) }, UInt32(bytes.count)] {
      result += (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
    return result
  }
}
