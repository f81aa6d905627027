import AmbitKit
import Foundation
import KubeModel
import SnapshotStore

/// The store alone, from files in memory to commits on disk, beside stock git with the same files.
enum StoreBenchmark {
  // MARK: First snapshot

  /// The first snapshot of many objects, with its state digest and its observation, beside `git fast-import`.
  static func first() throws {
    for count in [10_000, 100_000] {
      let history = SyntheticHistory(count: count)
      try Scratch.with { folder in
        let recording = try history.recording(0)
        let store = try SnapshotStore.create(at: "\(folder)/store.git")
        let ours = try Measurement.of { try record([recording], store) }
        ours.print("ambit, first snapshot of \(count) objects")
        let theirs = try fastImport(history, 0...0, folder)
        theirs.print("git fast-import of the same tree")
        ours.printRatio("first snapshot of \(count)", to: theirs)
      }
    }
  }

  // MARK: Backfill

  /// A thousand snapshots with ten of 10,000 objects changed in each, as an import writes them.
  static func backfill() throws {
    let history = SyntheticHistory(count: 10_000)
    let snapshots = 1_000
    try Scratch.with { folder in
      let recordings = try (0...snapshots).map(history.recording)
      let store = try SnapshotStore.create(at: "\(folder)/store.git")
      let ours = try Measurement.of { try record(recordings, store) }
      ours.print("ambit, \(snapshots) snapshots with digests and observations")
      let theirs = try fastImport(history, 0...snapshots, folder)
      theirs.print("git fast-import of the trees alone")
      ours.printRatio("backfill", to: theirs)
      try withoutObservations(history, 0...snapshots, folder).print("of which: ambit without observations")
    }
  }

  private static func withoutObservations(
    _ history: SyntheticHistory, _ snapshots: ClosedRange<Int>, _ folder: String
  ) throws -> Measurement {
    let store = try SnapshotStore.create(at: "\(folder)/plain.git")
    let recordings = try snapshots.map { snapshot in
      var recording = try history.recording(snapshot)
      let text = recording.observation(nil, true).text
      recording.observation = { _, _ in (["observation.yaml": []], text) }
      return recording
    }
    return try Measurement.of { try record(recordings, store) }
  }

  private static func record(_ recordings: [Recording], _ store: SnapshotStore) throws {
    _ = try store.record(in: "c", onto: HistoryHeads(), digests: FolderDigests()) { recordings.makeIterator() }
  }

  private static func fastImport(
    _ history: SyntheticHistory, _ snapshots: ClosedRange<Int>, _ folder: String
  ) throws -> Measurement {
    var stream = try FastImportStream("\(folder)/stream")
    for snapshot in snapshots {
      try stream.commit(
        "refs/heads/c", time: history.time(snapshot).seconds, message: "snapshot\n", try history.files(snapshot))
    }
    try stream.finish()
    let peer = try GitPeer("\(folder)/peer")
    return try Measurement.of { try peer.run(["fast-import", "--quiet"], input: stream.path) }
  }

  // MARK: Live

  /// One snapshot with ten of 10,000 objects changed, on disk when it returns, beside `git add -A && git commit`.
  static func live() throws {
    let history = SyntheticHistory(count: 10_000)
    let rounds = 20
    try Scratch.with { folder in
      let store = try SnapshotStore.create(at: "\(folder)/store.git")
      let digests = FolderDigests()
      var heads = try store.record(try history.recording(0), in: "c", onto: HistoryHeads(), digests: digests)
      let peer = try GitPeer("\(folder)/peer")
      try peer.run("config", "core.fsync", "all")
      try peer.write(try history.files(0).compactMapValues(\.self))
      try peer.commit()
      var ours: [Measurement] = []
      var theirs: [Measurement] = []
      for round in 1...rounds {
        let recording = try history.recording(round)
        ours.append(try Measurement.of { heads = try store.record(recording, in: "c", onto: heads, digests: digests) })
        try peer.write(try history.files(round).compactMapValues(\.self))
        theirs.append(try Measurement.of { try peer.commit() })
      }
      let (mine, git) = (Measurement.median(ours), Measurement.median(theirs))
      mine.print("ambit, ten of 10000 changed, durable (median of \(rounds))")
      git.print("git add -A && git commit, core.fsync=all")
      mine.printRatio("live snapshot", to: git)
    }
  }
}
