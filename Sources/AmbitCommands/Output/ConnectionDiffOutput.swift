import AmbitKit
import KubeModel
import Reachability

/// Changes of connections, in netpol-analyzer's lines and columns.
struct ConnectionDiffOutput {
  private let diff: ConnectionDiff

  init(_ diff: ConnectionDiff) { self.diff = diff }

  /// Each change in a line.
  var text: String { (["Connectivity diff:"] + diff.changes.map(line)).joined(separator: "\n") }

  /// The list of changes.
  var value: Value { .list(diff.changes.map(value)) }

  func print(_ format: DiffFormat) {
    switch format {
    case .table: output.print(.table)
    case .json: output.print(.json)
    case .yaml: output.print(.yaml)
    case .csv: output.print(.csv)
    case .md: Terminal.print(markdown)
    case .dot: Terminal.print(dot)
    }
  }

  private var output: Output {
    var result = Output(text: text, kind: "ConnectionDiff", value: ["changes": value])
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

  private func cells(_ change: ConnectionDiff.Change) -> [String] {
    [
      change.kind.rawValue, change.source, change.destination, change.old.connectionText, change.new.connectionText,
      change.workloadText,
    ].map { HiddenText.escaped($0) }
  }

  private var markdown: String {
    ([
      "| diff-type | source | destination | ref1 | ref2 | workloads-diff-info |",
      "|-----------|--------|-------------|------|------|---------------------|",
    ] + diff.changes.map { "| \(cells($0).joined(separator: " | ")) |" }).joined(separator: "\n")
  }

  private func row(_ change: ConnectionDiff.Change) -> String {
    cells(change).map { $0.contains(",") || $0.contains("\"") ? "\"\($0.replacing("\"", with: "\"\""))\"" : $0 }
      .joined(separator: ",")
  }

  private func value(_ change: ConnectionDiff.Change) -> Value {
    [
      "type": .string(change.kind.rawValue), "source": .string(change.source),
      "destination": .string(change.destination), "old": .string(change.old.connectionText),
      "new": .string(change.new.connectionText), "workloads": .list(change.workloads.map(Value.string)),
    ]
  }

  // MARK: Graphviz

  private var dot: String {
    let changes = diff.changes + diff.unchanged
    let names = Dictionary(
      diff.workloads.flatMap { kind, names in names.map { (HiddenText.escaped($0), kind) } },
      uniquingKeysWith: { first, _ in first })
    let edges = changes.map { change in
      ConnectionGraph.Edge(
        source: HiddenText.escaped(change.source), destination: HiddenText.escaped(change.destination),
        label: ConnectionDiffOutput.label(change))
    }
    var text = ConnectionGraph(edges).graphviz { name in
      switch names[name] {
      case .added: "#008000"
      case .removed: "red"
      case .changed, .unchanged, nil: "blue"
      }
    }
    text.edges = zip(text.edges, changes).map { edge, change in
      var edge = edge
      edge.color = ConnectionDiffOutput.color(change.kind)
      edge.fontColor = edge.color
      return edge
    }
    text.legend = ConnectionDiffOutput.legend
    return text.text
  }

  private static func label(_ change: ConnectionDiff.Change) -> String {
    switch change.kind {
    case .changed: "\(change.new.connectionText) (ref1: \(change.old.connectionText))"
    case .removed: change.old.connectionText
    case .added, .unchanged: change.new.connectionText
    }
  }

  private static func color(_ kind: ConnectionDiff.Change.Kind) -> String {
    switch kind {
    case .changed: "magenta"
    case .added: "#008000"
    case .removed: "red2"
    case .unchanged: "grey"
    }
  }

  /// What the colours mean.
  private static let legend: [String] = {
    let kinds: [(from: String, to: String, kind: ConnectionDiff.Change.Kind)] = [
      ("a", "b", .added), ("c", "d", .removed), ("e", "f", .changed), ("g", "h", .unchanged),
    ]
    let peers = [("np", "new peer", "#008000"), ("lp", "lost peer", "red"), ("pp", "persistent peer", "blue")]
    return ["\tnodesep=0.5", "\tsubgraph cluster_legend {", "\t\tlabel=\"Legend\"", "\t\tfontsize = 10", "\t\tmargin=0"]
      + kinds.flatMap { [$0.from, $0.to] }.map { "\t\t\($0) [style=invis height=0 width=0]" }
      + ["\t\t{rank=source a b c d}", "\t\t{rank=same e f g h}"]
      + kinds.map { from, to, kind in
        "\t\t\(from) -> \(to) [label=\"\(kind.rawValue) connection\", color=\"\(color(kind))\" fontcolor=\"\(color(kind))\""
          + " fontsize = 10 arrowsize=0.2]"
      }
      + peers.map { "\t\t\($0) [label=\"\($1)\" color=\"\($2)\" fontcolor=\"\($2)\" fontsize = 10]" }
      + ["\t\t{rank=sink np lp pp}", "\t\tnp->lp [style=invis]", "\t\tlp->pp [style=invis]", "\t}"]
  }()
}
