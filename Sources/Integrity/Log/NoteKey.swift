internal import Crypto

/// A named Ed25519 key that signs notes, as c2sp.org/signed-note has them.
package struct NoteKey: Sendable, Hashable {
  package let name: String
  /// Tells apart keys of one name: four bytes of a digest over name and key.
  package let hash: UInt32
  /// The 32 bytes of the key.
  private let key: [UInt8]

  /// Signature type 1: Ed25519 over the text of the note.
  private static let kind: UInt8 = 1

  /// - Throws: where the name cannot stand in a note, or the key is not ed25519.
  package init(name: String, key: SSHPublicKey) throws(IntegrityError) {
    guard case .ed25519(let material) = key.material else {
      throw IntegrityError(
        .unsupported, "checkpoints need an ed25519 key; \(key.fingerprint) is \(key.algorithm.rawValue)",
        hint: "make one with `ssh-keygen -t ed25519 -f FILE`")
    }
    try self.init(name: name, bytes: Array(material.rawRepresentation))
  }

  /// Reads the text of a verifier's key: `name+hash+base64`.
  package init(text: String) throws(IntegrityError) {
    let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let bytes = Base64.bytes(parts[2].utf8), bytes.count == 33, bytes.first == NoteKey.kind
    else { throw IntegrityError(.malformed, "this is no key of notes; `name+hash+base64` of an Ed25519 key is asked for") }
    try self.init(name: String(parts[0]), bytes: Array(bytes.dropFirst()))
    guard hashText == parts[1] else {
      throw IntegrityError(.malformed, "the hash in the key of notes '\(name)' is not that of its name and key")
    }
  }

  private init(name: String, bytes: [UInt8]) throws(IntegrityError) {
    guard NoteKey.isName(name) else {
      throw IntegrityError(
        .malformed, "'\(name.prefix(64))' cannot name a key of notes", hint: "take a name without spaces, controls and `+`")
    }
    self.name = name
    key = bytes
    hash = SHA256Digest.bytes(Array("\(name)\n".utf8) + [NoteKey.kind] + bytes).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// The key as verifiers are given it.
  package var text: String { "\(name)+\(hashText)+\(Base64.text([NoteKey.kind] + key))" }

  private var hashText: String {
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  func isSignature(_ value: [UInt8], over text: String) -> Bool {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: key) else { return false }
    return key.isValidSignature(value, for: Array(text.utf8))
  }

  static func isName(_ name: String) -> Bool {
    !name.isEmpty && name.unicodeScalars.allSatisfy {
      !$0.properties.isWhitespace && $0 != "+" && $0.properties.generalCategory != .control
    }
  }
}

extension SigningKey {
  /// A note of this text, signed under a name; the key has to be ed25519.
  ///
  /// - Parameter text: ends with a newline.
  package func sign(note text: String, as name: String) throws(IntegrityError) -> SignedNote {
    try SignedNote.check(text)
    let key = try NoteKey(name: name, key: publicKey)
    var reader = SSHReader(try signature(over: Array(text.utf8)))
    _ = try reader.name()
    let value = try reader.string()
    try reader.end()
    return SignedNote(text: text, signatures: [.init(name: name, keyHash: key.hash, value: value)])
  }
}
