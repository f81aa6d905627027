import AmbitKit
import ClusterReader
import Foundation
import KubeModel
import SnapshotStore

/// Recording 10,000 objects, and then ten of them changed, beside `git add -A && git commit` over the files
/// that the recording made.
///
/// Ambit's side begins with the API server's answer and ends with a durable commit, its observation and an
/// index that knows it; git's begins with files that are written already, and syncs nothing.
enum RecordingBenchmark {
  static let count = 10_000
  static let rounds = 5

  static func run() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/ambit-benchmark-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    _ = try SnapshotStore.create(at: "\(folder)/store.git")
    let ambit = try Ambit(path: "\(folder)/store.git")
    let peer = try GitPeer("\(folder)/files")
    var cluster = SyntheticCluster(count: count)
    var time = Moment(milliseconds: 1_700_000_000_000)

    func record() throws -> Recorder.Outcome {
      time = Moment(milliseconds: time.milliseconds + 60_000)
      var options = FileReader.Options()
      options.known = try Recorder(ambit).known("c")
      let reading = try FileReader.read(InputFiles(path: "\(folder)/lists"), options: options)
      return try Recorder(ambit).record(
        reading, cluster: "c",
        Recorder.Options(capturedFrom: time, capturedTo: time, isTimeGiven: true, recorded: time))
    }

    try cluster.write(to: "\(folder)/lists")
    let first = try Measurement.of { _ = try record() }
    first.print("ambit, first snapshot of \(count) objects")
    try peer.write(files(ambit, since: nil))
    let firstPeer = try Measurement.of { try peer.commit() }
    firstPeer.print("git add -A && git commit of the same files")
    first.printRatio("first snapshot", to: firstPeer)

    var ours: [Measurement] = []
    var theirs: [Measurement] = []
    for round in 1...rounds {
      for change in 0..<10 { cluster.versions[(round * 997 + change * 1_009) % count] = round }
      try cluster.write(to: "\(folder)/lists")
      let before = try ambit.store.head(of: "c")
      ours.append(try Measurement.of { _ = try record() })
      try peer.write(files(ambit, since: before))
      theirs.append(try Measurement.of { try peer.commit() })
    }
    let (mine, git) = (Measurement.median(ours), Measurement.median(theirs))
    mine.print("ambit, ten of them changed (median of \(rounds))")
    git.print("git add -A && git commit of the same ten")
    mine.printRatio("ten changed", to: git)
  }

  /// The files of the cluster's tree that changed since a commit.
  private static func files(_ ambit: Ambit, since commit: ObjectName?) throws -> [String: [UInt8]] {
    guard let head = try ambit.store.head(of: "c") else { return [:] }
    let old = try commit.map { try ambit.store.commit($0).tree }
    var files: [String: [UInt8]] = [:]
    for change in try ambit.store.changes(from: old, to: ambit.store.commit(head).tree) {
      if let blob = change.new { files[change.path] = try ambit.store.read(blob) }
    }
    return files
  }
}
