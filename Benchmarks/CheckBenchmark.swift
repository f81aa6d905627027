import Controls
import KubeModel
import Registers

/// What it costs to judge one namespace among many: to prepare it, and to ask every check of it.
enum CheckBenchmark {
  @Sendable static func run() throws {
    let cluster = PolicyCluster(namespaces: 200, workloads: 2_000, classes: 10, policies: 5_000)
    let state = cluster.changingPolicy(0)
    let parts = NamespaceParts(state.entries)
    let checks = CheckCatalog.checks(.none)
    let names = state.namespaces.map(\.name)
    var outcomes = 0
    let preparing = Measurement.fastest(of: 3) {
      for name in names { _ = NamespaceContext(name, state.part(parts.entries(for: name)), .none).name }
    }
    let judging = Measurement.fastest(of: 3) {
      for name in names {
        let context = NamespaceContext(name, state.part(parts.entries(for: name)), .none)
        for check in checks { outcomes += check.answer(context).outcomes.count }
      }
    }
    let each = { (measured: Measurement) in "\(Int(measured.cpu * 1_000_000) / names.count) µs" }
    print("  \(names.count) namespaces, \(state.entries.count) objects: a namespace \(each(preparing)) prepared, \(each(judging)) with every check")
    print("  \(outcomes / 3) outcomes")
  }
}
