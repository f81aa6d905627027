internal import KubeModel

/// What became of all that was read: nothing is left out without being counted.
package struct AuditLogLedger: Sendable, Equatable {
  /// Why a record was not given to the caller, without anything being wrong with it.
  package enum Reason: String, Sendable, CaseIterable, Comparable {
    /// An audit event of a verb that was not asked for.
    case verb = "other verb"
    /// An audit event about a resource that was not asked for, or about none.
    case resource = "other resource"
    /// JSON that is no audit event: another component's log, a control message.
    case json = "JSON that is no audit event"
    /// Text that is no audit event: another component's log.
    case text = "text that is no audit event"

    package static func < (left: Reason, right: Reason) -> Bool { left.rawValue < right.rawValue }
  }

  /// Something that could not be read, and what it cost is not known.
  package struct Damage: Sendable, Equatable {
    package let file: String
    /// Nil where the file as a whole is meant.
    package let line: Int?
    /// Without characters that a terminal would obey.
    package let reason: String

    /// `audit.log:17: not valid JSON`
    package var text: String {
      "\(HiddenText.escaped(file))\(line.map { ":\($0)" } ?? ""): \(reason)"
    }
  }

  package struct File: Sendable, Equatable {
    package let name: String
    /// Of a compressed file, the lines in it.
    package internal(set) var lines = 0
    package internal(set) var used = 0
    package internal(set) var ignored: [Reason: Int] = [:]
    package internal(set) var damaged = 0
  }

  /// The files in the order in which they were read, those that could not be read too.
  package internal(set) var files: [File] = []
  /// The first of what was damaged, at most `damageLimit`; all of it is counted in `damaged`.
  package private(set) var damages: [Damage] = []

  package static let damageLimit = 100
  private static let longestReason = 200

  package var lines: Int { files.reduce(0) { $0 + $1.lines } }
  package var used: Int { files.reduce(0) { $0 + $1.used } }
  package var damaged: Int { files.reduce(0) { $0 + $1.damaged } }
  package var ignored: [Reason: Int] {
    files.reduce(into: [:]) { sum, file in sum.merge(file.ignored, uniquingKeysWith: +) }
  }
  /// Whether all that was there was read.
  package var isComplete: Bool { damaged == 0 }

  mutating func begin(file name: String) { files.append(File(name: name)) }

  /// Counts a damage in the last file; the reason is asked for only where it will be told.
  mutating func damage(line: Int?, _ reason: () -> String) {
    guard let last = files.indices.last else { return }
    files[last].damaged += 1
    guard damages.count < AuditLogLedger.damageLimit else { return }
    var reason = HiddenText.escaped(reason())
    if reason.count > AuditLogLedger.longestReason { reason = reason.prefix(AuditLogLedger.longestReason) + "…" }
    damages.append(Damage(file: files[last].name, line: line, reason: reason))
  }

  mutating func ignore(_ reason: Reason) {
    guard let last = files.indices.last else { return }
    files[last].ignored[reason, default: 0] += 1
  }

  mutating func use() {
    guard let last = files.indices.last else { return }
    files[last].used += 1
  }

  mutating func end(lines: Int) {
    guard let last = files.indices.last else { return }
    files[last].lines = lines
  }
}
