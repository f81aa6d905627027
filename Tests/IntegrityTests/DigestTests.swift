import Integrity
import Testing

@Suite struct DigestTests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
  ])
  func `SHA-256 is that of FIPS 180`(_ given: (text: String, digest: String)) {
    #expect(SHA256Digest.hex(Array(given.text.utf8)) == given.digest)
  }

  @Test func `SHA-1 is that of FIPS 180`() {
    let digest: [UInt8] = [
      0xa9, 0x99, 0x3e, 0x36, 0x47, 0x06, 0x81, 0x6a, 0xba, 0x3e, 0x25, 0x71, 0x78, 0x50, 0xc2, 0x6c, 0x9c, 0xd0, 0xd8,
      0x9d,
    ]
    #expect(SHA1Checksum.bytes(Array("abc".utf8)) == digest)
  }
}
