import Synchronization

/// The work took longer than it was given.
package struct TimeLimitPassed: Error {
  /// Whether nothing had arrived for too long, rather than the whole taking too long.
  package var isIdle = false
}

/// When something last arrived.
package final class Progress: Sendable {
  private let last = Mutex(ContinuousClock.now)

  package func touch() { last.withLock { $0 = .now } }
  var latest: ContinuousClock.Instant { last.withLock { $0 } }
}

/// Runs `work` and cancels it after `limit`, throwing `TimeLimitPassed`.
package func withTimeLimit<Result: Sendable>(
  _ limit: Duration, _ work: @escaping @Sendable () async throws -> Result
) async throws -> Result {
  try await withTimeLimit(limit, idle: limit) { _ in try await work() }
}

/// Runs `work` and cancels it after `limit`, or when it has not touched its progress for `idle`.
package func withTimeLimit<Result: Sendable>(
  _ limit: Duration, idle: Duration, _ work: @escaping @Sendable (Progress) async throws -> Result
) async throws -> Result {
  let progress = Progress()
  let end = ContinuousClock.now + limit
  return try await withThrowingTaskGroup(of: Result.self) { group in
    group.addTask { try await work(progress) }
    group.addTask {
      while true {
        let next = min(end, progress.latest + idle)
        if next <= .now { throw TimeLimitPassed(isIdle: next < end) }
        try await Task.sleep(until: next, clock: .continuous)
      }
    }
    defer { group.cancelAll() }
    guard let result = try await group.next() else { throw CancellationError() }
    return result
  }
}
