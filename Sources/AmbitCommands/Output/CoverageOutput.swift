import AmbitKit
import Attribution
import KubeModel

/// What audit logs cover, as `attribute --coverage` prints it.
enum CoverageOutput {
  static func output(_ coverage: LogCoverage, cluster: String) -> Output {
    func time(_ microseconds: Int64) -> String { Moment(milliseconds: microseconds / 1000).tableText }
    let kinds = coverage.kinds.sorted { ($0.key.resource, $0.key.level ?? "") < ($1.key.resource, $1.key.level ?? "") }
    let seen = Set(kinds.map(\.key.resource))
    let never = ResourceCatalog.all.map(\.qualifiedName).filter { !seen.contains($0) }
    var table = Table(["KIND", "LEVEL", "FIRST WRITE (UTC)", "LAST WRITE (UTC)"])
    table.rows = kinds.map { kind, span in [kind.resource, kind.level ?? "not told", time(span.first), time(span.last)] }
    var lines: [String] = []
    if let first = coverage.spans.first, let last = coverage.spans.last {
      lines.append("The logs tell from \(time(first.first)) to \(time(last.last)) (UTC)")
    } else {
      lines.append("No log was read: read some with `ambit attribute LOG`")
    }
    for hole in coverage.holes {
      let minutes = (hole.last - hole.first) / 60_000_000
      lines.append("Hole: nothing from \(time(hole.first)) to \(time(hole.last)) (\(minutes) minutes)")
    }
    if !table.rows.isEmpty { lines.append("\n" + table.text) }
    if !seen.isEmpty && !never.isEmpty {
      lines.append("\nNo write to these kinds was ever logged, which can be so, or the audit policy leaves them out:")
      lines.append("  " + never.joined(separator: ", "))
    }
    func value(_ span: LogCoverage.Span) -> Value {
      [
        "first": .string(Moment(milliseconds: span.first / 1000).text),
        "last": .string(Moment(milliseconds: span.last / 1000).text),
      ]
    }
    var output = Output(
      text: lines.joined(separator: "\n"), kind: "AuditLogCoverage",
      value: [
        "cluster": .string(cluster), "spans": .list(coverage.spans.map(value)), "holes": .list(coverage.holes.map(value)),
        "kinds": .list(
          kinds.map { kind, span in
            var map = value(span).map ?? Mapping()
            map["resource"] = .string(kind.resource)
            map["level"] = kind.level.map(Value.string)
            return .map(map)
          }),
        "neverSeen": .list(never.map(Value.string)),
      ])
    output.csv = table.csv
    return output
  }
}
