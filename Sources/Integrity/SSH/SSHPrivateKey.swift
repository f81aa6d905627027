internal import Crypto
internal import CryptoExtras

/// A private key out of an unencrypted file in OpenSSH's own format (PROTOCOL.key).
package struct SSHPrivateKey: SigningKey {
  package let publicKey: SSHPublicKey
  private let material: Material

  private enum Material: Sendable {
    case ed25519(Curve25519.Signing.PrivateKey)
    case p256(P256.Signing.PrivateKey)
    case p384(P384.Signing.PrivateKey)
    case p521(P521.Signing.PrivateKey)
    case rsa(_RSA.Signing.PrivateKey)
  }

  /// The first line of the format.
  package static let head = "-----BEGIN OPENSSH PRIVATE KEY-----"
  private static let tail = "-----END OPENSSH PRIVATE KEY-----"
  private static let magic = Array("openssh-key-v1\0".utf8)

  /// Reads the text of a key file. What is thrown does not name the file.
  package init(text: String) throws(IntegrityError) {
    let lines = text.split { $0 == "\n" || $0 == "\r\n" }
    guard let first = lines.first, first == SSHPrivateKey.head[...] else {
      throw SSHPrivateKey.foreign(lines.first ?? "")
    }
    guard lines.last == SSHPrivateKey.tail[...],
      let bytes = Base64.bytes(lines.dropFirst().dropLast().flatMap(\.utf8))
    else { throw IntegrityError(.malformed, "the private key is cut off, or not base64") }
    var reader = SSHReader(bytes)
    guard try reader.take(SSHPrivateKey.magic.count) == SSHPrivateKey.magic else {
      throw IntegrityError(.malformed, "this is no openssh-key-v1")
    }
    let cipher = try reader.name()
    _ = (try reader.string(), try reader.string())  // how a passphrase was stretched
    guard cipher == "none" else { throw SSHPrivateKey.locked }
    guard try reader.number() == 1 else { throw IntegrityError(.unsupported, "the file holds other than one key") }
    publicKey = try SSHPublicKey(blob: reader.string())
    var secret = SSHReader(try reader.string())
    try reader.end()
    guard try secret.number() == secret.number() else {
      throw IntegrityError(.malformed, "the private key is damaged: its check numbers differ")
    }
    guard try secret.name() == publicKey.algorithm.rawValue else {
      throw IntegrityError(.malformed, "the two halves of the key are of different types")
    }
    material = try SSHPrivateKey.material(publicKey, &secret)
    _ = try secret.string()  // the comment
    guard secret.rest.enumerated().allSatisfy({ $1 == UInt8(truncatingIfNeeded: $0 + 1) }) else {
      throw IntegrityError(.malformed, "the private key is damaged: its padding is not 1, 2, 3 …")
    }
  }

  package func signature(over data: [UInt8]) throws(IntegrityError) -> [UInt8] {
    var (name, value) = (publicKey.algorithm.rawValue, [UInt8]())
    do {
      switch material {
      case .ed25519(let key): value = Array(try key.signature(for: data))
      case .p256(let key):
        value = SSHPrivateKey.halves(try key.signature(for: SHA256.hash(data: data)).rawRepresentation)
      case .p384(let key):
        value = SSHPrivateKey.halves(try key.signature(for: SHA384.hash(data: data)).rawRepresentation)
      case .p521(let key):
        value = SSHPrivateKey.halves(try key.signature(for: SHA512.hash(data: data)).rawRepresentation)
      case .rsa(let key):
        name = RSASignatureName.sha512
        let signature = try key.signature(for: SHA512.hash(data: data), padding: .insecurePKCS1v1_5)
        value = Array(signature.rawRepresentation)
      }
    } catch {
      throw IntegrityError(.refused, "the key \(publicKey.fingerprint) made no signature")
    }
    var writer = SSHWriter()
    writer.string(name)
    writer.string(value)
    return writer.bytes
  }

  /// An ECDSA signature's two numbers in SSH's encoding.
  private static func halves(_ raw: some Collection<UInt8>) -> [UInt8] {
    var writer = SSHWriter()
    writer.positive(Array(raw.prefix(raw.count / 2)))
    writer.positive(Array(raw.dropFirst(raw.count / 2)))
    return writer.bytes
  }

  /// The private half, which has to fit the public one.
  private static func material(
    _ publicKey: SSHPublicKey, _ secret: inout SSHReader
  ) throws(IntegrityError) -> Material {
    var isPair = false
    var material: Material?
    switch publicKey.material {
    case .ed25519(let known):
      _ = try secret.string()  // the public half once more
      let seed = try secret.string().prefix(32)
      let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: Array(seed))
      isPair = key?.publicKey.rawRepresentation == known.rawRepresentation
      material = key.map { .ed25519($0) }
    case .p256(let known):
      let key = try? P256.Signing.PrivateKey(rawRepresentation: try scalar(&secret, width: 32))
      isPair = key?.publicKey.rawRepresentation == known.rawRepresentation
      material = key.map { .p256($0) }
    case .p384(let known):
      let key = try? P384.Signing.PrivateKey(rawRepresentation: try scalar(&secret, width: 48))
      isPair = key?.publicKey.rawRepresentation == known.rawRepresentation
      material = key.map { .p384($0) }
    case .p521(let known):
      let key = try? P521.Signing.PrivateKey(rawRepresentation: try scalar(&secret, width: 66))
      isPair = key?.publicKey.rawRepresentation == known.rawRepresentation
      material = key.map { .p521($0) }
    case .rsa(let known, _):
      let (modulus, exponent, inverse) = (try secret.positive(), try secret.positive(), try secret.positive())
      _ = try secret.positive()  // the coefficient, which is computed anew
      let (p, q) = (try secret.positive(), try secret.positive())
      let key = try? _RSA.Signing.PrivateKey(n: modulus, e: exponent, d: inverse, p: p, q: q)
      isPair = key?.publicKey.pkcs1DERRepresentation == known.pkcs1DERRepresentation
      material = key.map { .rsa($0) }
    case .tokenEd25519:
      throw IntegrityError(
        .unsupported, "the key lives on a hardware token",
        hint: "add it to ssh-agent with `ssh-add`, and name its .pub file")
    }
    guard isPair, let material else {
      throw IntegrityError(.malformed, "the private key does not belong to its public key")
    }
    return material
  }

  /// The secret number of an ECDSA key, after its curve and its point.
  private static func scalar(_ secret: inout SSHReader, width: Int) throws(IntegrityError) -> [UInt8] {
    _ = (try secret.string(), try secret.string())
    let number = try secret.positive()
    return [UInt8](repeating: 0, count: max(0, width - number.count)) + number
  }

  private static let locked = IntegrityError(
    .unusableKey, "the private key is locked with a passphrase",
    hint: "add it to ssh-agent with `ssh-add`, and name its .pub file instead")

  /// Why a file that does not begin as the format does is no key that can be read.
  private static func foreign(_ first: Substring) -> IntegrityError {
    if first.hasPrefix("-----BEGIN "), first.hasSuffix("PRIVATE KEY-----") {
      return IntegrityError(
        .unsupported, "the private key is in the older PEM format",
        hint: "write it in OpenSSH's format with `ssh-keygen -p -f FILE`, which asks for a passphrase that may stay empty")
    }
    return IntegrityError(
      .malformed, "this is no SSH key", hint: "make one with `ssh-keygen -t ed25519 -f FILE`")
  }
}
