import KubeModel

/// A graph in Graphviz's language, in the form that netpol-analyzer gives it.
struct GraphvizText {
  struct Node {
    let name: String
    let label: String
    var color = "blue"
    var shape: String?

    fileprivate var text: String {
      "\(GraphvizText.quoted(name)) [label=\(GraphvizText.quoted(label)) color=\"\(color)\" fontcolor=\"\(color)\""
        + (shape.map { " shape=\($0)" } ?? "") + "]"
    }
  }

  /// A box around nodes.
  struct Cluster {
    let name: String
    var color = "black"
    let nodes: [Node]
  }

  struct Edge {
    let source: String
    let destination: String
    let label: String
    var color = "gold2"
    var fontColor = "darkgreen"
    /// Nil for the one that the order of the names gives.
    var weight: String?
    var style: String?

    fileprivate var text: String {
      let weight = weight ?? (source.utf8.lexicographicallyPrecedes(destination.utf8) ? "0.5" : "1")
      return "\(GraphvizText.quoted(source)) -> \(GraphvizText.quoted(destination)) "
        + "[label=\(GraphvizText.quoted(label)) color=\"\(color)\" fontcolor=\"\(fontColor)\" weight=\(weight)"
        + (style.map { " style=\($0)" } ?? "") + "]"
    }
  }

  var clusters: [Cluster]
  /// Nodes outside of any box.
  var nodes: [Node]
  var edges: [Edge]
  /// Lines behind all others.
  var legend: [String] = []

  var text: String {
    var lines = ["digraph {"]
    for cluster in clusters {
      let title = "\(cluster.name)[namespace]"
      lines += [
        "\tsubgraph \(GraphvizText.quoted("cluster_\(title.replacing("-", with: "_"))")) {", "\t\tcolor=\"\(cluster.color)\"",
        "\t\tfontcolor=\"\(cluster.color)\"",
      ]
      lines += cluster.nodes.map { "\t\t\($0.text)" } + ["\t\tlabel=\(GraphvizText.quoted(title))", "\t}"]
    }
    lines += GraphvizText.sorted(nodes.map { "\t\($0.text)" })
    lines += GraphvizText.sorted(edges.map { "\t\($0.text)" })
    return (lines + legend + ["}"]).joined(separator: "\n")
  }

  private static func sorted(_ lines: [String]) -> [String] {
    lines.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private static func quoted(_ text: String) -> String {
    "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
  }
}
