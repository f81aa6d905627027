import AmbitKit
import ArgumentParser
import Foundation
import Integrity
import KubeModel
import SigningKeys
import SnapshotStore

/// Which key signs what a command records.
struct SigningOptions: ParsableArguments {
  @Option(
    name: .long, defaultAsFlag: "",
    help: ArgumentHelp(
      "Sign with this SSH key: its private file, or its .pub file where ssh-agent holds it; alone, with the key of the environment or of the store (environment: AMBIT_SIGNING_KEY)",
      valueName: "key-file"))
  var sign: String?

  /// Loads the key, before anything is read or recorded, and has the store sign with it.
  func set(up ambit: Ambit) throws {
    if let key = try key(for: ambit.store) { ambit.sign(with: key) }
  }

  /// The key of `--sign FILE`, `$AMBIT_SIGNING_KEY`, or the store's `user.signingKey`; of the last only where `--sign`
  /// stands alone or the store's `ambit.sign` is true. Nil where nothing is to be signed.
  ///
  /// - Parameter store: nil where there is none yet.
  func key(for store: SnapshotStore?) throws -> (any SigningKey)? {
    guard let path = try path(in: store) else { return nil }
    do {
      return try SigningKeyFile.load(path: path, agentSocket: ProcessInfo.processInfo.environment["SSH_AUTH_SOCK"])
    } catch {
      throw StoreError(
        .unsigned, "the key to sign with cannot be used, so nothing was recorded",
        hint: error.hint ?? "check the file that --sign, AMBIT_SIGNING_KEY or the store's user.signingKey names",
        cause: error)
    }
  }

  /// Whether a store's own settings ask for signatures.
  private static func isAsked(by store: SnapshotStore) -> Bool {
    store.setting("ambit.sign").map { ["true", "yes", "on", "1"].contains($0.lowercased()) } ?? false
  }

  /// Whether what is recorded is signed without being asked to, by the environment or the store.
  static func isConfigured(in store: SnapshotStore) -> Bool {
    ProcessInfo.processInfo.environment["AMBIT_SIGNING_KEY"].map { !$0.isEmpty } ?? false || isAsked(by: store)
  }

  private func path(in store: SnapshotStore?) throws -> String? {
    if let sign, !sign.isEmpty { return sign }
    let environment = ProcessInfo.processInfo.environment
    if let path = environment["AMBIT_SIGNING_KEY"], !path.isEmpty { return path }
    guard sign != nil || store.map(SigningOptions.isAsked) ?? false else { return nil }
    guard let path = store?.setting("user.signingKey"), !path.isEmpty else {
      throw StoreError(
        .unsigned, "commits are to be signed, and no key is named, so nothing was recorded",
        hint: "say --sign KEYFILE, set AMBIT_SIGNING_KEY, or the store's user.signingKey with `git config`")
    }
    guard path.hasPrefix("~/"), let home = environment["HOME"] else { return path }
    return home + path.dropFirst()
  }
}
