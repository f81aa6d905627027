import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Programs

/// A watch was refused or broke; whether and when to ask again is its caller's to say.
struct WatchFailure: Error {
  let error: ClusterReaderError
  /// How long the server asks to wait.
  var retryAfter: Duration?
}

extension ClusterClient {
  /// How long a watch may last.
  struct WatchLimits: Sendable {
    /// After this the server ends it, which spreads watches over servers again.
    var seconds: Int
    /// The longest silence. Servers send a bookmark about once a minute, so that two of them were missed.
    var idle: Duration
  }

  /// Follows a list from a version on, until the server ends the watch.
  ///
  /// - Parameters:
  ///   - opened: called when the server has accepted it.
  ///   - line: given each line that came whole; what it throws ends the watch.
  /// - Throws: `WatchFailure` where it was refused or broke, `CancellationError`, or what `line` threw.
  func watch(
    _ request: ListRequest, from version: String, _ limits: WatchLimits,
    opened: @escaping @Sendable () async throws -> Void,
    line: @escaping @Sendable ([UInt8]) async throws -> Void
  ) async throws {
    guard request.isPathSafe else {
      throw ClusterReaderError(.badInput, "\(request.path) is no path of a list")
    }
    let query = [
      ("watch", "true"), ("allowWatchBookmarks", "true"), ("resourceVersion", version),
      ("timeoutSeconds", String(limits.seconds)),
    ]
    var credential = try await credentials.current()
    var refusal = try await stream(request.path, query, credential, limits, opened, line)
    if refusal?.status == 401, await credentials.renew(after: credential) {
      credential = try await credentials.current()
      refusal = try await stream(request.path, query, credential, limits, opened, line)
    }
    guard let refusal else { return }
    throw WatchFailure(
      error: refusal.refusal(connection: connection, path: request.path), retryAfter: refusal.askedDelay)
  }

  /// The lines of one answer; nil where it ended, and the whole answer where it is a refusal.
  private func stream(
    _ path: String, _ query: [(String, String)], _ credential: CredentialSource.Presented, _ limits: WatchLimits,
    _ opened: @escaping @Sendable () async throws -> Void, _ line: @escaping @Sendable ([UInt8]) async throws -> Void
  ) async throws -> Answer? {
    var request = try request(path, query: query, accept: "application/json", credential: credential)
    // A compressed stream is held back until there is enough to compress.
    request.headers.replaceOrAdd(name: "accept-encoding", value: "identity")
    let (http, longest) = (http, options.maximumBodyBytes)
    let asked = request
    // The server keeps its own time; ours is for one that does not.
    let limit = Duration.seconds(limits.seconds) + limits.idle
    do {
      return try await withTimeLimit(limit, idle: limits.idle) { progress in
        let response = try await http.execute(asked, deadline: .now() + .nanoseconds(limit.nanoseconds))
        self.noteAnswer()
        progress.touch()
        guard response.status == .ok else {
          let body = try await response.body.collect(upTo: 1 << 20)
          return Answer(
            status: Int(response.status.code), retryAfter: response.headers.first(name: "retry-after"),
            location: response.headers.first(name: "location"), body: Array(body.readableBytesView))
        }
        try await opened()
        var lines = LineSplitter(limit: min(longest, 32 << 20))
        for try await chunk in response.body {
          progress.touch()
          for whole in try lines.add(chunk.readableBytesView) {
            try await line(whole)
            // Recording may be slower than the server.
            progress.touch()
          }
        }
        return nil
      }
    } catch let error as WatchFailure {
      throw error
    } catch let error as WatchEnd {
      throw error
    } catch let passed as TimeLimitPassed {
      throw WatchFailure(
        error: ClusterReaderError(
          .timedOut,
          passed.isIdle
            ? "\(connection.server.url) sent nothing of \(path) for \(limits.idle.components.seconds) s"
            : "\(connection.server.url) did not end the watch of \(path) in time"))
    } catch {
      let failure = TransportFailure(error, connection: connection, path: path, options: options)
      guard let described = failure.error as? ClusterReaderError else { throw failure.error }
      throw WatchFailure(error: described)
    }
  }
}

/// What a line of a watch ends it with.
enum WatchEnd: Error {
  /// The kind has to be listed again.
  case relist
}
