import AmbitKit
import Foundation
import KubeModel
import Reachability

/// Who opened a connection, over 100,000 snapshots with ten of 10,000 policies changed in each, two namespaces of which
/// have pods: what the question looks at, and what it costs. Set AMBIT_BENCHMARK_SNAPSHOTS for a shorter history.
enum ConnectionBlameBenchmark {
  static func run() throws {
    try HistoryBenchmark.with(SyntheticHistory(count: 10_000, among: surroundings())) { history, path, snapshots in
      // A pod to a pod of another namespace, whose policy never closed this port.
      try ask(["team-10/client", "team-1/server", "8443"], path, history.time(snapshots))
      // The same on a port that one of its hundred versions opens.
      let version = (0...snapshots).first { $0 > snapshots / 2 && history.changed($0).contains(50) } ?? 0
      try ask(["team-10/client", "team-1/server", "\(8_000 + version % 50_000)"], path, history.time(snapshots))
      // An address to a pod whose policy has a version in each hundredth snapshot, and leaves the address out now and then.
      try ask(["10.0.100.9", "team-0/server", "8443"], path, history.time(snapshots))
      try ask(["10.0.100.9", "team-0/server", "8443", "--first"], path, history.time(snapshots))
    }
  }

  private static func ask(_ words: [String], _ path: String, _ now: Moment) throws {
    guard let point = TrafficPoint(words[2]) else { return }
    let isFirst = words.contains("--first")
    let arguments = ["blame", "--from", words[0], "--to", words[1], "--port", words[2]] + (isFirst ? ["--first"] : [])
    try Measurement.fastest(of: 5) { try BuiltProgram.run(arguments, store: path) }
      .print("ambit \(arguments.joined(separator: " "))")
    let history = try ClusterHistory(Ambit(path: path), cluster: "c", now: now)
    let blame = try ConnectionBlame(
      ConnectionQuestion(from: words[0], to: words[1], point), in: history, at: history.point(nil), isFirst ? .opening : .all)
    print(
      "    \(blame.steps.count) steps, \(blame.evaluatedCount) states evaluated, \(blame.readCount) versions read; now \(blame.verdict.name)")
  }

  /// The namespaces and the pods that the questions are about.
  private static func surroundings() -> [(id: ObjectID, object: KubeObject)] {
    var folder = WorkloadFolder()
    for (name, namespace, labels) in [
      ("server", "team-0", ["app": "app-0", "tier": "backend"]), ("server", "team-1", ["app": "app-50", "tier": "backend"]),
      ("client", "team-10", ["app": "app-19"]),
    ] {
      let pod: Value = [
        "apiVersion": "v1", "kind": "Pod",
        "metadata": [
          "name": .string(name), "namespace": .string(namespace), "labels": .map(Mapping(labels.map { ($0.key, .string($0.value)) })),
        ],
        "spec": ["containers": [["name": "c"]]], "status": ["phase": "Running"],
      ]
      folder.add(KubeObject(pod))
    }
    let workloads = folder.results().map { (id: ObjectID($0.object, type: ResourceCatalog.workloads), object: $0.object) }
    let namespaces = ["team-0", "team-1", "team-10"].map { name in
      let value: Value = [
        "apiVersion": "v1", "kind": "Namespace",
        "metadata": ["name": .string(name), "labels": ["kubernetes.io/metadata.name": .string(name)]],
      ]
      return (id: ObjectID(KubeObject(value), type: ResourceCatalog.namespaces), object: KubeObject(value))
    }
    return workloads + namespaces
  }
}
