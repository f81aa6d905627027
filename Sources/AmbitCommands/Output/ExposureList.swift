import AmbitKit
import KubeModel
import Reachability

/// Connections, and behind them exposure, in the formats of netpol-analyzer.
struct ExposureList {
  /// Whom a workload is open to.
  private enum Peer {
    case entireCluster
    /// A place in the peers of the exposure.
    case rule(Int)
    /// Addresses, which the connections list too.
    case addresses(String)
  }

  private struct Line {
    let workload: String
    let peer: Peer
    let title: String
    let connections: String
  }

  private let connections: [(source: String, destination: String, connections: String)]
  private let graph: ConnectionGraph
  private let peers: [RulePeer]
  /// The only traffic that is asked about.
  private let traffic: TrafficPoint?
  private var lines: [Direction: [Line]] = [:]
  /// `shop/web[Deployment] is not protected on Egress`
  private var unprotected: [String] = []

  init(
    _ analysis: ExposureAnalysis, _ list: ConnectionList, _ selection: WorkloadSelection, _ only: Direction?
  ) {
    let exposure = analysis.exposure
    peers = exposure.peers
    traffic = list.traffic
    graph = list.graph
    connections = list.permitted { ($0, $1, $2) }
    let texts = exposure.peers.map(\.text)
    var names: [Direction: Set<String>] = [:]
    for entry in exposure.entries where only == nil || only == entry.direction {
      let workload = analysis.analysis.model.workloads[entry.workload].workload
      guard selection.includes(workload) else { continue }
      let name = workload.qualifiedTitle
      func line(_ peer: Peer, _ title: String, _ connections: String) {
        lines[entry.direction, default: []].append(
          Line(workload: name, peer: peer, title: title, connections: connections))
      }
      if !entry.isProtected {
        line(.entireCluster, "entire-cluster", "All Connections")
        unprotected.append(
          "\(name) is not protected on \(entry.direction == .ingress ? "Ingress" : "Egress")")
      } else if let traffic {
        // Only whether it passes is told.
        let wanted = TrafficSet(traffic)
        func passes(_ other: Exposure.Traffic) -> Bool { other.outcome.allowed.isSuperset(of: wanted) }
        if passes(entry.anyPod) { line(.entireCluster, "entire-cluster", wanted.connectionText) }
        for (peer, traffic) in entry.byPeer where passes(traffic) && !passes(entry.anyPod) {
          line(.rule(peer), texts[peer], wanted.connectionText)
        }
      } else {
        if !entry.anyPod.isNone { line(.entireCluster, "entire-cluster", entry.anyPod.text) }
        for (peer, traffic) in entry.byPeer where !traffic.isSame(as: entry.anyPod) {
          line(.rule(peer), texts[peer], traffic.text)
        }
      }
      names[entry.direction, default: []].insert(name)
    }
    for (source, destination, text) in connections {
      if source.hasSuffix("[External]"), names[.ingress]?.contains(destination) == true {
        lines[.ingress, default: []].append(
          Line(workload: destination, peer: .addresses(source), title: source, connections: text))
      } else if destination.hasSuffix("[External]"), names[.egress]?.contains(source) == true {
        lines[.egress, default: []].append(
          Line(workload: source, peer: .addresses(destination), title: destination, connections: text))
      }
    }
    for direction in Direction.allCases { lines[direction] = ExposureList.sorted(lines[direction] ?? []) }
    unprotected.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    if traffic != nil { unprotected = [] }
  }

  private static func sorted(_ lines: [Line]) -> [Line] {
    lines.map { (Array("\($0.workload)\0\($0.title)\0\($0.connections)".utf8), $0) }
      .sorted { $0.0.lexicographicallyPrecedes($1.0) }.map(\.1)
  }

  /// Egress first, as netpol-analyzer has it.
  private static let sections: [(direction: Direction, title: String, arrow: String)] = [
    (.egress, "Egress Exposure:", "=>"), (.ingress, "Ingress Exposure:", "<="),
  ]

  func text(_ format: ExposureFormat) -> String {
    switch format {
    case .table, .txt: plain
    case .md: markdown
    case .csv: csv
    case .json: json
    case .dot: dot
    }
  }

  /// `Exposure Analysis Result On TCP 80:`
  private var heading: String {
    "Exposure Analysis Result\(traffic.map { " On \($0.connectionText)" } ?? ""):"
  }

  /// The columns of a table: with one kind of traffic asked about, every line has the same.
  private func columns(_ first: String, _ second: String, _ third: String = "conn") -> [String] {
    traffic == nil ? [first, second, third] : [first, second]
  }

  private var plain: String {
    func line(_ text: String, _ connections: String) -> String { traffic == nil ? "\(text) : \(connections)" : text }
    var text = connections.map { line("\($0.source) => \($0.destination)", $0.connections) }
    if let traffic { text.insert("Permitted connections on \(traffic.connectionText):", at: 0) }
    text += (text.isEmpty ? [] : [""]) + [heading]
    let width = lines.values.joined().map(\.workload.utf8.count).max() ?? 0
    for (direction, title, arrow) in ExposureList.sections {
      guard let lines = lines[direction], !lines.isEmpty else { continue }
      text.append(title)
      text += lines.map { own in
        let padding = String(repeating: " ", count: width - own.workload.utf8.count)
        return line("\(own.workload)\(padding) \t\(arrow) \t\(own.title)", own.connections)
      }
      text.append("")
    }
    if !unprotected.isEmpty {
      text += ["Workloads not protected by network policies:"] + unprotected
    } else if text.last == "" {
      text.removeLast()
    }
    return text.joined(separator: "\n")
  }

  private var markdown: String {
    func row(_ cells: [String]) -> String { "| \(cells.joined(separator: " | ")) |" }
    func table(_ first: String, _ second: String, _ rows: [(String, String, String)]) -> [String] {
      [row(columns(first, second)), traffic == nil ? "|-----|-----|------|" : "|-----|-----|"]
        + rows.map { row(columns($0, $1, $2)) }
    }
    var text = table("src", "dst", connections.map { ($0.source, $0.destination, $0.connections) })
    text.append("## \(heading)")
    for (direction, title, _) in ExposureList.sections {
      guard let lines = lines[direction], !lines.isEmpty else { continue }
      let (first, second) = direction == .egress ? ("src", "dst") : ("dst", "src")
      text.append("### \(title)")
      text += table(first, second, lines.map { ($0.workload, $0.title, $0.connections) }) + [""]
    }
    if text.last == "" { text.removeLast() }
    return text.joined(separator: "\n")
  }

  private var csv: String {
    func row(_ cells: [String]) -> String {
      cells.map { cell in
        cell.contains(where: { ",\"\n\r".contains($0) }) || cell.hasPrefix(" ")
          ? "\"\(cell.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\"" : cell
      }.joined(separator: ",")
    }
    var text = [row(columns("src", "dst"))]
    text += connections.map { row(columns($0.source, $0.destination, $0.connections)) }
    text.append(row([heading, "", ""]))
    for (direction, title, _) in ExposureList.sections {
      guard let lines = lines[direction], !lines.isEmpty else { continue }
      text.append(row([title, "", ""]))
      text.append(direction == .egress ? row(columns("src", "dst")) : row(columns("dst", "src")))
      text += lines.map { row(columns($0.workload, $0.title, $0.connections)) }
    }
    return text.joined(separator: "\n")
  }

  /// Keys in netpol-analyzer's order, and null for a list of exposure without elements, as it has it.
  private var json: String {
    func quoted(_ text: String) -> String { JSONWriter.string(of: .string(text)) }
    let (infix, none) = traffic == nil ? ("", "null") : ("_conn_focus", "[]")
    func list(_ rows: [(String, String, String)], indent: String, empty: String) -> String {
      guard !rows.isEmpty else { return empty }
      let fields = rows.map { source, destination, connections in
        zip(["src", "dst", "conn"], columns(source, destination, connections))
          .map { "\(indent)    \"\($0)\": \(quoted($1))" }.joined(separator: ",\n")
      }
      return "[\n" + fields.map { "\(indent)  {\n\($0)\n\(indent)  }" }.joined(separator: ",\n") + "\n\(indent)]"
    }
    let all = list(connections.map { ($0.source, $0.destination, $0.connections) }, indent: "  ", empty: "[]")
    let egress = list((lines[.egress] ?? []).map { ($0.workload, $0.title, $0.connections) }, indent: "    ", empty: none)
    let ingress = list(
      (lines[.ingress] ?? []).map { ($0.title, $0.workload, $0.connections) }, indent: "    ", empty: none)
    return """
      {
        "connlist\(infix)_results": \(all),
        "exposure\(infix)_results": {
          "egress_exposure": \(egress),
          "ingress_exposure": \(ingress)
        }
      }
      """
  }

  /// The connections, and the pods that may yet be deployed in red.
  private var dot: String {
    var text = graph.graphviz()
    var places: [String: Set<String>] = [:]
    for direction in Direction.allCases {
      for line in lines[direction] ?? [] {
        let end: String
        switch line.peer {
        case .addresses: continue
        case .entireCluster:
          end = line.title
          if !text.nodes.contains(where: { $0.name == end }) {
            text.nodes.append(GraphvizText.Node(name: end, label: end, color: "red2", shape: "diamond"))
          }
        case .rule(let peer):
          let (namespace, pods) = peers[peer].parts.map { ($0.namespace, $0.pods) } ?? ("any namespace", line.title)
          end = "\(pods)_in_\(namespace)"
          places[namespace, default: []].insert(pods)
        }
        let isEgress = direction == .egress
        text.edges.append(
          GraphvizText.Edge(
            source: isEgress ? line.workload : end, destination: isEgress ? end : line.workload,
            label: line.connections, color: isEgress ? "darkorange4" : "darkorange2", weight: isEgress ? "0.5" : "1",
            style: "dashed"))
      }
    }
    text.clusters += places.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { namespace, pods in
      let nodes = pods.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map {
        GraphvizText.Node(name: "\($0)_in_\(namespace)", label: $0, color: "red2")
      }
      return GraphvizText.Cluster(name: namespace, color: "red2", nodes: nodes)
    }
    return text.text
  }
}
