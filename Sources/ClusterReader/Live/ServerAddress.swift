/// An API server's address: `https://[fd00::1]:6443/k8s/clusters/c-1`.
package struct ServerAddress: Sendable, Hashable {
  package let isTLS: Bool
  /// A name or an IP address, without brackets.
  package let host: String
  package let port: Int
  /// Empty, or a path that starts with `/` and does not end with one.
  package let prefix: String

  package init(isTLS: Bool, host: String, port: Int, prefix: String = "") {
    self.isTLS = isTLS
    self.host = host
    self.port = port
    self.prefix = prefix
  }

  /// Reads a URL; nil where it is no `http` or `https` URL of a server. A bare `host:port` is plain
  /// HTTP, as kubectl has it.
  package init?(_ text: String) {
    guard let url = URLParts(text, defaultScheme: "http") else { return nil }
    guard url.scheme == "https" || url.scheme == "http", url.user == nil else { return nil }
    isTLS = url.scheme == "https"
    host = url.host
    port = url.port ?? (isTLS ? 443 : 80)
    var path = url.path
    while path.hasSuffix("/") { path.removeLast() }
    prefix = path
  }

  /// `host:port`, with brackets where the host is an IPv6 address.
  package var authority: String { ServerAddress.authority(host: host, port: port) }

  /// The address as a URL.
  package var url: String { url(host: host) }

  /// The address with another name in the host's place (`tls-server-name`).
  func url(host name: String) -> String {
    "\(isTLS ? "https" : "http")://\(ServerAddress.authority(host: name, port: port))\(prefix)"
  }

  static func authority(host: String, port: Int) -> String {
    host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  }
}
