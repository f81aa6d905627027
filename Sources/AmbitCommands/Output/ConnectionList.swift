import AmbitKit
import KubeModel
import Reachability

/// Connections with the names of their ends, sorted, in every form that they can be printed in.
struct ConnectionList {
  struct Line {
    let source: Int
    let destination: Int
    let outcome: Int
  }

  private let connections: Connections
  /// Names of ends; a workload's place, then the ranges of addresses.
  private let names: [String]
  private let namespaces: [String?]
  private(set) var lines: [Line]
  /// Whether some of the connections were asked for, and not all.
  private var isFiltered = false
  /// The only traffic that is asked about.
  private(set) var traffic: TrafficPoint?

  init(_ analysis: ReachabilityAnalysis) {
    let model = analysis.model
    connections = Connections(analysis.engine, entryPoints: analysis.entryPoints())
    var names = model.workloads.map(\.workload.qualifiedTitle)
    var namespaces: [String?] = model.workloads.map(\.workload.namespace)
    var ranges: [IPRange: Int] = [:]
    let controller = names.count
    names.append("{ingress-controller}")
    namespaces.append(nil)
    func place(_ end: Connections.End) -> Int {
      switch end {
      case .workload(let place): return place
      case .ingressController: return controller
      case .addresses(let range):
        if let place = ranges[range] { return place }
        ranges[range] = names.count
        names.append("\(range)[External]")
        namespaces.append(nil)
        return names.count - 1
      }
    }
    let lines = connections.connections.map {
      Line(source: place($0.source), destination: place($0.destination), outcome: $0.outcome)
    }
    // Names are compared once, not for each line.
    var ranks = Array(repeating: 0, count: names.count)
    let order = names.indices.sorted { names[$0].utf8.lexicographicallyPrecedes(names[$1].utf8) }
    for (rank, place) in order.enumerated() { ranks[place] = rank }
    // What a file calls itself is not trusted to be a name.
    self.names = names.map(HiddenText.escaped)
    self.namespaces = namespaces
    self.lines = lines.map { (ranks[$0.source] << 32 | ranks[$0.destination], $0) }
      .sorted { $0.0 < $1.0 }.map(\.1)
  }

  /// Entry points whose traffic policy stops, each in a sentence, in netpol-analyzer's words.
  var warnings: [String] {
    connections.blocked.map {
      "\($0.entryPoint.kind.rawValue) resource \($0.entryPoint.namespace)/\($0.entryPoint.name) specified workload "
        + "\(names[$0.workload]) as a backend, but network policies are blocking ingress connections from an arbitrary "
        + "in-cluster source to this workload. Connectivity map will not include a possibly allowed connection between "
        + "the ingress controller and this workload."
    }
  }

  /// Keeps the connections from and to workloads, of one namespace, or with addresses outside.
  mutating func filter(from: String? = nil, to: String? = nil, namespace: String?, isExternal: Bool = false) {
    isFiltered = isFiltered || from != nil || to != nil || namespace != nil || isExternal
    let (from, to) = (from.map { WorkloadPattern($0) }, to.map { WorkloadPattern($0) })
    lines = lines.filter { line in
      if let from, !matches(line.source, [from]) { return false }
      if let to, !matches(line.destination, [to]) { return false }
      if let namespace, namespaces[line.source] != namespace && namespaces[line.destination] != namespace {
        return false
      }
      return !isExternal || namespaces[line.source] == nil || namespaces[line.destination] == nil
    }
  }

  /// Keeps the connections that a focus is on.
  mutating func filter(_ focus: FocusOptions, peers: [WorkloadPattern] = []) {
    traffic = focus.focusConn
    let workloads = focus.patterns
    guard !workloads.isEmpty else { return }
    isFiltered = true
    func isWanted(_ own: Int, _ peer: Int) -> Bool {
      matches(own, workloads) && (peers.isEmpty || matches(peer, peers))
    }
    lines = lines.filter { line in
      (focus.focusDirection != .ingress && isWanted(line.source, line.destination))
        || (focus.focusDirection != .egress && isWanted(line.destination, line.source))
    }
  }

  private func matches(_ place: Int, _ wanted: [WorkloadPattern]) -> Bool {
    guard let namespace = namespaces[place] else { return wanted.contains { $0.matches(other: names[place]) } }
    let name = names[place].dropFirst(namespace.count + 1).prefix { $0 != "[" }
    return wanted.contains { $0.matches(namespace: namespace, name: String(name)) }
  }

  func text(_ format: ConnectionFormat) -> String {
    switch format {
    case .table: table
    case .txt:
      ((traffic.map { ["Permitted connections on \($0.connectionText):"] } ?? [])
        + permitted { "\($0) => \($1)" + (traffic == nil ? " : \($2)" : "") }).joined(separator: "\n")
    case .csv:
      (["src,dst" + (traffic == nil ? ",conn" : "")]
        + permitted { "\($0),\($1)" + (traffic == nil ? ",\(ConnectionList.quoted($2))" : "") }).joined(separator: "\n")
    case .md:
      ((traffic == nil ? ["| src | dst | conn |", "|-----|-----|------|"] : ["| src | dst |", "|-----|-----|"])
        + permitted { "| \($0) | \($1) |" + (traffic == nil ? " \($2) |" : "") }).joined(separator: "\n")
    case .json: json
    case .dot: graph.graphviz().text
    case .svg: graph.svg
    }
  }

  /// The connections that are allowed for sure.
  func permitted<Line>(_ line: (String, String, String) -> Line) -> [Line] {
    let wanted = traffic.map { TrafficSet($0) } ?? .everyPort
    let texts = connections.outcomes.map { $0.allowed.intersection(wanted).connectionText }
    let isNone = connections.outcomes.map { $0.allowed.intersection(wanted).isEmpty }
    return lines.compactMap {
      isNone[$0.outcome] ? nil : line(names[$0.source], names[$0.destination], texts[$0.outcome])
    }
  }

  /// The connections that are allowed for sure, as a picture.
  var graph: ConnectionGraph {
    ConnectionGraph(
      permitted { ConnectionGraph.Edge(source: $0, destination: $1, label: $2) },
      workloads: isFiltered ? [] : zip(names, namespaces).filter { $1 != nil }.map(\.0))
  }

  /// netpol-analyzer's array; its fields stand in the order that it writes them in.
  private var json: String {
    func text(_ text: String) -> String { JSONWriter.string(of: .string(text)) }
    let objects = permitted { source, destination, conn in
      "  {\n    \"src\": \(text(source)),\n    \"dst\": \(text(destination))"
        + (traffic == nil ? ",\n    \"conn\": \(text(conn))" : "") + "\n  }"
    }
    return objects.isEmpty ? "[]" : "[\n\(objects.joined(separator: ",\n"))\n]"
  }

  private static func quoted(_ text: String) -> String { text.contains(",") ? "\"\(text)\"" : text }

  private var table: String {
    var table = Table(["SOURCE", "DESTINATION", "CONNECTIONS", "VERDICT"])
    let wanted = traffic.map { TrafficSet($0) }
    for line in lines {
      let outcome = connections.outcomes[line.outcome]
      for (name, traffic) in [
        ("allowed", outcome.allowed), ("conditional", outcome.conditional), ("ambiguous", outcome.ambiguous),
        ("unknown", outcome.unknown),
      ] {
        let asked = wanted.map(traffic.intersection) ?? traffic
        guard !asked.isEmpty else { continue }
        table.rows.append([names[line.source], names[line.destination], asked.connectionText, name])
      }
    }
    return table.text
  }
}

extension PolicyProblem {
  /// One line for people.
  var text: String {
    let effect =
      switch self.effect {
      case .refused: "; no server takes the policy, and it is left out"
      case .partIgnored: "; it is ignored"
      case .surprising: ""
      case .unknown: "; what it does is unknown"
      }
    return "\(policy.title): \(path) \(message)\(effect)"
  }
}
