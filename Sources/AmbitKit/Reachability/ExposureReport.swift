package import KubeModel
package import Reachability

/// What each workload is open to beyond the workloads of its namespace, line by line.
package struct ExposureReport {
  /// Who is at the other end.
  package enum Source: String, Sendable, CaseIterable {
    /// Every address outside and every pod, those that may yet be deployed too.
    case anywhere
    case outside
    /// Outside, through an entry point.
    case entryPoint = "entry point"
    /// Every pod of the cluster, those that may yet be deployed too.
    case anyPod = "any pod"
    /// Pods that are there, in another namespace.
    case otherNamespaces = "other namespaces"
    /// Pods that may yet be deployed.
    case newPods = "new pods"
  }

  package struct Line: Sendable {
    package let workload: Workload
    package let direction: Direction
    package let source: Source
    /// Who it is more closely: addresses, namespaces, selectors.
    package let who: String
    /// Through what; nil where it is the network alone.
    package let through: String?
    package let traffic: String
    package let verdict: Verdict
  }

  package private(set) var lines: [Line] = []

  /// - Parameters:
  ///   - traffic: the only traffic that is asked about.
  ///   - isWanted: tells for which workloads, and which of their directions.
  package init(
    _ analysis: ExposureAnalysis, on traffic: TrafficSet? = nil, isWanted: (Workload, Direction) -> Bool
  ) {
    let model = analysis.analysis.model
    let outside = Outside(analysis.analysis.engine, analysis.analysis.entryPoints())
    let neighbours = NamespaceConnections(analysis.analysis.engine)
    let order = model.workloads.indices.sorted {
      ExposureReport.key(model.workloads[$0].workload).utf8
        .lexicographicallyPrecedes(ExposureReport.key(model.workloads[$1].workload).utf8)
    }
    let entries = Dictionary(grouping: analysis.exposure.entries, by: \.workload)
    for place in order {
      for entry in entries[place] ?? [] where isWanted(model.workloads[place].workload, entry.direction) {
        var builder = LineBuilder(
          workload: model.workloads[place].workload, direction: entry.direction, wanted: traffic)
        builder.add(entry, analysis.exposure.peers, outside, neighbours)
        lines += builder.lines
      }
    }
  }

  private static func key(_ workload: Workload) -> String {
    "\(workload.namespace)/\(workload.name)/\(workload.kind)"
  }
}

/// Writes the lines of one workload and direction, from the widest source to the narrowest; what a wider one
/// has said is not said again.
private struct LineBuilder {
  let workload: Workload
  let direction: Direction
  /// The only traffic that is asked about.
  let wanted: TrafficSet?
  private(set) var lines: [ExposureReport.Line] = []

  init(workload: Workload, direction: Direction, wanted: TrafficSet?) {
    self.workload = workload
    self.direction = direction
    self.wanted = wanted
  }

  mutating func add(
    _ entry: Exposure.Entry, _ peers: [RulePeer], _ outside: Outside, _ neighbours: NamespaceConnections
  ) {
    let parts = outside.parts(entry.workload, direction)
    let anyPod = entry.anyPod.outcome
    let anywhere = parts.reduce(anyPod.allowed) { $0.intersection($1.outcome.allowed) }
    let protection = entry.isProtected ? nil : "no policy"
    add(.anywhere, "-", through: protection, Connections.Outcome(allowed: anywhere))
    for part in parts {
      add(.outside, part.ranges.shortText, through: nil, part.outcome.without(anywhere))
    }
    if direction == .ingress {
      for arrival in outside.arrivals(entry.workload) {
        add(
          .entryPoint, arrival.source, through: arrival.entryPoint.title, arrival.outcome)
      }
    }
    add(.anyPod, "-", through: nil, anyPod.without(anywhere), entry.anyPod.names)
    for (names, outcome) in neighbours.outcomes(entry.workload, direction, beyond: anyPod) {
      add(.otherNamespaces, names.joined(separator: ", "), through: nil, outcome)
    }
    for (place, traffic) in entry.byPeer {
      add(
        .newPods, peers[place].text, through: nil, traffic.outcome.without(anyPod.allowed),
        traffic.names.subtracting(entry.anyPod.names))
      // A peer that may do less than any pod is worth a line as well.
      let denied = anyPod.allowed.subtracting(traffic.outcome.passing)
      add(.newPods, peers[place].text, through: nil, denied, .denied)
    }
  }

  private mutating func add(
    _ source: ExposureReport.Source, _ who: String, through: String?, _ outcome: Connections.Outcome,
    _ names: Set<NamedPort> = []
  ) {
    add(source, who, through: through, outcome.allowed, .allowed, names)
    add(source, who, through: through, outcome.conditional, .conditional)
    add(source, who, through: through, outcome.ambiguous, .ambiguous)
    add(source, who, through: through, outcome.unknown, .unknown)
  }

  private mutating func add(
    _ source: ExposureReport.Source, _ who: String, through: String?, _ traffic: TrafficSet, _ verdict: Verdict,
    _ names: Set<NamedPort> = []
  ) {
    // A port by name is none that is asked about.
    let (traffic, names) = wanted.map { (traffic.intersection($0), []) } ?? (traffic, names)
    guard !traffic.intersection(.everyPort).isEmpty || !names.isEmpty else { return }
    lines.append(
      ExposureReport.Line(
        workload: workload, direction: direction, source: source, who: who, through: through,
        traffic: traffic.connectionText(with: names), verdict: verdict))
  }
}

extension Outside.Arrival {
  /// Whom policy sees.
  fileprivate var source: String {
    switch entryPoint.source {
    case .controller: "clients, as an arbitrary pod"
    case .nodes: "clients, as a node"
    case .clients: clients.shortText
    }
  }
}

extension [IPRange] {
  /// `10.0.0.0/8, 192.168.0.1`; ranges that are no block are told by their ends.
  fileprivate var shortText: String { map(\.shortText).joined(separator: ", ") }
}

extension Connections.Outcome {
  /// What of it is not about some traffic.
  fileprivate func without(_ traffic: TrafficSet) -> Connections.Outcome {
    Connections.Outcome(
      allowed: allowed.subtracting(traffic), conditional: conditional.subtracting(traffic),
      ambiguous: ambiguous.subtracting(traffic), unknown: unknown.subtracting(traffic))
  }

  /// What passes, or may.
  fileprivate var passing: TrafficSet { allowed.union(conditional).union(ambiguous).union(unknown) }
}
