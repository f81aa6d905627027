import Synchronization

/// Messages on their way from the followers of lists to the one that records them.
///
/// It holds a bounded number: where recording is slower than the server, followers wait, and the server with them.
final class WatchQueue: Sendable {
  private struct State {
    var messages: [WatchMessage] = []
    var survey: Result<WatchSurvey, ClusterReaderError>?
    var isReminded = false
    var isStopped = false
  }

  private let state = Mutex(State())
  private let capacity: Int
  private let wake: AsyncStream<Void>.Continuation
  private let wakes: AsyncStream<Void>

  init(capacity: Int) {
    self.capacity = capacity
    (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  var count: Int { state.withLock { $0.messages.count } }

  /// Adds a message, when there is room for it.
  func send(_ message: WatchMessage) async throws {
    while true {
      let isIn = state.withLock { state in
        guard state.messages.count < capacity else { return false }
        state.messages.append(message)
        return true
      }
      if isIn { break }
      try await Task.sleep(for: .milliseconds(20))
    }
    wake.yield()
  }

  /// An interval is over, and the server was asked what it serves.
  func tick(_ survey: Result<WatchSurvey, ClusterReaderError>) {
    state.withLock { $0.survey = survey }
    wake.yield()
  }

  /// Wakes the one that records, though nothing came.
  func remind() {
    state.withLock { $0.isReminded = true }
    wake.yield()
  }

  /// Nothing more is taken.
  func stop() {
    state.withLock { $0.isStopped = true }
    wake.yield()
  }

  var isStopped: Bool { state.withLock { $0.isStopped } }

  /// What came since the last time.
  struct Gathered {
    var messages: [WatchMessage]
    /// What the server serves; nil where no interval is over.
    var survey: Result<WatchSurvey, ClusterReaderError>?
  }

  /// Waits until there is something, and then until nothing more came for `quiet`, at most `longest`.
  ///
  /// - Returns: nil when it is stopped and what came before was taken.
  func gather(quiet: Duration, longest: Duration) async -> Gathered? {
    var iterator = wakes.makeAsyncIterator()
    while true {
      let (hasSome, isStopped) = state.withLock { (!$0.messages.isEmpty || $0.survey != nil || $0.isReminded, $0.isStopped) }
      if hasSome { break }
      guard !isStopped, await iterator.next() != nil else { return nil }
    }
    let end = ContinuousClock.now + longest
    var last = -1
    while last != count, !isStopped, ContinuousClock.now < end {
      last = count
      guard (try? await Task.sleep(for: quiet)) != nil else { break }
    }
    return state.withLock { state in
      defer { (state.messages, state.survey, state.isReminded) = ([], nil, false) }
      return Gathered(messages: state.messages, survey: state.survey)
    }
  }
}
