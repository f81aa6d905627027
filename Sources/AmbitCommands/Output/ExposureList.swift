import AmbitKit
import KubeModel
import Reachability

/// Connections, and behind them exposure, in the formats of netpol-analyzer.
struct ExposureList {
  private struct Line {
    let workload: String
    let peer: String
    let connections: String
  }

  private let connections: [(source: String, destination: String, connections: String)]
  private var lines: [Direction: [Line]] = [:]
  /// `shop/web[Deployment] is not protected on Egress`
  private var unprotected: [String] = []

  init(
    _ analysis: ExposureAnalysis, _ list: ConnectionList, _ selection: WorkloadSelection, _ only: Direction?
  ) {
    let exposure = analysis.exposure
    let texts = exposure.peers.map(\.text)
    var names: [Direction: Set<String>] = [:]
    for entry in exposure.entries where only == nil || only == entry.direction {
      let workload = analysis.analysis.model.workloads[entry.workload].workload
      guard selection.includes(workload) else { continue }
      let name = workload.qualifiedTitle
      var own: [Line] = []
      if !entry.isProtected {
        own.append(Line(workload: name, peer: "entire-cluster", connections: "All Connections"))
        unprotected.append(
          "\(name) is not protected on \(entry.direction == .ingress ? "Ingress" : "Egress")")
      } else {
        if !entry.anyPod.isNone {
          own.append(Line(workload: name, peer: "entire-cluster", connections: entry.anyPod.text))
        }
        for (peer, traffic) in entry.byPeer where !traffic.isSame(as: entry.anyPod) {
          own.append(Line(workload: name, peer: texts[peer], connections: traffic.text))
        }
      }
      lines[entry.direction, default: []] += own
      names[entry.direction, default: []].insert(name)
    }
    // With one direction asked for, a connection counts where it has that direction for a workload asked about.
    connections = list.permitted { ($0, $1, $2) }.filter {
      only.map { names[$0] ?? [] }?.contains(only == .ingress ? $0.1 : $0.0) ?? true
    }
    for (source, destination, text) in connections {
      if source.hasSuffix("[External]"), names[.ingress]?.contains(destination) == true {
        lines[.ingress]?.append(Line(workload: destination, peer: source, connections: text))
      } else if destination.hasSuffix("[External]"), names[.egress]?.contains(source) == true {
        lines[.egress]?.append(Line(workload: source, peer: destination, connections: text))
      }
    }
    for direction in Direction.allCases { lines[direction] = ExposureList.sorted(lines[direction] ?? []) }
    unprotected.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private static func sorted(_ lines: [Line]) -> [Line] {
    lines.map { (Array("\($0.workload)\0\($0.peer)\0\($0.connections)".utf8), $0) }
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
    }
  }

  private var plain: String {
    var text = connections.map { "\($0.source) => \($0.destination) : \($0.connections)" }
    text += (text.isEmpty ? [] : [""]) + ["Exposure Analysis Result:"]
    let width = lines.values.joined().map(\.workload.utf8.count).max() ?? 0
    for (direction, title, arrow) in ExposureList.sections {
      guard let lines = lines[direction], !lines.isEmpty else { continue }
      text.append(title)
      text += lines.map { line in
        let padding = String(repeating: " ", count: width - line.workload.utf8.count)
        return "\(line.workload)\(padding) \t\(arrow) \t\(line.peer) : \(line.connections)"
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
    func table(_ first: String, _ second: String, _ rows: [(String, String, String)]) -> [String] {
      ["| \(first) | \(second) | conn |", "|-----|-----|------|"] + rows.map { "| \($0) | \($1) | \($2) |" }
    }
    var text = table("src", "dst", connections.map { ($0.source, $0.destination, $0.connections) })
    text.append("## Exposure Analysis Result:")
    for (direction, title, _) in ExposureList.sections {
      guard let lines = lines[direction], !lines.isEmpty else { continue }
      let (first, second) = direction == .egress ? ("src", "dst") : ("dst", "src")
      text.append("### \(title)")
      text += table(first, second, lines.map { ($0.workload, $0.peer, $0.connections) }) + [""]
    }
    if text.last == "" { text.removeLast() }
    return text.joined(separator: "\n")
  }

  private var csv: String {
    func row(_ cells: String...) -> String {
      cells.map { cell in
        cell.contains(where: { ",\"\n\r".contains($0) }) || cell.hasPrefix(" ")
          ? "\"\(cell.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\"" : cell
      }.joined(separator: ",")
    }
    var text = [row("src", "dst", "conn")]
    text += connections.map { row($0.source, $0.destination, $0.connections) }
    text.append(row("Exposure Analysis Result:", "", ""))
    for (direction, title, _) in ExposureList.sections {
      guard let lines = lines[direction], !lines.isEmpty else { continue }
      text.append(row(title, "", ""))
      text.append(direction == .egress ? row("src", "dst", "conn") : row("dst", "src", "conn"))
      text += lines.map { row($0.workload, $0.peer, $0.connections) }
    }
    return text.joined(separator: "\n")
  }

  /// Keys in netpol-analyzer's order, and null for a list of exposure without elements, as it has it.
  private var json: String {
    func quoted(_ text: String) -> String { JSONWriter.string(of: .string(text)) }
    func list(_ rows: [(String, String, String)], indent: String, empty: String = "null") -> String {
      guard !rows.isEmpty else { return empty }
      let fields = rows.map { source, destination, connections in
        [("src", source), ("dst", destination), ("conn", connections)]
          .map { "\(indent)    \"\($0)\": \(quoted($1))" }.joined(separator: ",\n")
      }
      return "[\n" + fields.map { "\(indent)  {\n\($0)\n\(indent)  }" }.joined(separator: ",\n") + "\n\(indent)]"
    }
    let all = list(connections.map { ($0.source, $0.destination, $0.connections) }, indent: "  ", empty: "[]")
    let egress = list((lines[.egress] ?? []).map { ($0.workload, $0.peer, $0.connections) }, indent: "    ")
    let ingress = list((lines[.ingress] ?? []).map { ($0.peer, $0.workload, $0.connections) }, indent: "    ")
    return """
      {
        "connlist_results": \(all),
        "exposure_results": {
          "egress_exposure": \(egress),
          "ingress_exposure": \(ingress)
        }
      }
      """
  }
}
