@testable import Integrity
import SigningKeys
import Testing

@Suite struct SignedNoteTests {
  /// The example of golang.org/x/mod/sumdb/note.
  private static let example = """
    If you think cryptography is the answer to your problem,
    then you don't know what your problem is.

    — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=

    """
  private static let exampleKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"

  /// A checkpoint that an ed25519 key of ssh-keygen signed.
  private func checkpoint() throws -> (note: SignedNote, key: NoteKey, checkpoint: Checkpoint) {
    let tools = try StockTools()
    try tools.makeKey("ed25519")
    let tree = MerkleTree(leaves: [.leaf([1]), .leaf([2])])
    let checkpoint = try Checkpoint(
      origin: "ambit.test/cluster", size: tree.size, root: tree.root, extensions: ["more — of it"])
    let key = try tools.key("ed25519")
    let note = try key.sign(note: checkpoint.text, as: "ambit.test/key")
    return (note, try NoteKey(name: "ambit.test/key", key: key.publicKey), checkpoint)
  }

  @Test func `a note of another program verifies`() throws {
    let key = try NoteKey(text: SignedNoteTests.exampleKey)
    let note = try SignedNote(note: SignedNoteTests.example)
    #expect(note.note == SignedNoteTests.example)
    #expect(try note.signers(among: [key]) == [key])
    #expect(key.text == SignedNoteTests.exampleKey)
    // The key of the Go checksum database.
    let sum = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
    #expect(try NoteKey(text: sum).text == sum)
    #expect(try note.signers(among: [NoteKey(text: sum)]) == [])
  }

  @Test func `a checkpoint is signed, read and verified`() throws {
    let (note, key, checkpoint) = try checkpoint()
    let read = try SignedNote(note: note.note)
    #expect(read == note)
    #expect(try read.signers(among: [key]) == [key])
    #expect(try Checkpoint(text: read.text) == checkpoint)
    let root = Base64.text(checkpoint.root.bytes)
    #expect(read.text == "ambit.test/cluster\n2\n\(root)\nmore — of it\n")
    #expect(try NoteKey(text: key.text) == key)
    // Beside the signature of another, in either order.
    let other = try SignedNote(note: SignedNoteTests.example).signatures
    for signatures in [note.signatures + other, other + note.signatures, note.signatures + note.signatures] {
      let joined = try SignedNote(note: SignedNote(text: note.text, signatures: signatures).note)
      #expect(try joined.signers(among: [key]) == [key])
    }
    // Under another name or another key it is nobody's.
    #expect(try read.signers(among: [NoteKey(text: SignedNoteTests.exampleKey)]) == [])
  }

  @Test func `checkpoints need an ed25519 key`() throws {
    let tools = try StockTools()
    try tools.makeKey("ecdsa-256")
    let error = #expect(throws: IntegrityError.self) { try tools.key("ecdsa-256").sign(note: "a\n", as: "b") }
    #expect(error?.message.hasPrefix("checkpoints need an ed25519 key") == true)
  }

  @Test func `no damaged note verifies as something else`() throws {
    let (note, key, _) = try checkpoint()
    var numbers = SeededNumbers(seed: 21)
    for _ in 0..<3_000 {
      let text = String(decoding: numbers.damaged(Array(note.note.utf8)), as: UTF8.self)
      guard let damaged = try? SignedNote(note: text) else { continue }
      #expect(damaged.note == text)
      if (try? damaged.signers(among: [key])) == [key] { #expect(damaged.text == note.text) }
      guard let checkpoint = try? Checkpoint(text: damaged.text) else { continue }
      #expect(checkpoint.text == damaged.text)
    }
  }

  @Test(arguments: [
    "", "\n", "\n\n", "a\n", "a\n\n", "a\n— b AAAAAAA=\n", "a\n\n— b AAAAAAA=", "a\n\n— b\n", "a\n\n— b AAAA\n",
    "a\n\n- b AAAAAAA=\n", "a\n\n—  AAAAAAA=\n", "a\n\n— b+c AAAAAAA=\n", "a\n\n— b  AAAAAAA=\n", "a\n\n— b AAAAAAA= \n",
    "a\u{0}\n\n— b AAAAAAA=\n", "a\r\n\r\n— b AAAAAAA=\r\n", "\n\n— b AAAAAAA=\n",
    "a\n\n" + String(repeating: "— b AAAAAAA=\n", count: 101),
  ])
  func `what is no note is refused`(_ text: String) {
    #expect(throws: IntegrityError.self) { try SignedNote(note: text) }
  }

  @Test(arguments: [
    "", "a\n", "a\n1\n", "a\n1\nAAAA\n", "a\n01\n\(root)\n", "a\n-1\n\(root)\n", "a\n+1\n\(root)\n", "\n1\n\(root)\n",
    "a\n1\n\(root)", "a\n1\n\(root)\n\n", "a\n9223372036854775808\n\(root)\n", "a\n1\n\(root) \n",
  ])
  func `what is no checkpoint is refused`(_ text: String) {
    #expect(throws: IntegrityError.self) { try Checkpoint(text: text) }
  }

  private static let root = Base64.text(MerkleHash.empty.bytes)

  @Test(arguments: [
    "", "a", "a+b", "a+c74f20a3+AAAA", "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    "Peter+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    "PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
  ])
  func `what is no key of notes is refused`(_ text: String) {
    #expect(throws: IntegrityError.self) { try NoteKey(text: text) }
  }

  @Test func `a text or name that cannot stand in a note is not signed`() throws {
    let tools = try StockTools()
    try tools.makeKey("ed25519")
    let key = try tools.key("ed25519")
    for (text, name) in [("a", "n"), ("", "n"), ("a\tb\n", "n"), ("a\n", ""), ("a\n", "b c"), ("a\n", "b+c"), ("a\n", "b\u{85}")] {
      #expect(throws: IntegrityError.self) { try key.sign(note: text, as: name) }
    }
    for line in ["", "a\nb"] {
      #expect(throws: IntegrityError.self) { try Checkpoint(origin: line, size: 0, root: .empty) }
      #expect(throws: IntegrityError.self) { try Checkpoint(origin: "a", size: 0, root: .empty, extensions: [line]) }
    }
    #expect(throws: IntegrityError.self) { try Checkpoint(origin: "a", size: -1, root: .empty) }
  }
}
