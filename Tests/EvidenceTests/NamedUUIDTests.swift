import Testing

@testable import Evidence

@Suite struct NamedUUIDTests {
  /// From RFC 9562, appendix A.4, and Python's uuid.uuid5.
  @Test func `they are those that the standard names`() {
    var dns = NamedUUID.urls
    dns[3] = 0x10
    #expect(NamedUUID.text(NamedUUID.bytes("www.example.com", in: dns)) == "2ed6657d-e927-568b-95e1-2665a8aea6a2")
    #expect(
      NamedUUID.text(NamedUUID.bytes("urn:ambit:exports:1", in: NamedUUID.urls)) == "51773058-fa89-5ff3-83cf-dc29b94f5bf9")
  }

  @Test func `rows of names that read alike together are told apart`() {
    #expect(NamedUUID.text(["a", "b"]) == NamedUUID.text(["a", "b"]))
    #expect(NamedUUID.text(["ab", ""]) != NamedUUID.text(["a", "b"]))
    #expect(NamedUUID.text(["a1:b"]) != NamedUUID.text(["a", "b"]))
  }
}
