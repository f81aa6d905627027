import Foundation
import KubeModel
import Reachability

/// The engine by itself: compiling policies and evaluating every pair, and one answer of it.
enum ReachabilityBenchmark {
  static func run() throws {
    var costs: [(classes: Int, cpu: Double)] = []
    for (workloads, classes) in [(500, 500), (1_000, 1_000), (5_000, 5_000), (10_000, 1_000), (10_000, 10_000)] {
      let cluster = PolicyCluster(
        namespaces: workloads / 20, workloads: workloads, classes: classes, policies: workloads / 2)
      let model = ClusterModel(cluster.state)
      let set = PolicySet(cluster.state, Semantics(.kubernetes))
      var engine = ReachabilityEngine(model, [], Semantics(.kubernetes))
      var open = 0
      let evaluated = Measurement.of {
        engine = ReachabilityEngine(model, set.policies, Semantics(.kubernetes))
        let denied = engine.deniedState
        ConnectionTable(engine).forEachSource { _, states in
          for state in states where state != denied { open += 1 }
        }
      }
      evaluated.print("compile and evaluate, \(workloads) workloads of \(classes) classes")
      print("    \(model.endpoints.count) endpoints, \(set.policies.count) policies, \(open) open pairs, \(Measurement.peakMemory) MB at most so far")
      if workloads == classes { costs.append((classes, evaluated.cpu)) }
      try diff(cluster, model, set, engine, evaluated)
      let count = model.endpoints.count
      let asked = 10_000
      var allowed = 0
      let answers = Measurement.of {
        for index in 0..<asked {
          let (from, to) = (index * 7_919 % count, index * 104_729 % count)
          let point = TrafficPoint(.tcp, 8080)
          if engine.verdict(from: .endpoint(from), to: .endpoint(to), point) == .allowed { allowed += 1 }
          allowed += engine.trace(.endpoint(to), with: .endpoint(from), .ingress, point).steps.count & 1
        }
      }
      answers.print("\(asked) answers with their trace")
    }
    if let first = costs.first(where: { $0.classes == 500 }), let last = costs.first(where: { $0.classes == 5_000 }) {
      let exponent = log(last.cpu / first.cpu) / log(10)
      print("  growth from 500 to 5,000 classes: exponent \((exponent * 100).rounded() / 100)")
    }
  }

  /// One changed policy: both states from nothing, and where the older one has been evaluated already.
  private static func diff(
    _ cluster: PolicyCluster, _ model: ClusterModel, _ set: PolicySet, _ engine: ReachabilityEngine,
    _ evaluated: Measurement
  ) throws {
    for index in [1, 0] {
      let changed = PolicySet(cluster.changingPolicy(index), Semantics(.kubernetes))
      let path = set.policies[index].identity.path
      let unchanged = Set(set.policies.map(\.identity.path).filter { $0 != path })
      var count = 0
      var costs: [Measurement] = []
      for isFresh in [true, false] {
        let cost = Measurement.fastest(of: 5) {
          let old = isFresh
            ? ReachabilityEngine(model, set.policies, Semantics(.kubernetes), cutBy: changed.policies) : engine
          let new = ReachabilityEngine(old, policies: changed.policies, unchanged: unchanged)
          count = ChangedConnections(old, new).changes.count
        }
        cost.print("diff, \(path) changed, \(isFresh ? "from nothing" : "older state evaluated")")
        costs.append(cost)
      }
      let ratios = costs.map { String(Int((2 * evaluated.cpu / $0.cpu).rounded())) }
      print("    \(count) connections differ; \(ratios.joined(separator: " and ")) times less than both states anew (bar: 20)")
    }
  }
}
