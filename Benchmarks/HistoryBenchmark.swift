import AmbitKit
import Foundation
import HistoryIndex
import KubeModel
import SnapshotStore

/// Questions to a long history: 100,000 snapshots with ten of 10,000 objects changed in each.
///
/// The history is written by `git fast-import`, which packs it as `git gc` would, so that git is asked on its own
/// ground. Set AMBIT_BENCHMARK_SNAPSHOTS for a shorter one.
enum HistoryBenchmark {
  static func run() throws {
    try with(SyntheticHistory(count: 10_000)) { history, path, snapshots in
      try questions(history, path)
      try states(path, history, snapshots)
    }
  }

  /// Lends a store with a history and its index.
  static func with(_ history: SyntheticHistory, _ body: (SyntheticHistory, String, Int) throws -> Void) throws {
    let snapshots = Int(ProcessInfo.processInfo.environment["AMBIT_BENCHMARK_SNAPSHOTS"] ?? "") ?? 100_000
    try Scratch.with { folder in
      let path = "\(folder)/store.git"
      _ = try SnapshotStore.create(at: path)
      try write(history, snapshots, to: path, folder)
      print("  a history of \(snapshots) snapshots: repository \(GitPeer.size("\(path)/objects") >> 20) MB")

      let ambit = try Ambit(path: path)
      let build = try Measurement.of { try ambit.catchUp("c") }
      build.print("ambit, index from nothing")
      print("  index \(GitPeer.size("\(path)/ambit") >> 20) MB")
      try body(history, path, snapshots)
    }
  }

  private static func questions(_ history: SyntheticHistory, _ path: String) throws {
    let file = "namespaces/team-0/networkpolicies.networking.k8s.io/policy-0.yaml"
    let git = GitPeer(existing: path)
    func compare(_ name: String, _ ours: [String], _ theirs: [String]) throws {
      let mine = try Measurement.fastest(of: 5) { try BuiltProgram.run(ours, store: path) }
      let peer = try Measurement.fastest(of: 2) { try git.run(theirs, input: nil) }
      mine.print("ambit \(ours.joined(separator: " "))")
      peer.print("git \(theirs.prefix(3).joined(separator: " "))")
      mine.printRatio(name, to: peer)
    }
    try compare("log", ["log", "netpol/policy-0"], ["log", "--format=%H", "c", "--", file])
    try compare("blame", ["blame", "netpol/policy-0"], ["blame", "c", "--", file])
  }

  private static func states(_ path: String, _ history: SyntheticHistory, _ snapshots: Int) throws {
    let clusters = try ClusterHistory(Ambit(path: path), cluster: "c", now: history.time(snapshots))
    for (name, share) in [("early", 0.1), ("middle", 0.5), ("last", 1.0)] {
      let time = history.time(Int(Double(snapshots) * share)).text
      let state = try Measurement.fastest(of: 5) {
        let entries = try clusters.entries(at: clusters.point(time))
        guard entries.count >= history.count else { throw CocoaError(.coderInvalidValue) }
      }
      state.print("ambit, all objects at a time, \(name)")
    }
  }

  // MARK: Writing

  private static func write(_ history: SyntheticHistory, _ snapshots: Int, to path: String, _ folder: String) throws {
    let git = GitPeer(existing: path)
    let marks = "\(folder)/marks"
    var stream = try FastImportStream("\(folder)/stream")
    for snapshot in 0...snapshots {
      let trailers = [("Ambit-Kind", "snapshot")] + history.trailers(snapshot)
        + [("Ambit-State-SHA256", String(repeating: "0", count: 64))]
      try stream.commit(
        "refs/heads/c", time: history.time(snapshot).seconds, message: message("snapshot: 10 changed", trailers),
        history.files(snapshot))
    }
    try stream.finish()
    try git.run(["fast-import", "--quiet", "--export-marks=\(marks)"], input: stream.path)
    let names = try String(contentsOfFile: marks, encoding: .utf8).split(separator: "\n").map { line in
      let fields = line.split(separator: " ")
      return (mark: Int(fields[0].dropFirst()) ?? 0, name: String(fields[1]))
    }.sorted { $0.mark < $1.mark }.map(\.name)
    stream = try FastImportStream("\(folder)/stream")
    for snapshot in 0...snapshots {
      try stream.commit(
        "refs/ambit/observations/c", time: history.time(snapshot).seconds,
        message: message("observation: changed", history.observationTrailers(snapshot, state: names[snapshot])),
        replacesAll: true, history.observationFiles(snapshot).mapValues { .some($0) })
    }
    try stream.finish()
    try git.run(["fast-import", "--quiet"], input: stream.path)
    try FileManager.default.removeItem(atPath: stream.path)
  }

  private static func message(_ subject: String, _ trailers: [(key: String, value: String)]) -> String {
    "\(subject)\n\n" + trailers.map { "\($0.key): \($0.value)\n" }.joined()
  }
}
