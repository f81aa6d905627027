/// The connections of a cluster: each end, and what may pass between.
package struct Connections {
  /// One end of a connection.
  package enum End: Sendable, Hashable {
    /// A place in the model's `workloads`.
    case workload(Int)
    case addresses(IPRange)
    /// A proxy at the edge of the cluster.
    case ingressController
  }

  package struct Connection: Sendable {
    package let source: End
    package let destination: End
    /// What becomes of the traffic, by its number in `outcomes`.
    package let outcome: Int
  }

  /// What becomes of traffic between two ends.
  package struct Outcome: Sendable, Hashable {
    package let allowed: TrafficSet
    package let conditional: TrafficSet
    package let ambiguous: TrafficSet
    package let unknown: TrafficSet

    init(_ map: VerdictMap) {
      allowed = map.traffic(.allowed)
      conditional = map.traffic(.conditional)
      ambiguous = map.traffic(.ambiguous)
      unknown = map.traffic(.unknown)
    }

    package init(
      allowed: TrafficSet, conditional: TrafficSet = .none, ambiguous: TrafficSet = .none, unknown: TrafficSet = .none
    ) {
      self.allowed = allowed
      self.conditional = conditional
      self.ambiguous = ambiguous
      self.unknown = unknown
    }

    /// Whether nothing passes, and surely so.
    package var isDenied: Bool { allowed.isEmpty && conditional.isEmpty && ambiguous.isEmpty && unknown.isEmpty }
  }

  package let outcomes: [Outcome]
  /// Those where something may pass, in no order.
  package let connections: [Connection]
  /// Entry points whose traffic policy stops on its last stretch.
  package let blocked: [ControllerConnections.Blocked]

  /// Evaluates all of them.
  ///
  /// - Parameters:
  ///   - entryPoints: where traffic from outside arrives; what comes through proxies is listed too.
  ///   - isExternal: whether connections with addresses outside are wanted.
  package init(_ engine: ReachabilityEngine, entryPoints: EntryPoints? = nil, isExternal: Bool = true) {
    let model = engine.model
    var builder = Builder(engine)
    // Most workloads are one endpoint and most endpoints one workload.
    let workloads = model.workloadsOfEndpoint
    let denied = engine.table.number(of: .denied)
    let isManifold = model.workloads.map { Set($0.endpoints).count > 1 }
    var manifold: [UInt64: UInt32] = [:]
    ConnectionTable(engine).forEachSource { source, states in
      for destination in states.indices {
        let state = states[destination]
        guard state != denied else { continue }
        for from in workloads[source] {
          for to in workloads[destination] where from != to {
            guard isManifold[from] || isManifold[to] else {
              builder.add(.workload(from), .workload(to), state)
              continue
            }
            let key = UInt64(from) << 32 | UInt64(to)
            manifold[key] = manifold[key].map { engine.table.join($0, state, .any) } ?? state
          }
        }
      }
    }
    for (key, state) in manifold {
      builder.add(.workload(Int(key >> 32)), .workload(Int(key & 0xFFFF_FFFF)), state)
    }
    if isExternal {
      for (place, entry) in model.workloads.enumerated() {
        for direction in Direction.allCases {
          let start = engine.rangeStart(direction)
          let rows = entry.endpoints.map { engine.row($0, direction) }
          for (index, range) in engine.spokenRanges(direction).enumerated() {
            let state = rows.map { $0.state(start + index) }
              .reduce(denied) { $0 == $1 ? $0 : engine.table.join($0, $1, .any) }
            guard state != denied else { continue }
            let (own, other) = (End.workload(place), End.addresses(range))
            builder.add(direction == .egress ? own : other, direction == .egress ? other : own, state)
          }
        }
      }
    }
    let controller = entryPoints.map { ControllerConnections(engine, $0) }
    for connection in controller?.connections ?? [] {
      builder.add(.ingressController, .workload(connection.workload), connection.state)
    }
    blocked = controller?.blocked ?? []
    outcomes = builder.outcomes
    connections = builder.connections
  }

  /// What passes from the ingress controller to workloads.
  package static func throughControllers(
    _ engine: ReachabilityEngine, _ entryPoints: EntryPoints
  ) -> [(End, End, Outcome)] {
    ControllerConnections(engine, entryPoints).connections.map {
      (.ingressController, .workload($0.workload), Outcome(engine.table.map($0.state)))
    }
  }

  private struct Builder {
    let engine: ReachabilityEngine
    private(set) var outcomes: [Outcome] = []
    private(set) var connections: [Connection] = []
    private var states = Interner<UInt32>()

    init(_ engine: ReachabilityEngine) { self.engine = engine }

    mutating func add(_ source: End, _ destination: End, _ state: UInt32) {
      let place = Int(states.number(of: state))
      if place == outcomes.count { outcomes.append(Outcome(engine.table.map(state))) }
      guard !outcomes[place].isDenied else { return }
      connections.append(Connection(source: source, destination: destination, outcome: place))
    }
  }
}
