import AmbitKit
import HistoryIndex
import KubeModel
import Reachability

/// The changes that opened and closed a connection, as `blame --from --to` prints them.
struct ConnectionBlameOutput {
  let blame: ConnectionBlame
  let cluster: String
  let isOpeningOnly: Bool

  /// More answers than these are told in one line each.
  private static let mostExplained = 4

  var output: Output {
    var output = Output(kind: "ConnectionBlame", value: value)
    output.text = [answer, doubt, table.rows.isEmpty ? nothing : table.text].compactMap(\.self).joined(separator: "\n\n")
    output.csv = table.csv
    return output
  }

  // MARK: Text

  /// What becomes of the connection at the moment that was asked for, and why.
  private var answer: String {
    let lines =
      blame.answers.count <= ConnectionBlameOutput.mostExplained
      ? Explanation(blame.answers).text
      : blame.answers.map { answer in
        HiddenText.escaped("\(answer.source) => \(answer.destination) \(answer.point): \(answer.verdict.name)")
      }.joined(separator: "\n")
    let together = blame.answers.count > 1 ? "\n\nTogether: \(blame.verdict.name)" : ""
    return "At \(blame.point.moment.text), snapshot \(blame.point.snapshot.commit.prefix(10)):\n\n\(lines)\(together)"
  }

  private var doubt: String? {
    blame.unread.map { reason in
      HiddenText.escaped("As far as was read: \(text(blame.known)). Not all of it was, the last time: \(reason)")
    }
  }

  private var nothing: String {
    isOpeningOnly && blame.known == .verdict(.denied)
      ? "It is denied, so that no opening stands; see all changes without --first"
      : "No change opened or closed it since the record begins"
  }

  /// A row for each object that can have mattered; those without which it would be the same are marked. What was there
  /// when the record began has one row.
  private var table: Table {
    var table = Table(
      ["AFTER (UTC)", "SEEN (UTC)", "COMMIT", "BECAME", "WAS", "ACTOR", "NAMESPACE", "OBJECT", "CHANGE", "CAUSE", "NOW BY"])
    table.rows = blame.steps.flatMap { step in
      let seen = [Moment(milliseconds: step.snapshot.capturedTo).tableText, String(step.snapshot.commit.prefix(10))]
      let outcomes = [text(step.after), text(step.before)]
      guard !step.isBeginning else {
        return [["-"] + seen + outcomes + ["-", "-", "-", "the record begins", "-", deciding(step)]]
      }
      let decisive = step.changes.filter(\.decides)
      let beside = decisive.isEmpty ? [] : step.changes.filter { !$0.decides }
      return (decisive.isEmpty ? step.changes : decisive).map { change in
        [step.notBefore?.tableText ?? "-"] + seen + outcomes + cells(change.entry) + [deciding(step)]
      } + beside.map { ["", "", "", "beside it", ""] + cells($0.entry) + [""] }
    }
    return table
  }

  private func cells(_ entry: HistoryEntry) -> [String] {
    [
      LogOutput.actor(entry.change.actor), entry.change.id.namespace ?? "-", entry.change.id.reference,
      entry.change.summary, entry.change.cause ?? "-",
    ]
  }

  /// The policies that decide from a step on, the first few by name.
  private func deciding(_ step: ConnectionBlame.Step) -> String {
    guard !step.deciding.isEmpty else { return "-" }
    let rest = step.deciding.count - 2
    return step.deciding.prefix(2).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
  }

  private func text(_ outcome: ConnectionOutcome) -> String {
    switch outcome {
    case .verdict(let verdict): verdict.name
    case .missing(source: true, destination: true): "no such ends"
    case .missing(source: true, destination: false): "no source"
    case .missing: "no destination"
    }
  }

  // MARK: Values

  private var value: Value {
    [
      "cluster": .string(cluster), "source": .string(blame.question.source),
      "destination": .string(blame.question.destination), "protocol": .string(blame.question.point.transport.name),
      "port": .int(Int64(blame.question.point.port)), "at": .string(blame.point.moment.text),
      "commit": .string(blame.point.snapshot.commit), "verdict": .string(blame.verdict.name),
      "asFarAsRead": .string(text(blame.known)), "unread": blame.unread.map(Value.string) ?? .null,
      "answers": Explanation(blame.answers).value, "steps": .list(blame.steps.map(value)),
      "statesEvaluated": .int(Int64(blame.evaluatedCount)), "versionsRead": .int(Int64(blame.readCount)),
    ]
  }

  private func value(_ step: ConnectionBlame.Step) -> Value {
    [
      "before": .string(text(step.before)), "after": .string(text(step.after)),
      "commit": .string(step.snapshot.commit), "seen": .string(Moment(milliseconds: step.snapshot.capturedTo).text),
      "notBefore": step.notBefore.map { .string($0.text) } ?? .null, "isBeginning": .bool(step.isBeginning),
      "decidedBy": .list(step.deciding.map(Value.string)),
      "changes": .list(
        step.changes.map { change in
          var map = LogOutput.value(change.entry).map ?? Mapping()
          map["decides"] = .bool(change.decides)
          return .map(map)
        }),
    ]
  }
}
