import AmbitKit
import KubeModel

/// The lines of an object as `blame` prints them.
enum BlameOutput {
  static func output(_ blame: Blame, cluster: String) -> Output {
    var table = Table(["COMMIT", "SEEN (UTC)", "ACTOR", "CAUSE", "LINE", "TEXT"])
    table.rows = blame.lines.enumerated().map { index, line in
      LogOutput.origin(line.origin) + [String(index + 1), line.text]
    }
    return Output(
      table: table, kind: "Blame",
      value: [
        "cluster": .string(cluster), "object": .string(blame.id.title),
        "lines": .list(
          blame.lines.enumerated().map { index, line in
            [
              "line": .int(Int64(index + 1)), "text": .string(line.text),
              "change": LogOutput.value(line.origin),
            ]
          }),
      ])
  }
}
