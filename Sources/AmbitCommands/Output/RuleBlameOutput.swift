import AmbitKit
import HistoryIndex
import Integrity
import KubeModel
import Reachability

/// The rules of a policy as `blame --rules` prints them.
enum RuleBlameOutput {
  static func output(_ blame: RuleBlame, cluster: String, includesGone: Bool) -> Output {
    var table = Table(
      ["COMMIT", "SEEN (UTC)", "ACTOR", "CAUSE"] + (includesGone ? ["GONE IN", "GONE (UTC)", "BY", "WHY"] : []) + ["RULE"])
    table.rows = (blame.standing + blame.gone).map { statement in
      LogOutput.origin(statement.added)
        + (includesGone ? statement.removed.map(LogOutput.origin) ?? ["-", "-", "-", "-"] : []) + [text(statement)]
    }
    return Output(
      table: table, kind: "RuleBlame",
      value: [
        "cluster": .string(cluster), "object": .string(blame.id.title),
        "rules": .list((blame.standing + blame.gone).map(value)),
      ])
  }

  /// The rule, and whether the object was made again since it came.
  private static func text(_ statement: RuleBlame.Statement) -> String {
    let name = statement.name.map { "\(Word.of($0)): " } ?? ""
    let again = statement.recreated.last.map { entry in
      let count = statement.recreated.count
      let seen = Moment(milliseconds: entry.snapshot.capturedTo).tableText
      return " (object made again\(count == 1 ? "" : " \(count) times, the last one"), seen \(seen), by "
        + "\(LogOutput.actor(entry.change.actor)))"
    }
    return name + statement.form.text + (again ?? "")
  }

  private static func value(_ statement: RuleBlame.Statement) -> Value {
    let form = statement.form
    var map = Mapping([
      ("role", .string(form.role.rawValue)), ("text", .string(form.text)), ("digest", .string(form.digest.hex)),
      ("path", .string(statement.path)), ("conditions", .list(form.conditions.map(Value.string))),
      ("added", LogOutput.value(statement.added)), ("recreated", .list(statement.recreated.map(LogOutput.value))),
      ("removed", statement.removed.map(LogOutput.value) ?? .null),
    ])
    map["direction"] = form.direction.map { .string($0.rawValue) }
    map["action"] = form.action.map(Value.string)
    map["peers"] = form.peers.map(Value.string)
    map["traffic"] = form.traffic.map(Value.string)
    map["name"] = statement.name.map(Value.string)
    return .map(map)
  }
}
