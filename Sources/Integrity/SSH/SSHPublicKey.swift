internal import Crypto
internal import CryptoExtras

/// A public key of SSH: what a signature names as its maker, and what a line in a file of keys holds.
///
/// Two keys are equal where their encodings are: each key has one, since numbers with needless zeros, points
/// that are compressed and trailing bytes are refused.
package struct SSHPublicKey: Sendable, Hashable {
  /// The kinds of keys whose signatures are verified.
  package enum Algorithm: String, Sendable, CaseIterable {
    case ed25519 = "ssh-ed25519"
    case p256 = "ecdsa-sha2-nistp256"
    case p384 = "ecdsa-sha2-nistp384"
    case p521 = "ecdsa-sha2-nistp521"
    case rsa = "ssh-rsa"
    /// Ed25519 on a hardware token.
    case tokenEd25519 = "sk-ssh-ed25519@openssh.com"
  }

  /// The key as the library takes it.
  enum Material: Sendable {
    case ed25519(Curve25519.Signing.PublicKey)
    case p256(P256.Signing.PublicKey)
    case p384(P384.Signing.PublicKey)
    case p521(P521.Signing.PublicKey)
    case rsa(_RSA.Signing.PublicKey, modulusLength: Int)
    case tokenEd25519(Curve25519.Signing.PublicKey, application: [UInt8])
  }

  package let algorithm: Algorithm
  /// The key in SSH's encoding, which is the base64 part of its line in a file.
  package let blob: [UInt8]
  let material: Material

  /// The smallest RSA modulus that is accepted, in bits.
  static let leastRSABits = 2_048

  /// Reads a key from SSH's encoding.
  package init(blob: [UInt8]) throws(IntegrityError) {
    var reader = SSHReader(blob)
    let name = try reader.name()
    guard let algorithm = Algorithm(rawValue: name) else { throw SSHPublicKey.unsupported(name) }
    self.algorithm = algorithm
    self.blob = blob
    material = try SSHPublicKey.material(algorithm, &reader)
    try reader.end()
  }

  /// Reads a key from a line of a file: `<type> <base64> [comment]`.
  package init(line: some StringProtocol) throws(IntegrityError) {
    let words = line.split(maxSplits: 2, omittingEmptySubsequences: true) { $0 == " " || $0 == "\t" }
    guard words.count >= 2 else {
      throw IntegrityError(.malformed, "this is no public key; `<type> <base64> [comment]` is asked for")
    }
    guard Algorithm(rawValue: String(words[0])) != nil else { throw SSHPublicKey.unsupported(String(words[0])) }
    guard let blob = Base64.bytes(words[1].utf8) else {
      throw IntegrityError(.malformed, "the public key is not base64")
    }
    try self.init(blob: blob)
    guard algorithm.rawValue == words[0] else {
      throw IntegrityError(.malformed, "the line says \(words[0]), and its key is \(algorithm.rawValue)")
    }
  }

  /// The fingerprint that `ssh-keygen -l` prints: `SHA256:` and base64 without padding.
  package var fingerprint: String {
    let digest = Base64.text(SHA256Digest.bytes(blob))
    return "SHA256:\(digest.prefix { $0 != "=" })"
  }

  /// The key as `<type> <base64>`.
  package var line: String { "\(algorithm.rawValue) \(Base64.text(blob))" }

  package static func == (one: SSHPublicKey, other: SSHPublicKey) -> Bool { one.blob == other.blob }
  package func hash(into hasher: inout Hasher) { hasher.combine(blob) }

  private static func material(
    _ algorithm: Algorithm, _ reader: inout SSHReader
  ) throws(IntegrityError) -> Material {
    switch algorithm {
    case .ed25519: return .ed25519(try ed25519(&reader))
    case .tokenEd25519:
      return .tokenEd25519(try ed25519(&reader), application: try reader.string())
    case .p256:
      let point = try point(&reader, curve: "nistp256")
      if let key = try? P256.Signing.PublicKey(x963Representation: point) { return .p256(key) }
    case .p384:
      let point = try point(&reader, curve: "nistp384")
      if let key = try? P384.Signing.PublicKey(x963Representation: point) { return .p384(key) }
    case .p521:
      let point = try point(&reader, curve: "nistp521")
      if let key = try? P521.Signing.PublicKey(x963Representation: point) { return .p521(key) }
    case .rsa:
      let exponent = try reader.positive()
      let modulus = try reader.positive()
      let bits = modulus.count * 8 - (modulus.first?.leadingZeroBitCount ?? 0)
      guard bits >= leastRSABits else {
        throw IntegrityError(
          .unsupported, "an RSA key of \(bits) bits is too weak",
          hint: "use an ed25519 key, or RSA with at least \(leastRSABits) bits")
      }
      if let key = try? _RSA.Signing.PublicKey(n: modulus, e: exponent) {
        return .rsa(key, modulusLength: modulus.count)
      }
    }
    throw IntegrityError(.malformed, "the numbers of this \(algorithm.rawValue) key make no key")
  }

  private static func ed25519(_ reader: inout SSHReader) throws(IntegrityError) -> Curve25519.Signing.PublicKey {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: try reader.string()) else {
      throw IntegrityError(.malformed, "an ed25519 key is not 32 bytes long")
    }
    return key
  }

  private static func point(_ reader: inout SSHReader, curve: String) throws(IntegrityError) -> [UInt8] {
    guard try reader.name() == curve else {
      throw IntegrityError(.malformed, "an ECDSA key names another curve than its type")
    }
    return try reader.string()
  }

  private static func unsupported(_ name: String) -> IntegrityError {
    IntegrityError(
      .unsupported, "keys of type '\(name.prefix(64))' are not supported",
      hint: "these are: \(Algorithm.allCases.map(\.rawValue).joined(separator: ", "))")
  }
}
