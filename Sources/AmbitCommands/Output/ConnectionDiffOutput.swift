import AmbitKit
import KubeModel
import Reachability

/// Changes of connections, in netpol-analyzer's lines and columns.
struct ConnectionDiffOutput {
  private let diff: ConnectionDiff

  init(_ diff: ConnectionDiff) { self.diff = diff }

  var output: Output {
    var result = Output(
      text: (["Connectivity diff:"] + diff.changes.map(line)).joined(separator: "\n"), kind: "ConnectionDiff",
      value: ["changes": .list(diff.changes.map(value))])
    result.csv = (["diff-type,source,destination,ref1,ref2,workloads-diff-info"] + diff.changes.map(row))
      .joined(separator: "\n")
    return result
  }

  private func line(_ change: ConnectionDiff.Change) -> String {
    let text =
      "diff-type: \(change.kind.rawValue), source: \(change.source), destination: \(change.destination), "
      + "ref1: \(change.old.connectionText), ref2: \(change.new.connectionText)"
    return HiddenText.escaped(text + (change.workloads.isEmpty ? "" : ", workloads-diff-info: \(change.workloadText)"))
  }

  private func row(_ change: ConnectionDiff.Change) -> String {
    [
      change.kind.rawValue, change.source, change.destination, change.old.connectionText, change.new.connectionText,
      change.workloadText,
    ].map { HiddenText.escaped($0) }.map { $0.contains(",") || $0.contains("\"") ? "\"\($0.replacing("\"", with: "\"\""))\"" : $0 }
      .joined(separator: ",")
  }

  private func value(_ change: ConnectionDiff.Change) -> Value {
    [
      "type": .string(change.kind.rawValue), "source": .string(change.source),
      "destination": .string(change.destination), "old": .string(change.old.connectionText),
      "new": .string(change.new.connectionText), "workloads": .list(change.workloads.map(Value.string)),
    ]
  }
}
