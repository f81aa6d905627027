import FoundationEssentials

/// What a credential plugin printed.
struct ExecCredential: Sendable {
  var token: Secret?
  var certificate: ClientCertificate?
  /// Seconds since 1970; nil: until the server refuses it.
  var expiry: Double?

  private struct Document: Decodable {
    struct Status: Decodable {
      let expirationTimestamp: String?
      let token: String?
      let clientCertificateData: String?
      let clientKeyData: String?
    }
    let apiVersion: String?
    let kind: String?
    let status: Status?
  }

  /// Reads a plugin's output. Throws, naming the plugin and never its output, where it is no ExecCredential
  /// of the version asked for or holds neither token nor certificate.
  init(_ output: [UInt8], of plugin: ExecPlugin) throws {
    func broken(_ what: String) -> ClusterReaderError {
      ClusterReaderError(
        .credentialPlugin, "credential plugin '\(plugin.command.printable())' of \(plugin.origin) \(what)",
        hint: "run it by hand and compare with the ExecCredential format of \(plugin.apiVersion)")
    }
    guard let document = try? JSONDecoder().decode(Document.self, from: Data(output)) else {
      throw broken("printed no ExecCredential")
    }
    guard document.kind == "ExecCredential", document.apiVersion == plugin.apiVersion else {
      throw broken("printed something other than an ExecCredential of \(plugin.apiVersion)")
    }
    guard let status = document.status else { throw broken("printed an ExecCredential without a status") }
    if let text = status.token, !text.isEmpty {
      token = try Secret(headerText: text, what: "token from '\(plugin.command.printable())'")
    }
    switch (status.clientCertificateData ?? "", status.clientKeyData ?? "") {
    case ("", ""): break
    case (let certificate, let key) where !certificate.isEmpty && !key.isEmpty:
      let origin = "credential plugin '\(plugin.command.printable())'"
      self.certificate = ClientCertificate(
        certificate: SecretBytes(bytes: Array(certificate.utf8), origin: "certificate from \(origin)"),
        key: SecretBytes(bytes: Array(key.utf8), origin: "key from \(origin)"))
    default: throw broken("printed a certificate without its key, or a key without its certificate")
    }
    guard token != nil || certificate != nil else { throw broken("printed neither a token nor a certificate") }
    if let text = status.expirationTimestamp, !text.isEmpty {
      guard let date = ExecCredential.date(text) else {
        throw broken("printed an expirationTimestamp that is no RFC 3339 time")
      }
      expiry = date
    }
  }

  private static func date(_ text: String) -> Double? {
    let whole = try? Date(text, strategy: Date.ISO8601FormatStyle())
    let date = whole ?? (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
    return date?.timeIntervalSince1970
  }
}
