/// What a signature proves. Only `good` proves anything.
package enum SignatureVerdict: Sendable, Hashable {
  /// Made over this payload, for this purpose, by a key that an entry allows at this time.
  case good(AllowedSigners.Entry)
  /// No signature that can be read; the message says what is wrong with it.
  case unreadable(IntegrityError)
  /// Not made over this payload by the key that it names.
  case bad(SSHPublicKey)
  /// Made for another purpose.
  case otherNamespace(SSHPublicKey, String)
  /// Made by a key that was revoked.
  case revoked(SSHPublicKey)
  /// Made by a key that is not allowed to sign this, at this time.
  case refused(SSHPublicKey, AllowedSigners.Refusal)

  /// Judges an armored signature over a payload.
  ///
  /// - Parameter time: when the signature counts, in seconds since 1970. Where it comes from the signed
  ///   commit, whoever holds a key that expired can still choose it.
  package static func of(
    armor: String, over payload: [UInt8], namespace: String, at time: Int64, allowed: AllowedSigners,
    revoked: RevokedKeys = .none
  ) -> SignatureVerdict {
    let signature: SSHSignature
    do {
      signature = try SSHSignature(armor: armor)
    } catch {
      return .unreadable(error)
    }
    let key = signature.publicKey
    guard signature.namespace == namespace else { return .otherNamespace(key, signature.namespace) }
    guard signature.isMade(over: payload) else { return .bad(key) }
    guard !revoked.contains(key) else { return .revoked(key) }
    switch allowed.answer(for: key, namespace: namespace, at: time) {
    case .allowed(let entry): return .good(entry)
    case .refused(let refusal): return .refused(key, refusal)
    }
  }
}
