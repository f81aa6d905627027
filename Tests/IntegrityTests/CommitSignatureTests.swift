import Integrity
import Testing

@Suite struct CommitSignatureTests {
  private static let headers = """
    tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904
    author A <a@b.test> 0 +0000
    committer A <a@b.test> 0 +0000

    """
  private static let armor = "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n"
  private static let tag = "mergetag object 1\n type commit\n  -----BEGIN SSH SIGNATURE-----\n gpgsig x\n \n message\n"

  private func split(_ text: String) throws -> (payload: String, armor: String)? {
    try CommitSignature.split(Array(text.utf8)).map { (String(decoding: $0.payload, as: UTF8.self), $0.armor) }
  }

  @Test(arguments: ["", tag, "encoding x\n", tag + "x-a b\n c\n"], ["message\n", "", "gpgsig no header\n b\n\ngpgsig x\n"])
  func `a signature is put in as the last header and taken out again`(_ more: String, _ message: String) throws {
    let payload = "\(CommitSignatureTests.headers)\(more)\n\(message)"
    let signed = String(
      decoding: try CommitSignature.inserting(CommitSignatureTests.armor, into: Array(payload.utf8)), as: UTF8.self)
    let block = "gpgsig -----BEGIN SSH SIGNATURE-----\n AAAA\n -----END SSH SIGNATURE-----\n"
    #expect(signed == "\(CommitSignatureTests.headers)\(more)\(block)\n\(message)")
    let parts = try #require(try split(signed))
    #expect(parts.payload == payload)
    #expect(parts.armor == CommitSignatureTests.armor)
    #expect(try split(payload) == nil)
  }

  @Test func `headers behind a signature belong to the payload, and other signatures to nobody`() throws {
    let block = "gpgsig one\n two\n"
    let text = "a b\n\(block)c d\n e\ngpgsig-sha256 f\n g\nh i\n\nm"
    let parts = try #require(try split(text))
    #expect(parts.payload == "a b\nc d\n e\nh i\n\nm")
    #expect(parts.armor == "one\ntwo\n")
  }

  @Test func `two signatures, and no text, are refused`() {
    #expect(throws: IntegrityError.self) { try split("gpgsig a\nx y\ngpgsig b\n\nm") }
    #expect(throws: IntegrityError.self) { try CommitSignature.split(Array("gpgsig ".utf8) + [0xFF, 10, 10]) }
    #expect(throws: IntegrityError.self) { try CommitSignature.inserting("a\n", into: Array("tree 1\n".utf8)) }
  }

  @Test func `a commit without an end of headers, or empty, is taken apart too`() throws {
    for text in ["", "\n", "tree 1", "\n\n", " x"] { #expect(try split(text) == nil) }
    #expect(try split("gpgsig")?.armor == nil)
    #expect(try #require(try split("gpgsig x")).payload == "")
  }
}
