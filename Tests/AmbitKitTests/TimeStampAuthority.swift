import Foundation

/// A time-stamp authority of the test's own, made with openssl.
final class TimeStampAuthority {
  private let folder = FileManager.default.temporaryDirectory.path + "/ambit-authority-\(UUID().uuidString)"

  init() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(
      """
      [tsa]
      default_tsa = authority
      [authority]
      serial = serial
      signer_cert = ca.pem
      signer_key = key
      signer_digest = sha256
      default_policy = 1.2.3.4.1
      digests = sha256
      """.utf8
    ).write(to: URL(filePath: path("settings")))
    try Data("01".utf8).write(to: URL(filePath: path("serial")))
    // One that answers, and one that nobody asked.
    for (name, key, certificate) in [("authority", "key", "ca.pem"), ("other", "other", "other.pem")] {
      _ = try openssl(
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
        "/CN=\(name)", "-addext", "extendedKeyUsage=critical,timeStamping", "-keyout", key, "-out", certificate)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func path(_ name: String) -> String { "\(folder)/\(name)" }

  func answer(_ query: [UInt8]) throws -> [UInt8] {
    try Data(query).write(to: URL(filePath: path("query")))
    _ = try openssl("ts", "-reply", "-config", "settings", "-queryfile", "query", "-out", "reply")
    return Array(try Data(contentsOf: URL(filePath: path("reply"))))
  }

  /// Runs openssl in the authority's folder, and gives what it printed on both streams.
  func openssl(_ arguments: String...) throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments
    process.currentDirectoryURL = URL(filePath: folder)
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }
}
