/// A text with signatures below it (c2sp.org/signed-note).
package struct SignedNote: Sendable, Hashable {
  /// One line below the text: `— name base64(hash of the key, signature)`.
  package struct Signature: Sendable, Hashable {
    package let name: String
    /// Which of the keys of that name; `NoteKey.hash`.
    package let keyHash: UInt32
    package let value: [UInt8]
  }

  /// What is signed. Ends with a newline.
  package let text: String
  package let signatures: [Signature]

  /// More signatures than anyone adds, so that a hostile note costs little.
  private static let most = 100
  /// Bytes of a note that are looked at.
  private static let longest = 1_000_000

  init(text: String, signatures: [Signature]) {
    self.text = text
    self.signatures = signatures
  }

  /// Reads a note; its signatures are not yet verified.
  package init(note: String) throws(IntegrityError) {
    let bytes = Array(note.utf8)
    guard bytes.count <= SignedNote.longest, SignedNote.isPlain(note) else {
      throw IntegrityError(.malformed, "the note is too long, or holds control characters")
    }
    // The last empty line parts the two.
    guard bytes.last == SignedNote.newline,
      let gap = bytes.indices.dropFirst().last(where: {
        bytes[$0] == SignedNote.newline && bytes[$0 - 1] == SignedNote.newline
      }), gap > 1
    else { throw IntegrityError(.malformed, "the note has no text, or no empty line between it and its signatures") }
    let lines = bytes[(gap + 1)...].split(separator: SignedNote.newline, omittingEmptySubsequences: false).dropLast()
    guard !lines.isEmpty, lines.count <= SignedNote.most else {
      throw IntegrityError(.malformed, "the note has no signature, or more than \(SignedNote.most)")
    }
    var signatures: [Signature] = []
    for line in lines { signatures.append(try Signature(line: line)) }
    self.signatures = signatures
    text = String(decoding: bytes[..<gap], as: UTF8.self)
  }

  /// The note as it is stored and sent.
  package var note: String { text + "\n" + signatures.map { "\($0.line)\n" }.joined() }

  /// Which of the keys that one knows signed the note. Signatures by others say nothing and are passed over.
  ///
  /// - Throws: where a signature that bears the name and hash of a known key is not that key's: somebody
  ///   tampered with the note, or with its signature.
  package func signers(among keys: [NoteKey]) throws(IntegrityError) -> [NoteKey] {
    var signers: [NoteKey] = []
    for signature in signatures {
      guard let key = keys.first(where: { $0.name == signature.name && $0.hash == signature.keyHash }),
        !signers.contains(key)
      else { continue }
      guard key.isSignature(signature.value, over: text) else {
        throw IntegrityError(
          .malformed, "the note bears the name of the key '\(key.name)', which did not sign it",
          hint: "the note was changed after it was signed; compare it with another copy")
      }
      signers.append(key)
    }
    return signers
  }

  private static let newline = UInt8(ascii: "\n")

  private static func isPlain(_ text: String) -> Bool {
    text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == newline }
  }

  /// Refuses a text that cannot stand in a note.
  static func check(_ text: String) throws(IntegrityError) {
    guard text.utf8.last == newline, text.utf8.count > 1, isPlain(text), text.utf8.count <= longest else {
      throw IntegrityError(.malformed, "the text of a note has to end with a newline and hold no control characters")
    }
  }
}

extension SignedNote.Signature {
  private static let dash = Array("— ".utf8)

  init(line: ArraySlice<UInt8>) throws(IntegrityError) {
    let words = line.dropFirst(Self.dash.count).split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard line.starts(with: Self.dash), words.count == 2, let bytes = Base64.bytes(words[1]), bytes.count > 4,
      let name = String(validating: words[0], as: UTF8.self), NoteKey.isName(name)
    else { throw IntegrityError(.malformed, "a line below the note is no signature; `— name base64` is asked for") }
    self.name = name
    keyHash = bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    value = Array(bytes.dropFirst(4))
  }

  var line: String {
    var writer = SSHWriter()
    writer.number(keyHash)
    return "— \(name) \(Base64.text(writer.bytes + value))"
  }
}
