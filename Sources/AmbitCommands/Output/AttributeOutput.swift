import AmbitKit
import Attribution
import HistoryIndex
import KubeModel

/// What `attribute` read, and what that explains.
enum AttributeOutput {
  /// The ledger, on standard error: what was read, used, left out and damaged.
  static func tell(_ outcome: Attributor.Outcome) {
    let log = outcome.log
    let ignored = counts(outcome)
    let left = ignored.reduce(0) { $0 + $1.count }
    Terminal.note(
      "Read \(log.lines) lines of \(log.files.count) \(log.files.count == 1 ? "file" : "files"): "
        + "\(log.used - outcome.ignored.values.reduce(0, +)) events used, \(left) left out, \(log.damaged) damaged")
    for (reason, count) in ignored { Terminal.note("  left out: \(count) \(reason)") }
    for damage in log.damages { Terminal.note("  damaged: \(damage.text)") }
    if log.damaged > log.damages.count { Terminal.note("  and \(log.damaged - log.damages.count) more damaged") }
  }

  /// Why events were left out, by the reader and by what they say.
  private static func counts(_ outcome: Attributor.Outcome) -> [(reason: String, count: Int)] {
    outcome.log.ignored.sorted { $0.key < $1.key }.map { ($0.key.rawValue, $0.value) }
      + ChangeDeriver.Ignored.allCases.compactMap { reason in
        outcome.ignored[reason].map { (reason.rawValue, $0) }
      }
  }

  static func output(_ outcome: Attributor.Outcome, _ explained: Attributor.Explained, cluster: String) -> Output {
    let known = outcome.kept.requests - outcome.kept.new - outcome.kept.fuller
    let certain = explained.byCertainty[.exact, default: 0] + explained.byCertainty[.sole, default: 0]
    var lines = [
      "\(cluster): \(outcome.kept.requests) write requests: \(outcome.kept.new) new, \(outcome.kept.fuller) now told more fully, \(known) known",
    ]
    if explained.changes > 0 { lines.append("\(certain) of \(explained.changes) changes in the history have an author:") }
    let words: [(IndexedAttribution.Certainty, String)] = [
      (.exact, "the log has the very state that was read"), (.sole, "only one user wrote in that time"),
      (.candidates, "several users wrote in that time"), (.unexplained, "the log has other states than the one read"),
    ]
    for (certainty, text) in words {
      if let count = explained.byCertainty[certainty] { lines.append("  \(count) \(certainty.rawValue): \(text)") }
    }
    if explained.unknown > 0 { lines.append("  \(explained.unknown) unknown: the logs say nothing of them") }
    if explained.unseen > 0 {
      lines.append("\(explained.unseen) requests changed what no reading saw (`ambit log` marks them)")
    }
    if explained.refused > 0 { lines.append("\(explained.refused) requests were refused (`ambit log --attempts`)") }
    var certainties = Mapping()
    for certainty in IndexedAttribution.Certainty.allCases {
      certainties[certainty.rawValue] = .int(Int64(explained.byCertainty[certainty, default: 0]))
    }
    certainties["unknown"] = .int(Int64(explained.unknown))
    var value = Mapping([
      ("cluster", .string(cluster)), ("requests", .int(Int64(outcome.kept.requests))), ("new", .int(Int64(outcome.kept.new))),
      ("fuller", .int(Int64(outcome.kept.fuller))), ("changes", .int(Int64(explained.changes))),
      ("attributed", .map(certainties)), ("unseen", .int(Int64(explained.unseen))),
      ("refused", .int(Int64(explained.refused))), ("log", ledger(outcome)),
    ])
    value["commit"] = outcome.kept.commit.map(Value.string)
    return Output(text: lines.map(HiddenText.escaped).joined(separator: "\n"), kind: "Attribution", value: .map(value))
  }

  private static func ledger(_ outcome: Attributor.Outcome) -> Value {
    let log = outcome.log
    return [
      "complete": .bool(log.isComplete), "lines": .int(Int64(log.lines)), "events": .int(Int64(log.used)),
      "damaged": .int(Int64(log.damaged)),
      "ignored": .map(Mapping(counts(outcome).map { ($0.reason, .int(Int64($0.count))) })),
      "damages": .list(
        log.damages.map { damage in
          var map = Mapping([("file", .string(damage.file)), ("reason", .string(damage.reason))])
          map["line"] = damage.line.map { .int(Int64($0)) }
          return .map(map)
        }),
      "files": .list(
        log.files.map { file in
          [
            "name": .string(file.name), "lines": .int(Int64(file.lines)), "events": .int(Int64(file.used)),
            "damaged": .int(Int64(file.damaged)),
          ]
        }),
    ]
  }
}
