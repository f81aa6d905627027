@testable import Integrity
import Testing

@Suite struct SSHPublicKeyTests {
  private static let ed25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"

  /// The generator of P-256, which lies on the curve as every base point does.
  private static let x: [UInt8] = [
    0x6B, 0x17, 0xD1, 0xF2, 0xE1, 0x2C, 0x42, 0x47, 0xF8, 0xBC, 0xE6, 0xE5, 0x63, 0xA4, 0x40, 0xF2, 0x77, 0x03, 0x7D,
    0x81, 0x2D, 0xEB, 0x33, 0xA0, 0xF4, 0xA1, 0x39, 0x45, 0xD8, 0x98, 0xC2, 0x96,
  ]
  private static let y: [UInt8] = [
    0x4F, 0xE3, 0x42, 0xE2, 0xFE, 0x1A, 0x7F, 0x9B, 0x8E, 0xE7, 0xEB, 0x4A, 0x7C, 0x0F, 0x9E, 0x16, 0x2B, 0xCE, 0x33,
    0x57, 0x6B, 0x31, 0x5E, 0xCE, 0xCB, 0xB6, 0x40, 0x68, 0x37, 0xBF, 0x51, 0xF5,
  ]

  private func point(_ bytes: [UInt8], curve: String = "nistp256") throws -> SSHPublicKey {
    var writer = SSHWriter()
    writer.string("ecdsa-sha2-nistp256")
    writer.string(curve)
    writer.string(bytes)
    return try SSHPublicKey(blob: writer.bytes)
  }

  private func rsa(exponent: [UInt8], modulus: [UInt8]) throws -> SSHPublicKey {
    var writer = SSHWriter()
    writer.string("ssh-rsa")
    writer.positive(exponent)
    writer.positive(modulus)
    return try SSHPublicKey(blob: writer.bytes)
  }

  @Test func `a key is read from its line and written as one`() throws {
    for suffix in ["", " a comment  of\tmine", "\t"] {
      #expect(try SSHPublicKey(line: SSHPublicKeyTests.ed25519 + suffix).line == SSHPublicKeyTests.ed25519)
    }
  }

  @Test func `points that are compressed, off the curve or at infinity are refused`() throws {
    let (x, y) = (SSHPublicKeyTests.x, SSHPublicKeyTests.y)
    #expect(try point([4] + x + y).algorithm == .p256)
    for bytes in [[3] + x, [2] + x, [0], [], [4] + y + x, [4] + x, [6] + x + y, [7] + x + y, [4] + x + y + [0]] {
      #expect(throws: IntegrityError.self) { try point(bytes) }
    }
    #expect(throws: IntegrityError.self) { try point([4] + x + y, curve: "nistp384") }
  }

  @Test func `RSA keys with numbers that make no key are refused`() throws {
    let modulus = [UInt8](repeating: 0xFF, count: 256)
    #expect(try rsa(exponent: [1, 0, 1], modulus: modulus).algorithm == .rsa)
    for exponent: [UInt8] in [[], [0], [1], [2], [1, 0, 0], [UInt8](repeating: 0xFF, count: 256)] {
      #expect(throws: IntegrityError.self) { try rsa(exponent: exponent, modulus: modulus) }
    }
    for modulus in [
      [], [1], [UInt8](repeating: 0xFF, count: 255), [0x7F] + [UInt8](repeating: 0xFF, count: 255),
      [UInt8](repeating: 0xFF, count: 255) + [0xFE], [UInt8](repeating: 0xFF, count: 4_096),
    ] { #expect(throws: IntegrityError.self) { try rsa(exponent: [3], modulus: modulus) } }
  }
}
