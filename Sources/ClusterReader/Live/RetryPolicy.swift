/// How often and how late a request that may yet succeed is sent again.
package struct RetryPolicy: Sendable {
  /// Attempts of one request, the first included.
  package var maximumAttempts: Int
  /// The wait before attempt 2, 3, …, given the number of attempts made; jitter is the caller's.
  package var delay: @Sendable (_ attemptsMade: Int) -> Duration
  /// The longest wait, also where the server's `Retry-After` asks for more.
  package var maximumDelay: Duration
  package var sleep: @Sendable (Duration) async throws -> Void
  /// How often a paged list that expired midway starts again.
  package var maximumListRestarts: Int

  package init(
    maximumAttempts: Int = 5, maximumDelay: Duration = .seconds(30), maximumListRestarts: Int = 3,
    delay: @escaping @Sendable (_ attemptsMade: Int) -> Duration,
    sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
  ) {
    self.maximumAttempts = maximumAttempts
    self.maximumDelay = maximumDelay
    self.maximumListRestarts = maximumListRestarts
    self.delay = delay
    self.sleep = sleep
  }

  /// Doubles from a quarter of a second; `jitter` returns a factor (0.5 to 1.5 spreads many clients well).
  package static func exponential(jitter: @escaping @Sendable () -> Double) -> RetryPolicy {
    RetryPolicy(delay: { made in .milliseconds(250 << min(made - 1, 10)) * jitter() })
  }
}
