import AsyncHTTPClient
package import Logging
import NIOCore
import NIOHTTP1
import Programs
import Synchronization

/// A connection to one API server that can only read: whatever is asked goes out as GET.
///
/// Lives within `ClusterClient.withClient`. Requests may run side by side.
package final class ClusterClient: Sendable {
  /// What a list's body says of itself.
  package struct ListMetadata: Sendable, Hashable {
    package var resourceVersion: String?
    /// The token that the next page is asked with; nil or empty on the last page.
    package var continueToken: String?

    package init(resourceVersion: String?, continueToken: String?) {
      self.resourceVersion = resourceVersion
      self.continueToken = continueToken
    }
  }

  package let connection: ClusterConnection
  let options: ClientOptions
  let listMetadata: @Sendable ([UInt8]) throws -> ListMetadata
  let http: HTTPClient
  let credentials: CredentialSource
  private let logger: Logger
  /// After the first answer a refused connection is a server that restarts; before it, a wrong address.
  private let hasReached = Mutex(false)

  private init(
    _ connection: ClusterConnection, options: ClientOptions, logger: Logger, http: HTTPClient,
    listMetadata: @escaping @Sendable ([UInt8]) throws -> ListMetadata
  ) {
    self.connection = connection
    self.options = options
    self.logger = logger
    self.http = http
    self.listMetadata = listMetadata
    credentials = CredentialSource(connection, pluginLimit: options.pluginTimeout, now: options.now)
  }

  /// Opens a client, lends it to `body` and closes it, also when `body` throws.
  ///
  /// `listMetadata` reads the resourceVersion and continue token of a list's body. Nothing is sent before
  /// the first request; certificates that cannot be used are refused here.
  package static func withClient<Result>(
    _ connection: ClusterConnection, options: ClientOptions, logger: Logger,
    listMetadata: @escaping @Sendable ([UInt8]) throws -> ListMetadata,
    _ body: (ClusterClient) async throws -> Result
  ) async throws -> Result {
    let configuration = try TransportSettings.configuration(for: connection, options: options)
    if connection.server.isTLS {
      _ = try TransportSettings.tls(for: connection, certificate: connection.clientCertificate)
    }
    for note in connection.notes {
      logger.warning("connection", metadata: ["note": "\(note.message)"])
    }
    return try await HTTPClient.withHTTPClient(configuration: configuration) { http in
      try await body(
        ClusterClient(connection, options: options, logger: logger, http: http, listMetadata: listMetadata))
    }
  }

  /// The body of the answer to GET `path` (already percent-encoded, without the server's prefix).
  ///
  /// Retries what may pass. Throws `ClusterReaderError`, or `CancellationError`.
  func get(
    _ path: String, query: [(String, String)] = [], accept: String = "application/json"
  ) async throws -> [UInt8] {
    var attempts = 0
    var hasRenewed = false
    while true {
      attempts += 1
      let credential = try await credentials.current()
      let answer: Answer
      do {
        answer = try await exchange(path, query: query, accept: accept, credential: credential)
        noteAnswer()
      } catch {
        let failure = TransportFailure(error, connection: connection, path: path, options: options)
        guard let delay = failure.delay(hasReached: hasReached.withLock { $0 }, options.retry, attempts) else {
          throw failure.error
        }
        logger.debug("request broke, trying again", metadata: ["path": "\(path)", "attempt": "\(attempts)"])
        try await options.retry.sleep(delay)
        continue
      }
      if answer.status == 200 { return answer.body }
      if answer.status == 401, !hasRenewed, await credentials.renew(after: credential) {
        hasRenewed = true
        continue
      }
      guard let delay = answer.retryDelay(options.retry, attempts) else {
        throw answer.refusal(connection: connection, path: path)
      }
      logger.debug(
        "server asks to wait",
        metadata: ["path": "\(path)", "status": "\(answer.status)", "attempt": "\(attempts)"])
      try await options.retry.sleep(delay)
    }
  }

  /// A server answered at the address.
  func noteAnswer() { hasReached.withLock { $0 = true } }

  private func exchange(
    _ path: String, query: [(String, String)], accept: String, credential: CredentialSource.Presented
  ) async throws -> Answer {
    let request = try request(path, query: query, accept: accept, credential: credential)
    let limit = options.maximumBodyBytes
    let timeout = options.answerTimeout
    return try await withTimeLimit(timeout, idle: options.idleTimeout) { [http] progress in
      let response = try await http.execute(
        request, deadline: .now() + .nanoseconds(timeout.nanoseconds))
      progress.touch()
      var answer = Answer(
        status: Int(response.status.code), retryAfter: response.headers.first(name: "retry-after"),
        location: response.headers.first(name: "location"))
      // A refusal explains itself in a few hundred bytes.
      let allowed = answer.status == 200 ? limit : min(limit, 1 << 20)
      for try await chunk in response.body {
        progress.touch()
        guard answer.body.count + chunk.readableBytes <= allowed else { throw BodyTooLarge(limit: allowed) }
        answer.body.append(contentsOf: chunk.readableBytesView)
      }
      return answer
    }
  }

  func request(
    _ path: String, query: [(String, String)], accept: String, credential: CredentialSource.Presented
  ) throws -> HTTPClientRequest {
    let server = connection.server
    let name = server.isTLS ? connection.tlsServerName ?? server.host : server.host
    var url = server.url(host: name) + path
    for (index, item) in query.enumerated() {
      url += (index == 0 ? "?" : "&") + item.0 + "=" + item.1.percentEncoded()
    }
    var request = HTTPClientRequest(url: url)
    request.headers.add(name: "host", value: server.authority)
    request.headers.add(name: "accept", value: accept)
    request.headers.add(name: "user-agent", value: options.userAgent)
    if let authorization = credential.authorization {
      request.headers.add(name: "authorization", value: authorization.revealed)
    }
    for header in connection.impersonation?.headers ?? [] {
      request.headers.add(name: header.name, value: header.value)
    }
    if server.isTLS {
      request.tlsConfiguration = try TransportSettings.tls(
        for: connection, certificate: credential.certificate)
    }
    return request
  }
}

/// An answer's body outgrew what is allowed.
struct BodyTooLarge: Error {
  let limit: Int
}
