internal import Crypto
internal import CryptoExtras

extension SSHPublicKey {
  /// Whether a signature in SSH's encoding is this key's over these bytes.
  ///
  /// Never true for RSA with SHA-1 (`ssh-rsa`), for an algorithm that is not the key's, or for bytes that are
  /// no signature. Costs about 0.1 ms for ed25519.
  package func isSignature(_ signature: [UInt8], over data: [UInt8]) -> Bool {
    (try? verified(signature, over: data)) ?? false
  }

  private func verified(_ signature: [UInt8], over data: [UInt8]) throws(IntegrityError) -> Bool {
    var reader = SSHReader(signature)
    let name = try reader.name()
    let value = try reader.string()
    if case .tokenEd25519(let key, let application) = material {
      guard name == algorithm.rawValue else { return false }
      return try tokenVerified(value, &reader, key: key, application: application, data: data)
    }
    try reader.end()
    switch material {
    case .rsa(let key, let length): return rsaVerified(name, value, key: key, length: length, data: data)
    case .ed25519(let key): return name == algorithm.rawValue && key.isValidSignature(value, for: data)
    case .p256(let key):
      guard name == algorithm.rawValue else { return false }
      let raw = try SSHPublicKey.halves(value, width: 32)
      guard let signature = try? P256.Signing.ECDSASignature(rawRepresentation: raw) else { return false }
      return key.isValidSignature(signature, for: SHA256.hash(data: data))
    case .p384(let key):
      guard name == algorithm.rawValue else { return false }
      let raw = try SSHPublicKey.halves(value, width: 48)
      guard let signature = try? P384.Signing.ECDSASignature(rawRepresentation: raw) else { return false }
      return key.isValidSignature(signature, for: SHA384.hash(data: data))
    case .p521(let key):
      guard name == algorithm.rawValue else { return false }
      let raw = try SSHPublicKey.halves(value, width: 66)
      guard let signature = try? P521.Signing.ECDSASignature(rawRepresentation: raw) else { return false }
      return key.isValidSignature(signature, for: SHA512.hash(data: data))
    case .tokenEd25519: return false
    }
  }

  /// The two numbers of an ECDSA signature, each filled up to the width of the curve.
  private static func halves(_ value: [UInt8], width: Int) throws(IntegrityError) -> [UInt8] {
    var reader = SSHReader(value)
    var raw: [UInt8] = []
    for _ in 0..<2 {
      let number = try reader.positive()
      guard number.count <= width else {
        throw IntegrityError(.malformed, "a number of an ECDSA signature is larger than its curve")
      }
      raw += [UInt8](repeating: 0, count: width - number.count) + number
    }
    try reader.end()
    return raw
  }

  private func rsaVerified(
    _ name: String, _ value: [UInt8], key: _RSA.Signing.PublicKey, length: Int, data: [UInt8]
  ) -> Bool {
    // The one length: OpenSSH fills its signatures up to it.
    guard value.count == length else { return false }
    let signature = _RSA.Signing.RSASignature(rawRepresentation: value)
    switch name {
    case RSASignatureName.sha512:
      return key.isValidSignature(signature, for: SHA512.hash(data: data), padding: .insecurePKCS1v1_5)
    case RSASignatureName.sha256:
      return key.isValidSignature(signature, for: SHA256.hash(data: data), padding: .insecurePKCS1v1_5)
    default: return false
    }
  }

  /// OpenSSH's PROTOCOL.u2f: the token signs digests, its flags and its counter. A signature that was made
  /// without a touch is not taken.
  private func tokenVerified(
    _ value: [UInt8], _ reader: inout SSHReader, key: Curve25519.Signing.PublicKey, application: [UInt8],
    data: [UInt8]
  ) throws(IntegrityError) -> Bool {
    let tail = try reader.take(5)
    try reader.end()
    guard tail[0] & 1 == 1 else { return false }
    return key.isValidSignature(value, for: SHA256Digest.bytes(application) + tail + SHA256Digest.bytes(data))
  }
}

/// The names of RSA signatures that are made and accepted (RFC 8332). `ssh-rsa`, with SHA-1, is none.
enum RSASignatureName {
  static let sha512 = "rsa-sha2-512"
  static let sha256 = "rsa-sha2-256"
}
