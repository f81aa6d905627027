/// Limits and behaviour of a `ClusterClient`.
package struct ClientOptions: Sendable {
  package var retry: RetryPolicy
  /// Longest wait for a TCP and TLS connection.
  package var connectTimeout: Duration = .seconds(15)
  /// Longest time for one answer with its whole body.
  package var answerTimeout: Duration = .seconds(300)
  /// Longest silence while an answer is awaited or arrives.
  package var idleTimeout: Duration = .seconds(60)
  /// Largest body of one answer, decompressed.
  package var maximumBodyBytes = 256 << 20
  /// Objects per page of a list.
  package var pageSize = 500
  /// Longest run of a credential plugin; nil: a minute, or five where it has the terminal.
  package var pluginTimeout: Duration?
  package var userAgent = "ambit"
  /// Seconds since 1970.
  package var now: @Sendable () -> Double

  package init(retry: RetryPolicy, now: @escaping @Sendable () -> Double) {
    self.retry = retry
    self.now = now
  }
}
