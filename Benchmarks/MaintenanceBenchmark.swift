import AmbitKit
import Foundation
import Integrity
import KubeModel
import SigningKeys
import SnapshotStore
import Synchronization

/// How large a store is after `ambit maintain`.
enum MaintenanceBenchmark {
  static func run() throws {
    try incremental()
    try unchangedYear()
  }

  // MARK: Incremental snapshots

  /// A thousand snapshots with ten of 10,000 objects changed in each, a pack each, beside `git gc` of the same store.
  private static func incremental() throws {
    let history = SyntheticHistory(count: 10_000)
    let snapshots = 1_000
    try Scratch.with { folder in
      let path = "\(folder)/store.git"
      let store = try SnapshotStore.create(at: path)
      let digests = FolderDigests()
      var heads = HistoryHeads()
      for snapshot in 0...snapshots {
        heads = try store.record(try history.recording(snapshot), in: "c", onto: heads, digests: digests)
      }
      let peer = "\(folder)/peer.git"
      try FileManager.default.copyItem(atPath: path, toPath: peer)
      print("  \(snapshots) snapshots, a pack each: \(size(path))")
      try Measurement.of { try maintain(path) }.print("ambit maintain")
      try Measurement.of { try GitPeer(existing: peer).run("gc", "--quiet") }.print("git gc")
      let ratio = Double(GitPeer.size("\(path)/objects")) / Double(GitPeer.size("\(peer)/objects"))
      print("  after ambit maintain \(size(path)), after git gc \(size(peer)): \((ratio * 1000).rounded() / 1000) times")
    }
  }

  // MARK: A year without changes

  /// What a year of signed observations adds, one every five minutes, that all saw the same state.
  private static func unchangedYear() throws {
    let history = SyntheticHistory(count: 1_000)
    let observations = 105_120
    try Scratch.with { folder in
      let path = "\(folder)/store.git"
      let store = try SnapshotStore.create(at: path)
      let key = try SigningKeyFile.load(path: newKey(in: folder), agentSocket: nil)
      store.sign = { try CommitSignature.inserting(key.sign($0, namespace: "git"), into: $0) }
      let heads = try store.record(try history.recording(0), in: "c", onto: HistoryHeads(), digests: FolderDigests())
      try maintain(path)
      let before = GitPeer.size("\(path)/objects")
      let recordings = (1...observations).lazy.map { unchanged(history, $0) }
      try Measurement.of {
        _ = try store.record(in: "c", onto: heads, digests: FolderDigests()) { recordings.makeIterator() }
      }.print("ambit, \(observations) signed observations")
      print("  added before maintenance \(megabytes(GitPeer.size("\(path)/objects") - before))")
      try Measurement.of { try maintain(path) }.print("ambit maintain")
      print("  added after it \(megabytes(GitPeer.size("\(path)/objects") - before))")
    }
  }

  private static func unchanged(_ history: SyntheticHistory, _ number: Int) -> Recording {
    let seconds = history.time(number).seconds
    let who = Signature(name: "Ambit", email: "ambit@c", time: seconds)
    return Recording(
      edits: [:], snapshot: { _ in CommitText(author: who, committer: who, subject: "", trailers: []) },
      observation: { state, _ in
        var trailers = history.observationTrailers(number, state: state?.description ?? "")
        for index in trailers.indices where trailers[index].key == "Ambit-Result" { trailers[index].value = "unchanged" }
        let text = CommitText(author: who, committer: who, subject: "observation: unchanged", trailers: trailers)
        return (["observation.yaml": SyntheticHistory.testimony], text)
      })
  }

  /// An ed25519 key of its own.
  private static func newKey(in folder: String) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "\(folder)/key"]
    try process.run()
    process.waitUntilExit()
    return "\(folder)/key"
  }

  // MARK: Both

  private static func size(_ store: String) -> String { megabytes(GitPeer.size("\(store)/objects")) }

  private static func megabytes(_ bytes: Int) -> String { "\((Double(bytes) / 10_000).rounded() / 100) MB" }

  private static func maintain(_ path: String) throws {
    let result = Mutex<Result<Void, any Error>?>(nil)
    let done = DispatchSemaphore(value: 0)
    Task.detached {
      do {
        _ = try await Maintainer(Ambit(path: path), variables: ProcessInfo.processInfo.environment).run()
        result.withLock { $0 = .success(()) }
      } catch {
        result.withLock { $0 = .failure(error) }
      }
      done.signal()
    }
    done.wait()
    try result.withLock { try $0?.get() }
  }
}
