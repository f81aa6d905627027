import KubeModel

/// Connections as a picture: Graphviz text in netpol-analyzer's form, or SVG that needs no other program.
struct ConnectionGraph {
  struct Edge {
    let source: String
    let destination: String
    let label: String
  }

  private let edges: [Edge]
  /// Workloads by namespace, sorted.
  private var namespaces: [(name: String, workloads: [String])]
  /// Ends outside of any namespace, sorted.
  private let others: [String]

  /// - Parameter workloads: those to show although nothing connects them.
  init(_ edges: [Edge], workloads: [String] = []) {
    self.edges = edges
    var inside: [String: Set<String>] = [:]
    var outside: Set<String> = []
    for name in edges.flatMap({ [$0.source, $0.destination] }) + workloads {
      if let slash = name.firstIndex(of: "/"), !name.hasPrefix("{") {
        inside[String(name[..<slash]), default: []].insert(name)
      } else {
        outside.insert(name)
      }
    }
    func sorted(_ names: some Sequence<String>) -> [String] {
      names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
    namespaces = sorted(inside.keys).map { ($0, sorted(inside[$0] ?? [])) }
    others = sorted(outside)
  }

  private static func title(_ name: String) -> String {
    name.firstIndex(of: "/").map { String(name[name.index(after: $0)...]) } ?? name
  }

  // MARK: Graphviz

  /// The graph in Graphviz's terms, with a colour for each end.
  ///
  /// - Parameter color: of a workload, or of what is in no namespace.
  func graphviz(color: (String) -> String = { $0.hasSuffix("[External]") ? "red2" : "blue" }) -> GraphvizText {
    func node(_ name: String) -> GraphvizText.Node {
      GraphvizText.Node(name: name, label: ConnectionGraph.title(name), color: color(name))
    }
    return GraphvizText(
      clusters: namespaces.map { GraphvizText.Cluster(name: $0.name, nodes: $0.workloads.map(node)) },
      nodes: others.map(node),
      edges: edges.map { GraphvizText.Edge(source: $0.source, destination: $0.destination, label: $0.label) })
  }

  // MARK: SVG

  private static let rowHeight = 26
  private static let boxWidth = 320
  private static let gap = 120

  /// Namespaces as boxes in two columns, workloads as rows in them, connections as lines with their ports.
  var svg: String {
    var places: [String: (x: Int, y: Int)] = [:]
    var shapes: [String] = []
    var heights = [20, 20]
    var groups = namespaces.map { (title: $0.name, names: $0.workloads) }
    if !others.isEmpty { groups.append((title: "outside of namespaces", names: others)) }
    for group in groups {
      let column = heights[0] <= heights[1] ? 0 : 1
      let (x, y) = (20 + column * (ConnectionGraph.boxWidth + ConnectionGraph.gap), heights[column])
      let height = 34 + group.names.count * ConnectionGraph.rowHeight
      shapes.append("<rect class=\"box\" x=\"\(x)\" y=\"\(y)\" width=\"\(ConnectionGraph.boxWidth)\" height=\"\(height)\" rx=\"6\"/>")
      shapes.append("<text class=\"head\" x=\"\(x + 10)\" y=\"\(y + 20)\">\(escaped(group.title))</text>")
      for (index, name) in group.names.enumerated() {
        let line = y + 44 + index * ConnectionGraph.rowHeight
        places[name] = (x, line)
        shapes.append("<text x=\"\(x + 16)\" y=\"\(line)\">\(escaped(ConnectionGraph.title(name)))</text>")
      }
      heights[column] += height + 24
    }
    let lines = edges.compactMap { edge -> String? in
      guard let from = places[edge.source], let to = places[edge.destination] else { return nil }
      // Between the sides that face each other; within a column, around its right side.
      let startX = to.x < from.x ? from.x : from.x + ConnectionGraph.boxWidth
      let endX = to.x > from.x ? to.x : to.x + ConnectionGraph.boxWidth
      let (startY, endY) = (from.y - 4, to.y - 4)
      let bend = 50
      let (out, back) = (to.x < from.x ? startX - bend : startX + bend, to.x > from.x ? endX - bend : endX + bend)
      let path = "M\(startX) \(startY) C\(out) \(startY), \(back) \(endY), \(endX) \(endY)"
      let title = escaped("\(edge.source) => \(edge.destination) : \(edge.label)")
      return "<path class=\"edge\" d=\"\(path)\" marker-end=\"url(#tip)\"><title>\(title)</title></path>"
    }
    let width = 2 * ConnectionGraph.boxWidth + ConnectionGraph.gap + 120
    let height = (heights.max() ?? 20) + 10
    return ([
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(width) \(height)\" width=\"\(width)\" height=\"\(height)\" role=\"img\">",
      "<title>Permitted connections</title>",
      "<style>text{font:13px sans-serif;fill:#222}.head{font-weight:bold}.box{fill:#f6f7f9;stroke:#8a94a6}.edge{fill:none;stroke:#2f6f4f;stroke-opacity:.6}.edge:hover{stroke:#c2410c;stroke-width:2.5;stroke-opacity:1}</style>",
      "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#2f6f4f\"/></marker></defs>",
    ] + shapes + lines + ["</svg>"]).joined(separator: "\n")
  }

  private func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }
}
