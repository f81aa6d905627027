/// A whole answer of the server, and what a status other than 200 means.
struct Answer: Sendable {
  var status: Int
  var retryAfter: String?
  var location: String?
  var body: [UInt8] = []

  /// How long to wait before the same request is sent again; nil where that is pointless or was done
  /// often enough.
  func retryDelay(_ policy: RetryPolicy, _ attemptsMade: Int) -> Duration? {
    guard [429, 500, 502, 503, 504].contains(status), attemptsMade < policy.maximumAttempts else { return nil }
    return min(max(policy.delay(attemptsMade), askedDelay ?? .zero), policy.maximumDelay)
  }

  /// How long the server asks to wait; nil where it does not say.
  var askedDelay: Duration? {
    let seconds = retryAfter.flatMap { Int($0) } ?? APIStatus(body)?.details?.retryAfterSeconds
    return seconds.flatMap { $0 > 0 ? .seconds(min($0, 86_400)) : nil }
  }

  /// Where a redirect leads, without a login or a query, which carry secrets.
  private var shownLocation: String {
    var text = String((location ?? "").prefix { $0 != "?" && $0 != "#" })
    if let start = text.firstRange(of: "//")?.upperBound {
      let end = text[start...].firstIndex(of: "/") ?? text.endIndex
      if let at = text[start..<end].lastIndex(of: "@") { text.removeSubrange(start...at) }
    }
    return text.printable()
  }

  /// The error that a caller can act on.
  func refusal(connection: ClusterConnection, path: String) -> ClusterReaderError {
    let statement = APIStatus(body)
    let cause = statement?.message.map { ServerStatement(description: $0.printable()) }
    let server = connection.server.url
    switch status {
    case 401:
      return ClusterReaderError(
        .unauthorized, "\(server) does not accept the credentials of \(connection.whoAsks)",
        hint: "log in again, or renew the token or certificate", cause: cause)
    case 403:
      return ClusterReaderError(
        .forbidden, "\(connection.whoAsks) may not read \(path) on \(server)",
        hint: "grant get and list on it (deploy/rbac.yaml has the rules that Ambit needs)", cause: cause)
    case 404:
      return ClusterReaderError(.absent, "\(server) has no \(path)", cause: cause)
    case 410:
      return ClusterReaderError(
        .expired, "\(server) no longer has the version of \(path) that was asked for", cause: cause)
    case 504 where statement?.isResourceVersionTooLarge == true:
      return ClusterReaderError(
        .resourceVersionTooLarge, "\(server) has not yet reached the version of \(path) that was asked for",
        cause: cause)
    case 300..<400:
      return ClusterReaderError(
        .refused, "\(server) sends \(path) elsewhere: \(shownLocation)",
        hint: "put the API server's own address in \(connection.origin)", cause: cause)
    case 429, 500...:
      return ClusterReaderError(
        .serverError, "\(server) answers \(path) with status \(status)",
        hint: "try again later; the server's own log says why", cause: cause)
    default:
      return ClusterReaderError(.refused, "\(server) answers \(path) with status \(status)", cause: cause)
    }
  }
}

extension ClusterConnection {
  /// Who the server sees, for errors.
  var whoAsks: String {
    let own = userName.map { "user '\($0.printable(limit: 100))'" } ?? (contextName == nil ? origin : "nobody")
    return impersonation.map { "\(own) as '\($0.user.printable(limit: 100))'" } ?? own
  }
}
