/// What passes from a proxy at the edge of the cluster to workloads, as netpol-analyzer sees it.
///
/// Where the proxy runs is not known, so it is an arbitrary pod. Of the ports that entry points lead to,
/// those count that the pod declares.
package struct ControllerConnections {
  struct Connection {
    /// A place in the model's `workloads`.
    let workload: Int
    /// What becomes of the traffic, by its number in the engine's table.
    let state: UInt32
  }

  /// An entry point whose traffic to a workload no policy lets through.
  package struct Blocked {
    package let entryPoint: EntryPoint
    package let workload: Int
  }

  private(set) var connections: [Connection] = []
  package private(set) var blocked: [Blocked] = []

  package init(_ engine: ReachabilityEngine, _ entryPoints: EntryPoints) {
    guard let arbitrary = engine.representatives.firstIndex(of: .arbitrary) else { return }
    let model = engine.model
    let denied = engine.table.number(of: .denied)
    var found: [Int: UInt32] = [:]
    for entryPoint in entryPoints.all where entryPoint.source == .controller {
      var own: [Int: UInt32] = [:]
      for target in entryPoint.targets {
        let endpoint = model.endpoints[target.endpoint]
        let traffic = entryPoint.kind.arriving(target.traffic).intersection(endpoint.declaredOverTCP)
        guard !traffic.isEmpty else { continue }
        let map = VerdictMap(.denied).replacing(
          traffic, with: engine.map(target.endpoint, .ingress, representative: arbitrary)) { new, _ in new }
        let state = engine.table.number(of: map)
        for place in model.workloadsOfEndpoint[target.endpoint] {
          own[place] = own[place].map { engine.table.join($0, state, .any) } ?? state
        }
      }
      for (place, state) in own.sorted(by: { $0.key < $1.key }) {
        if state == denied {
          blocked.append(Blocked(entryPoint: entryPoint, workload: place))
        } else {
          found[place] = found[place].map { engine.table.join($0, state, .any) } ?? state
        }
      }
    }
    connections = found.sorted { $0.key < $1.key }.map { Connection(workload: $0.key, state: $0.value) }
  }
}

extension EntryPoint.Kind {
  /// What of traffic a proxy of the kind passes on.
  fileprivate func arriving(_ traffic: TrafficSet) -> TrafficSet {
    self == .udpRoute ? .none : traffic.intersection(TrafficSet(.tcp))
  }
}

extension Endpoint {
  /// TCP at the ports that it declares, of whatever protocol it declares them.
  fileprivate var declaredOverTCP: TrafficSet {
    ports.reduce(.none) { $0.union(TrafficSet(.tcp, $1.number...$1.number)) }
  }
}
