import AmbitKit
import ArgumentParser
import HistoryIndex
import KubeModel

struct BlameCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "blame", abstract: "Show which change brought each line of an object",
    discussion: """
      An actor marked `tool:` is the field manager that wrote the object last before that reading: a program's \
      own word with a resolution of seconds, no person, and not per line.

      Example: ambit blame netpol/allow-web -n shop
      """)

  @Argument(help: "KIND/NAME") var object: String
  @OptionGroup var moment: MomentOptions
  @OptionGroup var namespaces: NamespaceOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let history = try moment.cluster.history()
    let id = try history.object(named: ObjectReference(object, namespace: namespaces.namespace))
    let blame = try Blame(id, in: history, at: history.point(moment.at))
    var table = Table(["COMMIT", "SEEN (UTC)", "ACTOR", "CAUSE", "LINE", "TEXT"])
    table.rows = blame.lines.enumerated().map { index, line in
      [
        String(line.origin.snapshot.commit.prefix(10)),
        Moment(milliseconds: line.origin.snapshot.capturedTo).tableText,
        LogOutput.actor(line.origin.change), line.origin.change.cause ?? "-", String(index + 1),
        line.text,
      ]
    }
    Output(
      table: table, kind: "Blame",
      value: [
        "cluster": .string(history.cluster), "object": .string(id.title),
        "lines": .list(
          blame.lines.enumerated().map { index, line in
            [
              "line": .int(Int64(index + 1)), "text": .string(line.text),
              "change": LogOutput.value(line.origin),
            ]
          }),
      ]
    ).print(output.output)
  }
}
