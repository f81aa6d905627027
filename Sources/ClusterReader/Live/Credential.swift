/// How a user of a kubeconfig proves who they are.
package enum Credential: Sendable {
  /// Nothing, or the client certificate alone.
  case none
  case token(Secret)
  /// A file that is read again when it is older than a minute; `fallback` serves where it cannot be read.
  case tokenFile(path: String, origin: String, fallback: Secret?)
  case basic(username: String, password: Secret)
  case plugin(ExecPlugin)
}

/// A client certificate with its key, both in PEM.
package struct ClientCertificate: Sendable, Hashable {
  package let certificate: SecretBytes
  package let key: SecretBytes

  package init(certificate: SecretBytes, key: SecretBytes) {
    self.certificate = certificate
    self.key = key
  }
}

/// In whose name the user asks (`as`, `as-uid`, `as-groups`, `as-user-extra`).
package struct Impersonation: Sendable, Hashable {
  package var user: String
  package var uid: String?
  package var groups: [String]
  package var extra: [String: [String]]

  package init(user: String, uid: String? = nil, groups: [String] = [], extra: [String: [String]] = [:]) {
    self.user = user
    self.uid = uid
    self.groups = groups
    self.extra = extra
  }

  /// The request headers that say so, in a fixed order.
  var headers: [(name: String, value: String)] {
    var result = [(name: "Impersonate-User", value: user)]
    if let uid { result.append(("Impersonate-Uid", uid)) }
    result += groups.map { ("Impersonate-Group", $0) }
    for (key, values) in extra.sorted(by: { $0.key < $1.key }) {
      let name = "Impersonate-Extra-" + key.percentEncoded(keeping: .headerName)
      result += values.map { (name, $0) }
    }
    return result
  }
}
