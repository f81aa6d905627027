internal import Crypto

/// A signature in the SSHSIG format (OpenSSH's PROTOCOL.sshsig), which `ssh-keygen -Y` and git make and read.
package struct SSHSignature: Sendable, Hashable {
  /// The digest of the payload that is signed in its place.
  package enum Hash: String, Sendable {
    case sha512, sha256

    func bytes(_ data: [UInt8]) -> [UInt8] {
      switch self {
      case .sha512: Array(SHA512.hash(data: data))
      case .sha256: SHA256Digest.bytes(data)
      }
    }
  }

  package let publicKey: SSHPublicKey
  package let namespace: String
  package let hash: Hash
  /// The algorithm's name and the signature's value, in SSH's encoding.
  package let value: [UInt8]

  static let magic = Array("SSHSIG".utf8)
  private static let head = "-----BEGIN SSH SIGNATURE-----"
  private static let tail = "-----END SSH SIGNATURE-----"
  /// Larger than any signature by a key that is accepted, in bytes of armor.
  private static let longest = 65_536

  init(publicKey: SSHPublicKey, namespace: String, hash: Hash, value: [UInt8]) {
    self.publicKey = publicKey
    self.namespace = namespace
    self.hash = hash
    self.value = value
  }

  /// Reads an armored signature: head, base64 in lines of any length, tail, and nothing else.
  package init(armor: String) throws(IntegrityError) {
    guard armor.utf8.count <= SSHSignature.longest else {
      throw IntegrityError(.malformed, "the SSH signature is longer than any can be")
    }
    var lines = armor.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    while lines.last?.isEmpty == true { lines.removeLast() }
    guard lines.count > 2, lines.first == SSHSignature.head[...], lines.last == SSHSignature.tail[...] else {
      throw IntegrityError(.malformed, "the SSH signature has no whole armor")
    }
    guard let blob = Base64.bytes(lines.dropFirst().dropLast().flatMap(\.utf8)) else {
      throw IntegrityError(.malformed, "the SSH signature is not base64")
    }
    try self.init(blob: blob)
  }

  /// Reads the bytes within the armor.
  package init(blob: [UInt8]) throws(IntegrityError) {
    var reader = SSHReader(blob)
    guard try reader.take(SSHSignature.magic.count) == SSHSignature.magic, try reader.number() == 1 else {
      throw IntegrityError(.malformed, "this is no SSH signature of version 1")
    }
    publicKey = try SSHPublicKey(blob: reader.string())
    namespace = try reader.name()
    // What stands in the reserved field is not signed, so nothing may.
    guard !namespace.isEmpty, try reader.string().isEmpty else {
      throw IntegrityError(.malformed, "the SSH signature has no namespace, or an extension that is not known")
    }
    let name = try reader.name()
    guard let hash = Hash(rawValue: name) else {
      throw IntegrityError(.unsupported, "the SSH signature rests on a hash that is not accepted, '\(name.prefix(64))'")
    }
    self.hash = hash
    value = try reader.string()
    try reader.end()
  }

  /// The signature between its head and its tail, in lines of 70 letters as OpenSSH writes them, with a
  /// newline at the end.
  package var armored: String {
    var writer = SSHWriter()
    writer.raw(SSHSignature.magic)
    writer.number(1)
    writer.string(publicKey.blob)
    writer.string(namespace)
    writer.string([])
    writer.string(hash.rawValue)
    writer.string(value)
    var rest = Base64.text(writer.bytes)[...]
    var lines = [SSHSignature.head[...]]
    while !rest.isEmpty {
      lines.append(rest.prefix(70))
      rest = rest.dropFirst(70)
    }
    return lines.joined(separator: "\n") + "\n\(SSHSignature.tail)\n"
  }

  /// Whether the key in this signature made it over this payload. Says nothing on whose key that is.
  package func isMade(over payload: [UInt8]) -> Bool {
    let data = SSHSignature.signedData(payload, namespace: namespace, hash: hash)
    return publicKey.isSignature(value, over: data)
  }

  /// What a key signs in place of a payload.
  static func signedData(_ payload: [UInt8], namespace: String, hash: Hash) -> [UInt8] {
    var writer = SSHWriter()
    writer.raw(magic)
    writer.string(namespace)
    writer.string([])
    writer.string(hash.rawValue)
    writer.string(hash.bytes(payload))
    return writer.bytes
  }
}
