import Reachability

/// Small pieces of the engine's work, the same each time, for counting instructions.
enum EngineWork {
  private static let cluster = PolicyCluster(namespaces: 25, workloads: 500, classes: 500, policies: 250)

  private static func engine(cutBy others: [Policy] = []) -> ReachabilityEngine {
    ReachabilityEngine(
      ClusterModel(cluster.state), PolicySet(cluster.state, Semantics(.kubernetes)).policies, Semantics(.kubernetes),
      cutBy: others)
  }

  /// Every pair of 500 workloads.
  static func rows() {
    var open = 0
    let engine = engine()
    let denied = engine.deniedState
    ConnectionTable(engine).forEachSource { _, states in
      for state in states where state != denied { open += 1 }
    }
    print("    \(open) open pairs")
  }

  /// What one changed policy changes, twenty times.
  static func diff() {
    let changed = PolicySet(cluster.changingPolicy(1), Semantics(.kubernetes)).policies
    let unchanged = Set(changed.enumerated().filter { $0.offset != 1 }.map(\.element.identity.path))
    let old = engine(cutBy: changed)
    var count = 0
    for _ in 0..<20 {
      count += ChangedConnections(old, ReachabilityEngine(old, policies: changed, unchanged: unchanged)).changes.count
    }
    print("    \(count) connections differ")
  }

  /// A thousand answers with their traces.
  static func answers() {
    let engine = engine()
    let count = engine.model.endpoints.count
    var steps = 0
    for index in 0..<1_000 {
      let (from, to) = (index * 7_919 % count, index * 104_729 % count)
      steps += engine.trace(.endpoint(to), with: .endpoint(from), .ingress, TrafficPoint(.tcp, 8080)).steps.count
    }
    print("    \(steps) steps")
  }
}
