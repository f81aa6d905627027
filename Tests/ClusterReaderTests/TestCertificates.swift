import Foundation
import NIOSSL

/// Certificates made with the openssl command for one run of the tests.
struct TestCertificates: Sendable {
  let directory: URL

  /// Nil where openssl is missing: tests that need it are then skipped, visibly.
  static let shared: TestCertificates? = try? TestCertificates()
  static var areAvailable: Bool { shared != nil }

  private init() throws {
    directory = FileManager.default.temporaryDirectory.appending(path: "ambit-certs-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    atexit { if let made = TestCertificates.shared { try? FileManager.default.removeItem(at: made.directory) } }
    for authority in ["ca", "other-ca"] {
      try openssl(
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
        "-subj", "/CN=\(authority)", "-keyout", "\(authority).key", "-out", "\(authority).crt")
    }
    try sign("server", extensions: "subjectAltName=DNS:cluster.test,IP:127.0.0.1")
    try sign("named-server", extensions: "subjectAltName=DNS:cluster.test")
    try sign("alice", extensions: "extendedKeyUsage=clientAuth")
  }

  private func sign(_ name: String, extensions: String) throws {
    try openssl(
      "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=\(name)",
      "-keyout", "\(name).key", "-out", "\(name).csr")
    try Data(extensions.utf8).write(to: directory.appending(path: "\(name).ext"))
    try openssl(
      "x509", "-req", "-in", "\(name).csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
      "-extfile", "\(name).ext", "-out", "\(name).crt")
  }

  private func openssl(_ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments
    process.currentDirectoryURL = directory
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
  }

  func path(_ file: String) -> String { directory.appending(path: file).path }
  func base64(_ file: String) throws -> String {
    try Data(contentsOf: directory.appending(path: file)).base64EncodedString()
  }
  func text(_ file: String) throws -> String {
    try String(contentsOf: directory.appending(path: file), encoding: .utf8)
  }

  /// A server's side of TLS; with `isClientKnown`, only clients with a certificate of `ca` come in.
  func server(_ name: String = "server", isClientKnown: Bool = false) throws -> TLSConfiguration {
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: try NIOSSLCertificate.fromPEMFile(path("\(name).crt")).map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(file: path("\(name).key"), format: .pem)))
    if isClientKnown {
      configuration.trustRoots = .file(path("ca.crt"))
      configuration.certificateVerification = .noHostnameVerification
    }
    return configuration
  }
}
