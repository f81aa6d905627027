internal import KubeModel
internal import Synchronization

/// Tells of changes elsewhere, in its own time: recording never waits for it.
package final class Notifier: Sendable {
  package struct Counts: Sendable {
    package fileprivate(set) var sent = 0
    package fileprivate(set) var failed = 0
    package fileprivate(set) var dropped = 0
    package fileprivate(set) var waiting = 0
  }

  /// What is told of an outage, once, and of its end.
  package enum Event: Sendable {
    case failing(reason: String)
    case recovered
  }

  /// A snapshot to tell of.
  private struct Item: Sendable {
    let commit: String
    let previous: String
    let flags: [String]
    let now: Moment
  }

  private struct State {
    var items: [Item] = []
    var counts = Counts()
    /// Whether an evaluation that took too long is still under way.
    var isComparing = false
  }

  /// So many snapshots wait at most; older ones go first.
  private static let capacity = 500
  private static let longestWait: Duration = .seconds(60)

  private let store: String
  private let cluster: String
  private let compareLimit: Duration
  private let post: @Sendable (_ json: String) async throws -> Void
  private let tell: @Sendable (Event) -> Void
  private let state = Mutex(State())
  private let wake: AsyncStream<Void>.Continuation
  private let wakes: AsyncStream<Void>

  /// - Parameters:
  ///   - store: is opened anew, since a store is for one thread.
  ///   - compareLimit: how long an evaluation of connections is waited for.
  ///   - post: delivers a notice, or throws.
  package init(
    store: String, cluster: String, compareLimit: Duration = .seconds(20),
    post: @escaping @Sendable (_ json: String) async throws -> Void, tell: @escaping @Sendable (Event) -> Void
  ) {
    self.store = store
    self.cluster = cluster
    self.compareLimit = compareLimit
    self.post = post
    self.tell = tell
    (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  package var counts: Counts {
    state.withLock { state in
      var counts = state.counts
      counts.waiting = state.items.count
      return counts
    }
  }

  /// Takes a recording, where it changed something that was known before.
  package func take(_ recorded: WatchRecorder.Recorded) {
    guard recorded.outcome.isChanged, let commit = recorded.outcome.commit, let previous = recorded.previousCommit
    else { return }
    let item = Item(commit: commit, previous: previous, flags: recorded.outcome.flags, now: recorded.capturedTo)
    state.withLock { state in
      if state.items.count == Notifier.capacity {
        state.items.removeFirst()
        state.counts.dropped += 1
      }
      state.items.append(item)
    }
    wake.yield()
  }

  /// Posts what was taken until it is cancelled.
  package func run() async {
    var wait = Duration.seconds(1)
    var isFailing = false
    for await _ in wakes {
      while let item = state.withLock({ $0.items.first }), !Task.isCancelled {
        do {
          try await post(await notice(of: item).json)
          state.withLock { $0.counts.sent += 1 }
          if isFailing { tell(.recovered) }
          (wait, isFailing) = (.seconds(1), false)
          done(item)
        } catch let error as ChangeNoticeFailure {
          // It cannot be made, and so will not be later.
          state.withLock { $0.counts.dropped += 1 }
          tell(.failing(reason: error.reason))
          done(item)
        } catch {
          state.withLock { $0.counts.failed += 1 }
          if !isFailing { tell(.failing(reason: (error as? any DescribedError)?.message ?? "\(type(of: error))")) }
          isFailing = true
          guard (try? await Task.sleep(for: wait)) != nil else { return }
          wait = min(wait * 2, Notifier.longestWait)
        }
      }
    }
  }

  private func done(_ item: Item) {
    state.withLock { state in
      if state.items.first?.commit == item.commit { state.items.removeFirst() }
    }
  }

  private struct ChangeNoticeFailure: Error {
    let reason: String
  }

  private func notice(of item: Item) async throws -> ChangeNotice {
    do {
      let history = try ClusterHistory(Ambit(path: store), cluster: cluster, now: item.now)
      var notice = try ChangeNotice(since: item.previous, of: item.commit, in: history, flags: item.flags)
      notice.opened = await opened(item)
      return notice
    } catch {
      throw ChangeNoticeFailure(
        reason: "no notice of \(item.commit.prefix(10)) can be made: \((error as? any DescribedError)?.message ?? "\(error)")")
    }
  }

  /// What a snapshot opened; nil where that takes too long, or cannot be told.
  private func opened(_ item: Item) async -> [ConnectionDiff.Change]? {
    let isFree = state.withLock { state in
      defer { state.isComparing = true }
      return !state.isComparing
    }
    guard isFree else { return nil }
    let (results, result) = AsyncStream<[ConnectionDiff.Change]?>.makeStream()
    let timer = Task { [compareLimit] in
      try await Task.sleep(for: compareLimit)
      result.yield(nil)
    }
    Task.detached(priority: .background) { [self, store, cluster] in
      let found = try? ChangeNotice.opened(
        from: item.previous, to: item.commit,
        in: ClusterHistory(Ambit(path: store), cluster: cluster, now: item.now))
      state.withLock { $0.isComparing = false }
      result.yield(found)
    }
    var iterator = results.makeAsyncIterator()
    let first = await iterator.next()
    timer.cancel()
    return first ?? nil
  }
}
