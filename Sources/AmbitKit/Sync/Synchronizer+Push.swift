internal import SnapshotStore

/// Commits that a remote lacks, and how many of them it took.
struct PendingPush {
  let reference: SharedReference
  /// Oldest first.
  let commits: [ObjectName]
  var taken = 0
  /// How often the server's lock was met.
  var locked = 0

  /// - Parameter newestFirst: as `HistoryRelation` has them.
  init(_ reference: SharedReference, _ newestFirst: [ObjectName]) {
    self.reference = reference
    commits = newestFirst.reversed()
  }

  var isDone: Bool { taken == commits.count }
}

extension Synchronizer {
  /// The most references in one push: what follows them on a command line is short.
  private static let widest = 200
  /// Pauses before the server's lock is tried again; other writers hold it for moments.
  private static let pauses: [Duration] = [.milliseconds(100), .milliseconds(300), .seconds(1), .seconds(3)]

  /// Pushes histories in slices: first what others name, then what names it.
  func push(_ pending: [PendingPush], _ ledger: inout SyncLedger) async throws {
    for part in SharedReference.Part.allCases {
      var queue: [PendingPush] = []
      for push in pending.filter({ $0.reference.part == part }).sorted(by: { $0.reference < $1.reference }) {
        if let obstacle = ledger.obstacle(to: push.reference) {
          ledger.holdBack(push.reference, because: obstacle)
        } else {
          queue.append(push)
        }
      }
      while !queue.isEmpty { queue = try await pushSlice(queue, &ledger) }
    }
  }

  /// Pushes the next commits, a bounded number over all references; gives what is left to push.
  private func pushSlice(_ queue: [PendingPush], _ ledger: inout SyncLedger) async throws -> [PendingPush] {
    var room = options.slice
    var slice: [(push: PendingPush, end: Int)] = []
    for push in queue where room > 0 && slice.count < Synchronizer.widest {
      let end = min(push.commits.count, push.taken + room)
      room -= end - push.taken
      slice.append((push, end))
    }
    for (push, end) in slice where push.commits.count > options.slice {
      options.progress("pushing \(push.reference.name): \(end) of \(push.commits.count) commits")
    }
    let report = try await carrier.push(slice.map { ($0.push.reference, $0.push.commits[$0.end - 1]) }, to: remote)
    var rest: [PendingPush] = []
    var longestLock = 0
    for (push, end) in slice {
      var push = push
      switch report.answers[push.reference.name] {
      case .taken:
        ledger.push(push.reference, commits: end - push.taken)
        push.taken = end
        push.locked = 0
        // What is not remembered is fetched next time.
        try? store.remember(push.reference.tracking(remote.name), at: push.commits[end - 1])
        if !push.isDone { rest.append(push) }
      case .locked where push.locked < Synchronizer.pauses.count:
        push.locked += 1
        longestLock = max(longestLock, push.locked)
        rest.append(push)
      case .outdated: ledger.outdate(push.reference, "the remote moved it at the same time")
      case .locked(let reason), .rejected(let reason):
        ledger.reject(push.reference, reason)
        ledger.hear(report.words)
      case nil: ledger.reject(push.reference, "the server said nothing about it")
      }
    }
    if longestLock > 0 { try await Task.sleep(for: Synchronizer.pauses[longestLock - 1]) }
    return rest + queue.dropFirst(slice.count)
  }
}
