import Controls
import KubeModel

/// Controls of one framework beside those of another.
enum CrosswalkOutput {
  static func rows(_ crosswalk: Crosswalk, _ from: Framework, _ to: Framework) -> Output {
    var sheet = Table(["FROM", "FROM TITLE", "RELATION", "TO", "TO TITLE", "CHECKS"])
    // A terminal shows what repeats once.
    var grouped = sheet
    for row in crosswalk.rows {
      let start = [row.control.id, row.control.title]
      let counterparts = row.counterparts.isEmpty ? [["none", "-", "-", "-"]] : row.counterparts.map(cells)
      sheet.rows += counterparts.map { start + $0 }
      grouped.rows += counterparts.enumerated().map { ($0 == 0 ? start : ["", ""]) + $1 }
    }
    var output = Output(
      table: grouped, kind: "Crosswalk",
      value: [
        "from": .map(Mapping(FrameworkOutput.reference(from))), "to": .map(Mapping(FrameworkOutput.reference(to))),
        "controls": .list(crosswalk.rows.map(value)),
      ])
    output.csv = sheet.csv
    return output
  }

  private static func cells(_ counterpart: Crosswalk.Counterpart) -> [String] {
    [
      counterpart.relation?.rawValue ?? "context", counterpart.control.id, counterpart.control.title,
      counterpart.shared.map { "\($0.check) (\($0.first.rawValue), \($0.second.rawValue))" }.joined(separator: ", "),
    ]
  }

  private static func value(_ row: Crosswalk.Row) -> Value {
    [
      "id": .string(row.control.id), "title": .string(row.control.title),
      "counterparts": .list(
        row.counterparts.map { counterpart in
          [
            "id": .string(counterpart.control.id), "title": .string(counterpart.control.title),
            "relation": counterpart.relation.map { .string($0.rawValue) } ?? .null,
            "checks": .list(
              counterpart.shared.map {
                [
                  "id": .string($0.check), "from": .string($0.first.rawValue), "to": .string($0.second.rawValue),
                  "decides": .bool($0.decides),
                ]
              }),
          ]
        }),
    ]
  }
}
