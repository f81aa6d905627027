/// What signs: a private key in memory, or one that an agent holds.
package protocol SigningKey: Sendable {
  var publicKey: SSHPublicKey { get }

  /// A signature over these bytes in SSH's encoding: its algorithm's name and its value.
  ///
  /// RSA keys sign with SHA-512. Callers sign through the methods below, which say what a signature is for.
  func signature(over data: [UInt8]) throws(IntegrityError) -> [UInt8]
}

extension SigningKey {
  /// Signs what is for one purpose, as `ssh-keygen -Y sign -n NAMESPACE` does: an armored SSHSIG.
  ///
  /// - Parameter namespace: what the signature is for, so that it proves nothing elsewhere; `git` for commits
  ///   and tags.
  package func sign(_ payload: [UInt8], namespace: String) throws(IntegrityError) -> String {
    guard !namespace.isEmpty, namespace.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw IntegrityError(.malformed, "what a signature is for is named in printable ASCII without spaces")
    }
    let data = SSHSignature.signedData(payload, namespace: namespace, hash: .sha512)
    let signature = SSHSignature(
      publicKey: publicKey, namespace: namespace, hash: .sha512, value: try signature(over: data))
    return signature.armored
  }
}
