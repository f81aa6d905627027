import AmbitKit
import Controls
import Foundation
import KubeModel
import SnapshotStore

/// A year of readings, one every five minutes, in which one policy changes in every tenth or so, of a cluster of 200
/// namespaces and 2,000 workloads: what it costs to say what every check came to. AMBIT_BENCHMARK_READINGS makes it shorter.
enum PeriodBenchmark {
  private static let start: Int64 = 1_700_000_000_000
  private static let every: Int64 = 300_000

  static func run() throws {
    let readings = Int(ProcessInfo.processInfo.environment["AMBIT_BENCHMARK_READINGS"] ?? "") ?? 105_120
    try Scratch.with { folder in
      let path = "\(folder)/store.git"
      let changes = try record(readings, in: path)
      let ambit = try Ambit(path: path)
      try ambit.catchUp("c")
      print("  \(readings) readings, \(changes) changes, 200 namespaces, 2,000 workloads; peak memory until here \(Measurement.peakMemory) MB")
      let end = start + Int64(readings) * every
      let half = try assess(path, start..<start + (end - start) / 2, "ambit, half of it from nothing")
      try emptyMemo(path)
      let cold = try assess(path, start..<end, "ambit, all of it from nothing")
      let ratio = (cold.wall / half.wall * 100).rounded() / 100
      print("  twice the period: \(ratio) times the time")
      _ = try assess(path, start..<end, "ambit, all of it again")
      print("  peak memory \(Measurement.peakMemory) MB")
    }
  }

  private static func assess(_ path: String, _ period: Range<Int64>, _ name: String) throws -> Measurement {
    var work: Assessor.Work?
    let measured = try Measurement.of {
      let history = try ClusterHistory(Ambit(path: path), cluster: "c", now: Moment(milliseconds: period.upperBound))
      let assessor = try Assessor(history, over: period)
      guard let framework = FrameworkCatalog.framework("pci") else { throw CocoaError(.fileReadUnknown) }
      _ = try assessor.assessment(of: framework)
      work = assessor.work
    }
    measured.print(name)
    if let work {
      let ratio = work.asked == 0 ? "none" : "\(work.anew / work.asked) times fewer than"
      print("    \(work.asked) questions asked, \(work.known) known; \(ratio) the \(work.anew) of each reading anew")
    }
    return measured
  }

  /// Takes what was found out away, and leaves the index.
  private static func emptyMemo(_ path: String) throws {
    try FileManager.default.removeItem(atPath: "\(path)/ambit/index.sqlite")
    try Ambit(path: path).catchUp("c")
  }

  // MARK: Recording

  private static func record(_ readings: Int, in path: String) throws -> Int {
    let store = try SnapshotStore.create(at: path)
    let cluster = PolicyCluster(namespaces: 200, workloads: 2_000, classes: 1_000, policies: 1_000)
    let policies = cluster.state.entries.filter { $0.type == ResourceCatalog.networkPolicies }
    var changes = 0
    let recordings = (0..<readings).lazy.map { number -> Recording in
      // 10,000 in a year.
      let isChange = number > 0 && number * 10_000 / 105_120 > (number - 1) * 10_000 / 105_120
      if isChange { changes += 1 }
      var edits: [String: [UInt8]?] = [:]
      if number == 0 {
        for entry in cluster.state.entries { edits[file(of: entry)] = .some(CanonicalYAML.bytes(of: entry.object.value)) }
      } else if isChange {
        let entry = policies[changes &* 7_919 % policies.count]
        edits[file(of: entry)] = .some(CanonicalYAML.bytes(of: changed(entry.object.value, number)))
      }
      return recording(edits, number, isChange || number == 0)
    }
    _ = try store.record(in: "c", onto: HistoryHeads(), digests: FolderDigests()) { recordings.makeIterator() }
    return changes
  }

  private static func file(of entry: ClusterState.Entry) -> String { StoreLayout().path(of: ObjectID(entry.object, type: entry.type)) }

  /// The policy with a rule of this time: every third lets everyone in.
  private static func changed(_ policy: Value, _ number: Int) -> Value {
    guard var root = policy.map, var spec = root["spec"]?.map else { return policy }
    let peers: Value = number % 3 == 0 ? [] : [["podSelector": ["matchLabels": ["app": .string("a-\(number % 50)")]]]]
    spec["policyTypes"] = ["Ingress"]
    spec["ingress"] = [["from": peers, "ports": [["port": .int(Int64(1_000 + number % 30_000)), "protocol": "TCP"]]]]
    root["spec"] = .map(spec)
    return .map(root)
  }

  private static func recording(_ edits: [String: [UInt8]?], _ number: Int, _ isChange: Bool) -> Recording {
    let time = Moment(milliseconds: start + Int64(number) * every)
    let who = Signature(name: "Ambit", email: "ambit@c", time: time.seconds)
    let trailers: [(key: String, value: String)] = [
      ("Ambit-Complete", "true"), ("Ambit-Scope", "cluster"), ("Ambit-Captured-From", time.text),
      ("Ambit-Captured-To", time.text), ("Ambit-Time", "clock"), ("Ambit-Source", "server"), ("Ambit-Version", Ambit.version),
    ]
    return Recording(
      edits: edits,
      snapshot: { digest in
        CommitText(
          author: who, committer: who, subject: "snapshot",
          trailers: [("Ambit-Kind", "snapshot")] + trailers + [("Ambit-State-SHA256", digest)])
      },
      observation: { state, _ in
        let told: [(key: String, value: String)] = [
          ("Ambit-Result", isChange ? "changed" : "unchanged"), ("Ambit-State", state?.description ?? ""),
          ("Ambit-Resource-Version", "\(4_000 + number)"),
        ]
        let text = CommitText(
          author: who, committer: who, subject: "observation", trailers: [("Ambit-Kind", "observation")] + trailers + told)
        return (["observation.yaml": SyntheticHistory.testimony], text)
      })
  }
}
