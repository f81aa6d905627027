/// A proxy between here and the API server.
package struct ProxyAddress: Sendable, Hashable {
  package enum Kind: Sendable { case http, socks5 }

  package var kind: Kind
  package var host: String
  package var port: Int
  /// `user:password`, decoded.
  package var login: Secret?

  /// `host:port`, without the login.
  var authority: String { ServerAddress.authority(host: host, port: port) }

  /// Reads a proxy's URL. Throws where it is none, or of a kind that cannot be used (TLS to the proxy
  /// itself, SOCKS with a login).
  init(_ text: String, origin: String) throws {
    guard let url = URLParts(text, defaultScheme: "http"), url.path.isEmpty || url.path == "/" else {
      throw ClusterReaderError(
        .kubeconfig, "\(origin) is no proxy address", hint: "give it as http://host:port")
    }
    switch url.scheme {
    case "http": (kind, port) = (.http, url.port ?? 80)
    case "socks5", "socks5h": (kind, port) = (.socks5, url.port ?? 1080)
    case "https":
      throw ClusterReaderError(
        .unsupported, "\(origin) asks for a proxy over https, which Ambit cannot use",
        hint: "use the proxy's http:// or socks5:// address; the connection to the cluster stays encrypted")
    default:
      throw ClusterReaderError(
        .unsupported, "\(origin) asks for a proxy of kind '\(url.scheme.printable(limit: 20))'",
        hint: "use an http:// or socks5:// proxy")
    }
    host = url.host
    if let user = url.user {
      guard kind == .http else {
        throw ClusterReaderError(
          .unsupported, "\(origin) asks for a SOCKS proxy with a login, which Ambit cannot use",
          hint: "use a proxy without a login, or an http:// proxy")
      }
      login = try Secret(headerText: user.percentDecoded, what: "login of \(origin)")
    }
  }

  /// The proxy that the environment names for `server`, by the rules of Go's programs: `HTTPS_PROXY` or
  /// `HTTP_PROXY` unless `NO_PROXY` covers the host; never for this machine itself.
  static func fromEnvironment(
    for server: ServerAddress, environment: LocalEnvironment
  ) throws -> ProxyAddress? {
    let variable = server.isTLS ? "HTTPS_PROXY" : "HTTP_PROXY"
    guard let text = environment.variable(variable, variable.lowercased()) else { return nil }
    let exceptions = ProxyExceptions(environment.variable("NO_PROXY", "no_proxy") ?? "")
    if exceptions.cover(host: server.host, port: server.port) { return nil }
    return try ProxyAddress(text, origin: "$\(variable)")
  }
}
