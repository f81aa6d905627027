import AmbitKit
import ArgumentParser
import Foundation
import Integrity
import KubeModel

/// Whose signatures count.
struct SignerOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Who may sign, as in ssh-keygen(1) (environment: AMBIT_ALLOWED_SIGNERS)", valueName: "file"))
  var allowedSigners: String?

  @Option(name: .customLong("revoked"), help: ArgumentHelp("Public keys that no longer count, one on a line", valueName: "file"))
  var revokedKeys: String?

  /// Who may sign; nil where no file is named.
  ///
  /// A file in the store is never taken by itself: whoever can change the store could change it too.
  func allowed() throws -> AllowedSigners? {
    guard let path = allowedSigners ?? ProcessInfo.processInfo.environment["AMBIT_ALLOWED_SIGNERS"], !path.isEmpty
    else { return nil }
    let signers = AllowedSigners(text: String(decoding: try contents(of: path), as: UTF8.self))
    for problem in signers.problems { Terminal.note("Warning: \(path):\(problem.line): \(problem.message); it allows nothing") }
    return signers
  }

  func revoked() throws -> RevokedKeys {
    guard let path = revokedKeys else { return .none }
    return try RevokedKeys(contents: try contents(of: path), name: path)
  }

  private func contents(of path: String) throws -> [UInt8] {
    do {
      return Array(try Data(contentsOf: URL(filePath: path)))
    } catch {
      throw AmbitError(.notFound, "'\(path)' cannot be read", hint: "check its name and permissions", cause: error)
    }
  }
}
