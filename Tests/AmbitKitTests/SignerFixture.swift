import Foundation
import Integrity
import SigningKeys

/// An ed25519 key, and the list that allows it to sign.
enum SignerFixture {
  static func make() throws -> (key: any SigningKey, allowed: AllowedSigners) {
    let path = FileManager.default.temporaryDirectory.path + "/ambit-key-\(UUID().uuidString)"
    defer { for ending in ["", ".pub"] { try? FileManager.default.removeItem(atPath: path + ending) } }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path]
    try process.run()
    process.waitUntilExit()
    let line = try String(contentsOfFile: "\(path).pub", encoding: .utf8)
    return (try SigningKeyFile.load(path: path, agentSocket: nil), AllowedSigners(text: "ambit@c \(line)"))
  }
}
