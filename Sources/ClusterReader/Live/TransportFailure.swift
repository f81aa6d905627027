import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOHTTPCompression
import NIOPosix
import NIOSSL
import Programs

/// A request that got no whole answer: what to tell, and whether to try again.
struct TransportFailure {
  private enum Chance {
    /// Broke on the way; the next one may come through.
    case good
    /// Nobody listens: good only where somebody did before.
    case onlyIfReached
    case none
  }

  let error: any Error
  private let chance: Chance

  init(_ error: any Error, connection: ClusterConnection, path: String, options: ClientOptions) {
    let server = connection.server.url
    func describe(_ code: ClusterReaderError.Code, _ message: String, _ hint: String?) -> ClusterReaderError {
      ClusterReaderError(code, message, hint: hint, cause: ServerStatement(transport: error))
    }
    switch error {
    case is CancellationError, is ClusterReaderError:
      (self.error, chance) = (error, .none)
    case let error as HTTPClientError where error == .cancelled && Task.isCancelled:
      (self.error, chance) = (CancellationError(), .none)
    case let passed as TimeLimitPassed:
      let limit = passed.isIdle ? options.idleTimeout : options.answerTimeout
      let what = passed.isIdle ? "sent nothing for" : "did not finish \(path) within"
      self.error = ClusterReaderError(
        .timedOut, "\(server) \(what) \(limit.components.seconds) s",
        hint: "check the connection to the server and its load")
      chance = passed.isIdle ? .good : .none
    case let error as HTTPClientError where error == .deadlineExceeded:
      self.error = ClusterReaderError(
        .timedOut, "\(server) did not finish \(path) within \(options.answerTimeout.components.seconds) s",
        hint: "check the connection to the server and its load")
      chance = .none
    case _ where TransportFailure.isTooLarge(error):
      self.error = ClusterReaderError(
        .badAnswer, "\(server) answers \(path) with more than \(options.maximumBodyBytes >> 20) MiB",
        hint: "a page of a list should be far smaller: check what stands at that address")
      chance = .none
    case is NIOHTTPDecompression.DecompressionError, is NIOHTTPDecompression.ExtraDecompressionError:
      (self.error, chance) = (describe(.badAnswer, "\(server) answers \(path) with broken gzip data", nil), .good)
    case let error as NIOSSLError where error == .uncleanShutdown:
      (self.error, chance) = (describe(.unreachable, "\(server) closed the connection midway", nil), .good)
    case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
      self.error = TransportFailure.untrusted(error, connection)
      chance = .none
    case _ where TransportFailure.isRefused(error):
      let place = connection.proxy.map { "the proxy \($0.authority) on the way to \(server)" } ?? server
      self.error = describe(.unreachable, "nobody answers at \(place)", TransportFailure.hint(connection))
      chance = .onlyIfReached
    case let error as HTTPClientError where TransportFailure.isSlowConnect(error):
      self.error = describe(
        .unreachable, "\(server) does not answer within \(options.connectTimeout.components.seconds) s",
        TransportFailure.hint(connection))
      chance = .onlyIfReached
    case let error as HTTPClientError
    where error == .proxyAuthenticationRequired || error == .invalidProxyResponse:
      self.error = describe(
        .unreachable, "the proxy on the way to \(server) refuses the connection",
        "check proxy-url in \(connection.origin) or $HTTPS_PROXY, with its login")
      chance = .none
    // A body that is cut off is an error of the parser too.
    case let parsing as HTTPParserError where parsing != .invalidEOFState:
      self.error = describe(
        .unreachable, "\(server) answers \(path) with something that is no HTTP",
        "check the address in \(connection.origin)" + (connection.server.isTLS ? "" : ": should it start with https://?"))
      chance = .onlyIfReached
    case is IOError, is HTTPParserError, is ChannelError, is HTTPClientError:
      (self.error, chance) = (describe(.unreachable, "the connection to \(server) broke", nil), .good)
    default:
      self.error = describe(.unreachable, "\(server) cannot be asked for \(path)", nil)
      chance = .none
    }
  }

  private static func hint(_ connection: ClusterConnection) -> String {
    let place = connection.proxy == nil ? "the address" : "proxy-url or $HTTPS_PROXY, and the address"
    return "check \(place) in \(connection.origin), the network and the proxy settings"
  }

  /// The wait before the next attempt, or nil where there is to be none.
  func delay(hasReached: Bool, _ policy: RetryPolicy, _ attemptsMade: Int) -> Duration? {
    guard attemptsMade < policy.maximumAttempts else { return nil }
    switch chance {
    case .none: return nil
    case .onlyIfReached where !hasReached: return nil
    case .good, .onlyIfReached: return min(policy.delay(attemptsMade), policy.maximumDelay)
    }
  }

  private static func isTooLarge(_ error: any Error) -> Bool {
    error is BodyTooLarge || error as? NIOHTTPDecompression.DecompressionError == .limit
  }

  /// Whether the address did not even take the connection. A host name fails as the one error, an address
  /// as the other.
  private static func isRefused(_ error: any Error) -> Bool {
    guard let error = error as? IOError else { return error is NIOConnectionError }
    return [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL].contains(error.errnoCode)
  }

  private static func isSlowConnect(_ error: HTTPClientError) -> Bool {
    [
      .connectTimeout, .tlsHandshakeTimeout, .socksHandshakeTimeout, .httpProxyHandshakeTimeout,
      .getConnectionFromPoolTimeout,
    ].contains(error)
  }

  private static func untrusted(_ error: any Error, _ connection: ClusterConnection) -> ClusterReaderError {
    let text = String(describing: error)
    let server = connection.server.url
    let cause = ServerStatement(transport: error)
    let isOurCheck =
      text.contains("CERTIFICATE_VERIFY_FAILED") || text.contains("unableToValidateCertificate")
      || text.contains("failedToValidateHostname")
    guard isOurCheck else {
      return ClusterReaderError(
        .untrusted, "no TLS connection with \(server)",
        hint: "check that the address in \(connection.origin) is the API server's, and the client certificate",
        cause: cause)
    }
    if text.contains("failedToValidateHostname") {
      return ClusterReaderError(
        .untrusted, "the certificate of \(server) is for another name",
        hint: "correct the server's address, or set tls-server-name, in \(connection.origin)")
    }
    let authority = connection.certificateAuthority?.origin ?? "the system's certificate authorities"
    return ClusterReaderError(
      .untrusted, "the certificate of \(server) is not signed by \(authority)",
      hint: "correct certificate-authority or certificate-authority-data in \(connection.origin); "
        + "a certificate that is past its date looks the same",
      cause: cause)
  }
}
