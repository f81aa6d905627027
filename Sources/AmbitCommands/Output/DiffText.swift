import AmbitKit
import KubeModel

/// Differences as `diff` prints them.
enum DiffText {
  /// An object's name and, below it, its fields with their old and new values.
  static func text(_ change: StateDiff.ObjectChange) -> String {
    let same = change.isMeaningSame ? ", which means the same" : ""
    let title = HiddenText.escaped("\(change.step) \(change.id.title)\(same)")
    var lines = [Style.heading(title)]
    switch (change.old, change.new) {
    case (let old?, _?):
      for field in FieldDiff(old.value, change.new?.value).changes {
        lines.append("  \(HiddenText.escaped(field.path)):")
        if let value = field.old { lines += block(value, sign: "-", Style.bad) }
        if let value = field.new { lines += block(value, sign: "+", Style.good) }
      }
    case (let old?, nil): lines += block(old.spec ?? .map(Mapping()), sign: "-", Style.bad)
    case (nil, let new?): lines += block(new.spec ?? .map(Mapping()), sign: "+", Style.good)
    case (nil, nil): break
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func block(_ value: Value, sign: String, _ style: Style) -> [String] {
    CanonicalYAML.string(of: value).split(separator: "\n").map {
      style("  \(sign) \(HiddenText.escaped(String($0)))")
    }
  }

  static func stat(_ changes: [StateDiff.ObjectChange]) -> String {
    var table = Table(["STEP", "NAMESPACE", "OBJECT", "FIELDS"])
    table.rows = changes.map {
      [$0.step, $0.id.namespace ?? "-", $0.id.reference, $0.old != nil && $0.new != nil ? String($0.fields.changes.count) : "-"]
    }
    let counts = ["added", "modified", "recreated", "deleted"].compactMap { step -> String? in
      let count = changes.count { $0.step == step }
      return count > 0 ? "\(count) \(step)" : nil
    }
    return table.text + "\n" + counts.joined(separator: ", ")
  }

  static func value(_ change: StateDiff.ObjectChange) -> Value {
    var map = Mapping([
      ("group", .string(change.id.group)), ("resource", .string(change.id.resource)),
      ("name", .string(change.id.name)), ("path", .string(change.path)), ("step", .string(change.step)),
      (
        "fields",
        .list(
          change.fields.changes.map { field in
            var map = Mapping([("path", .string(field.path))])
            map["old"] = field.old
            map["new"] = field.new
            return .map(map)
          })
      ),
    ])
    map["namespace"] = change.id.namespace.map(Value.string)
    if change.old != nil && change.new != nil { map["sameMeaning"] = .bool(change.isMeaningSame) }
    return .map(map)
  }

  /// A value in one line.
  static func inline(_ value: Value) -> String {
    switch value {
    case .string(let text): text
    default: JSONWriter.line(of: value)
    }
  }
}
