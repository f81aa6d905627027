/// Keys whose signatures no longer count, whatever a list of allowed signers says.
package struct RevokedKeys: Sendable, Hashable {
  package static let none = RevokedKeys(keys: [])

  private let keys: Set<SSHPublicKey>

  private init(keys: Set<SSHPublicKey>) { self.keys = keys }

  /// Reads a file with one public key on each line; `#` begins a comment.
  ///
  /// A line that cannot be read is an error and not passed over: it may be the one that matters.
  ///
  /// - Parameter name: what messages call the file.
  package init(contents: [UInt8], name: String) throws(IntegrityError) {
    guard !contents.starts(with: "SSHKRL\n\0".utf8) else {
      throw IntegrityError(
        .unsupported, "\(name) is a binary revocation list", hint: "list the revoked public keys, one on each line")
    }
    guard let text = String(validating: contents, as: UTF8.self) else {
      throw IntegrityError(.malformed, "\(name) is no text")
    }
    var keys: Set<SSHPublicKey> = []
    let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    for (index, line) in lines.enumerated() {
      let content = line.drop { $0 == " " || $0 == "\t" }
      guard let first = content.first, first != "#" else { continue }
      do {
        keys.insert(try SSHPublicKey(line: content))
      } catch {
        throw IntegrityError(
          .malformed, "\(name):\(index + 1): \(error.message)", hint: "revoked keys are public keys, one on each line")
      }
    }
    self.keys = keys
  }

  package func contains(_ key: SSHPublicKey) -> Bool { keys.contains(key) }
}
