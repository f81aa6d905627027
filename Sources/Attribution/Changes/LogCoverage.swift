internal import Integrity
internal import KubeModel

/// What audit logs cover: when they tell anything at all, and of which kinds how much.
///
/// A pure union: the same whatever the order and the overlap in which logs were read.
package struct LogCoverage: Sendable, Hashable {
  /// A time in which events follow each other without a long pause, in microseconds since 1970; both ends included.
  package struct Span: Sendable, Hashable {
    package var first: Int64
    package var last: Int64
  }

  /// How the logs tell of writes to a kind.
  package struct Kind: Sendable, Hashable {
    package let resource: String
    /// Nil where the log does not tell its level.
    package let level: String?
  }

  /// A pause longer than this is a hole: an API server writes leases every few seconds, and a policy that leaves them
  /// out still has something to tell within ten minutes on most clusters.
  package static let pause: Int64 = 600_000_000

  /// The name of its file among the change records.
  package static let file = "coverage.yaml"

  /// Sorted, with a pause between each and the next.
  package private(set) var spans: [Span] = []
  /// When writes to each kind were first and last told, by level.
  package private(set) var kinds: [Kind: Span] = [:]
  private var pending: [Span] = []

  package init() {}

  /// Takes an event's time, in whatever order.
  package mutating func take(_ microseconds: Int64) {
    // Logs are mostly in order: what extends the last span costs nothing.
    if let last = pending.indices.last, microseconds >= pending[last].first - LogCoverage.pause,
      microseconds <= pending[last].last + LogCoverage.pause
    {
      pending[last].first = min(pending[last].first, microseconds)
      pending[last].last = max(pending[last].last, microseconds)
      return
    }
    pending.append(Span(first: microseconds, last: microseconds))
    if pending.count > 1_000 { settle() }
  }

  /// Takes a write to a kind.
  package mutating func take(_ record: ChangeRecord) {
    let resource = record.target.group.isEmpty ? record.target.resource : "\(record.target.resource).\(record.target.group)"
    let kind = Kind(resource: resource, level: record.level)
    let time = record.microseconds
    let span = kinds[kind] ?? Span(first: time, last: time)
    kinds[kind] = Span(first: min(span.first, time), last: max(span.last, time))
  }

  /// Brings what was taken into order; called once all is taken.
  package mutating func settle() {
    spans = LogCoverage.joined(spans + pending)
    pending = []
  }

  package func union(_ other: LogCoverage) -> LogCoverage {
    var result = self
    result.spans = LogCoverage.joined(spans + pending + other.spans + other.pending)
    result.pending = []
    result.kinds.merge(other.kinds) { Span(first: min($0.first, $1.first), last: max($0.last, $1.last)) }
    return result
  }

  private static func joined(_ spans: [Span]) -> [Span] {
    var result: [Span] = []
    for span in spans.sorted(by: { ($0.first, $0.last) < ($1.first, $1.last) }) {
      if let last = result.indices.last, span.first <= result[last].last + pause {
        result[last].last = max(result[last].last, span.last)
      } else {
        result.append(span)
      }
    }
    return result
  }

  /// Whether the logs tell of a time.
  package func covers(_ microseconds: Int64) -> Bool {
    spans.contains { $0.first <= microseconds && microseconds <= $0.last }
  }

  /// Where no log tells anything, between the first event and the last.
  package var holes: [Span] {
    zip(spans, spans.dropFirst()).map { Span(first: $0.last, last: $1.first) }
  }

  // MARK: The file

  package var bytes: [UInt8] {
    func value(_ span: Span) -> Mapping {
      Mapping([
        ("first", .string(CivilTime.text(microseconds: span.first))), ("last", .string(CivilTime.text(microseconds: span.last))),
      ])
    }
    let kinds = kinds.sorted { ($0.key.resource, $0.key.level ?? "") < ($1.key.resource, $1.key.level ?? "") }
      .map { kind, span -> Value in
        var map = value(span)
        map["resource"] = .string(kind.resource)
        map["level"] = kind.level.map(Value.string)
        return .map(map)
      }
    return CanonicalYAML.bytes(of: [
      "apiVersion": "ambit/v1", "kind": "AuditLogCoverage",
      "spec": ["spans": .list(spans.map { .map(value($0)) }), "kinds": .list(kinds)],
    ])
  }

  package init?(_ bytes: [UInt8]) {
    guard let root = CanonicalYAML.value(of: bytes), root["kind"]?.string == "AuditLogCoverage",
      let spans = root["spec"]?["spans"]?.list, let kinds = root["spec"]?["kinds"]?.list
    else { return nil }
    func span(_ value: Value) -> Span? {
      guard let first = value["first"]?.string.map(AuditTime.init)?.microseconds,
        let last = value["last"]?.string.map(AuditTime.init)?.microseconds, first <= last
      else { return nil }
      return Span(first: first, last: last)
    }
    self.spans = LogCoverage.joined(spans.compactMap(span))
    for value in kinds {
      guard let resource = value["resource"]?.string, let span = span(value) else { return nil }
      self.kinds[Kind(resource: resource, level: value["level"]?.string)] = span
    }
  }
}
