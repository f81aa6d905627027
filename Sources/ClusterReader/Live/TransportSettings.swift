import AsyncHTTPClient
import NIOCore
import NIOHTTPCompression
import NIOSSL

/// A connection's settings in the words of the HTTP client.
enum TransportSettings {
  static func configuration(
    for connection: ClusterConnection, options: ClientOptions
  ) throws -> HTTPClient.Configuration {
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow,
      // The client's own read timeout would kill a quiet watch; ours runs per answer.
      timeout: .init(connect: .nanoseconds(options.connectTimeout.nanoseconds), read: nil),
      proxy: connection.proxy.map(proxy))
    configuration.httpVersion = .http1Only
    configuration.connectionPool.retryConnectionEstablishment = false
    // Each watch keeps a connection of its own.
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1024
    if connection.isCompressed {
      configuration.decompression = .enabled(limit: .size(options.maximumBodyBytes))
    }
    if connection.server.isTLS, let name = connection.tlsServerName {
      configuration.dnsOverride = [name: connection.server.host]
    }
    return configuration
  }

  /// TLS as the connection asks for it, with the client certificate of the moment.
  static func tls(
    for connection: ClusterConnection, certificate: ClientCertificate?
  ) throws -> TLSConfiguration {
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.minimumTLSVersion = .tlsv12
    if !connection.isVerified { tls.certificateVerification = .none }
    if let authority = connection.certificateAuthority {
      tls.trustRoots = .certificates(try certificates(authority))
    }
    if let certificate {
      tls.certificateChain = try certificates(certificate.certificate).map { .certificate($0) }
      do {
        tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: certificate.key.bytes, format: .pem))
      } catch {
        throw ClusterReaderError(
          .kubeconfig, "\(certificate.key.origin) is no private key that can be used",
          hint: "it must be an unencrypted RSA, EC or Ed25519 key in PEM")
      }
      try checkPair(tls, certificate)
    }
    return tls
  }

  /// Refuses a key that is not the certificate's, before a server is asked.
  private static func checkPair(_ tls: TLSConfiguration, _ certificate: ClientCertificate) throws {
    var pair = TLSConfiguration.makeClientConfiguration()
    pair.trustRoots = .certificates([])
    pair.certificateChain = tls.certificateChain
    pair.privateKey = tls.privateKey
    guard (try? NIOSSLContext(configuration: pair)) == nil else { return }
    throw ClusterReaderError(
      .kubeconfig, "\(certificate.certificate.origin) and \(certificate.key.origin) do not belong together",
      hint: "give the key that the certificate was made for")
  }

  private static func certificates(_ source: SecretBytes) throws -> [NIOSSLCertificate] {
    let found = (try? NIOSSLCertificate.fromPEMBytes(source.bytes)) ?? []
    guard !found.isEmpty else {
      throw ClusterReaderError(
        .kubeconfig, "\(source.origin) holds no certificate",
        hint: "it must be one or more certificates in PEM")
    }
    return found
  }

  private static func proxy(_ address: ProxyAddress) -> HTTPClient.Configuration.Proxy {
    switch address.kind {
    case .socks5: return .socksServer(host: address.host, port: address.port)
    case .http:
      let login = address.login.map { login in
        let parts = login.revealed.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        return HTTPClient.Authorization.basic(
          username: String(parts[0]), password: parts.count > 1 ? String(parts[1]) : "")
      }
      return .server(host: address.host, port: address.port, authorization: login)
    }
  }
}

extension Duration {
  /// Whole nanoseconds, up to 292 years.
  var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
