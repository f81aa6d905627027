import Foundation
@testable import Integrity
import SigningKeys
import Testing

/// Signatures that somebody made up, cut off or changed.
@Suite struct HostileSignatureTests {
  private static let payload = Array("what is signed\n".utf8)

  /// A signature, and a list that allows its key.
  private func signed(_ kind: String, _ tools: StockTools) throws -> (armor: String, allowed: AllowedSigners) {
    try tools.makeKey(kind)
    let armor = try tools.key(kind).sign(HostileSignatureTests.payload, namespace: "git")
    return (armor, AllowedSigners(text: try tools.allowed(kind)))
  }

  private func isGood(_ armor: String, _ allowed: AllowedSigners, payload: [UInt8] = payload) -> Bool {
    let verdict = SignatureVerdict.of(armor: armor, over: payload, namespace: "git", at: 0, allowed: allowed)
    if case .good = verdict { return true }
    return false
  }

  private func blob(_ armor: String) throws -> [UInt8] {
    let lines = armor.split(separator: "\n").dropFirst().dropLast()
    return Array(try #require(Data(base64Encoded: lines.joined())))
  }

  private func armor(_ blob: [UInt8]) -> String {
    "-----BEGIN SSH SIGNATURE-----\n\(Base64.text(blob))\n-----END SSH SIGNATURE-----\n"
  }

  @Test(arguments: StockTools.kinds)
  func `no damaged signature and no damaged payload verifies`(_ kind: String) throws {
    let tools = try StockTools()
    let (text, allowed) = try signed(kind, tools)
    let whole = try blob(text)
    #expect(isGood(armor(whole), allowed), "the layout of the armor is free")
    var numbers = SeededNumbers(seed: 1)
    for _ in 0..<3_000 {
      let damaged = numbers.damaged(whole)
      #expect(!isGood(armor(damaged), allowed), "\(damaged)")
    }
    for _ in 0..<300 {
      let damaged = numbers.damaged(HostileSignatureTests.payload)
      #expect(!isGood(text, allowed, payload: damaged), "\(damaged)")
      let garbled = String(decoding: numbers.damaged(Array(text.utf8)), as: UTF8.self)
      // A change of the armor alone leaves the same signature.
      if let signature = try? SSHSignature(armor: garbled), signature == (try SSHSignature(armor: text)) { continue }
      #expect(!isGood(garbled, allowed), "\(garbled)")
    }
  }

  @Test func `every prefix of a signature is refused`() throws {
    let tools = try StockTools()
    let (text, allowed) = try signed("ed25519", tools)
    let whole = try blob(text)
    for count in 0..<whole.count { #expect(!isGood(armor(Array(whole.prefix(count))), allowed)) }
    for count in 0..<(text.count - 1) { #expect(!isGood(String(text.prefix(count)), allowed)) }
    for text in ["", "\n", "x" + text, text + "x", text + text, text.replacing("SSH", with: "PGP")] {
      #expect(!isGood(text, allowed))
    }
  }

  @Test func `lengths that lie are refused`() throws {
    let tools = try StockTools()
    let whole = try blob(try signed("ed25519", tools).armor)
    for place in 0..<(whole.count - 4) {
      for length: UInt32 in [0, 1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, UInt32(whole.count)] {
        var lying = whole
        lying.replaceSubrange(place..<(place + 4), with: [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) })
        if let signature = try? SSHSignature(blob: lying), lying != whole {
          #expect(!signature.isMade(over: HostileSignatureTests.payload))
        }
      }
    }
  }

  /// The signature of one key under the name of another, and under each name of an algorithm.
  @Test func `a signature counts for its own key and algorithm only`() throws {
    let tools = try StockTools()
    let signatures = try StockTools.kinds.map { try SSHSignature(armor: try signed($0, tools).armor) }
    for one in signatures {
      for other in signatures where other.publicKey != one.publicKey {
        let swapped = SSHSignature(publicKey: other.publicKey, namespace: "git", hash: .sha512, value: one.value)
        #expect(!swapped.isMade(over: HostileSignatureTests.payload))
      }
      var reader = SSHReader(one.value)
      let (name, value) = (try reader.name(), try reader.string())
      for other in SSHPublicKey.Algorithm.allCases.map(\.rawValue) + ["rsa-sha2-256", "rsa-sha2-512", "none", ""]
      where other != name {
        var writer = SSHWriter()
        writer.string(other)
        writer.string(value)
        let renamed = SSHSignature(publicKey: one.publicKey, namespace: "git", hash: .sha512, value: writer.bytes)
        #expect(!renamed.isMade(over: HostileSignatureTests.payload), "\(name) as \(other)")
      }
      let hashed = SSHSignature(publicKey: one.publicKey, namespace: "git", hash: .sha256, value: one.value)
      #expect(!hashed.isMade(over: HostileSignatureTests.payload))
    }
  }

  /// A token's signature, with the key of a file in its place; ssh-keygen is asked too.
  @Test func `signatures of hardware tokens are judged as ssh-keygen judges them, and need a touch`() throws {
    let tools = try StockTools()
    try tools.makeKey("ed25519")
    let file = try tools.key("ed25519")
    var blob = SSHWriter()
    blob.string("sk-ssh-ed25519@openssh.com")
    blob.string(file.publicKey.blob.suffix(32))
    blob.string("ssh:")
    let publicKey = try SSHPublicKey(blob: blob.bytes)
    let data = SSHSignature.signedData(HostileSignatureTests.payload, namespace: "git", hash: .sha512)
    for (flags, isTouched) in [(UInt8(1), true), (5, true), (0, false)] {
      let tail: [UInt8] = [flags, 0, 0, 0, 7]
      let signature = try file.signature(
        over: SHA256Digest.bytes(Array("ssh:".utf8)) + tail + SHA256Digest.bytes(data))
      var reader = SSHReader(signature)
      _ = try reader.name()
      var value = SSHWriter()
      value.string("sk-ssh-ed25519@openssh.com")
      value.string(try reader.string())
      value.raw(tail)
      let made = SSHSignature(publicKey: publicKey, namespace: "git", hash: .sha512, value: value.bytes)
      #expect(made.isMade(over: HostileSignatureTests.payload) == isTouched)
      #expect(!made.isMade(over: [1]))
      try tools.write("token.sig", made.armored)
      let theirs = try tools.run(
        ["ssh-keygen", "-Y", "check-novalidate", "-n", "git", "-s", "token.sig"],
        input: String(decoding: HostileSignatureTests.payload, as: UTF8.self))
      #expect(theirs.status == 0, "\(theirs.stderr)")
    }
  }

  @Test func `base64 has one spelling`() {
    var numbers = SeededNumbers(seed: 3)
    for count in 0..<200 {
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &numbers) }
      #expect(Base64.text(bytes) == Data(bytes).base64EncodedString())
      #expect(Base64.bytes(Base64.text(bytes).utf8) == bytes)
    }
    for text in ["A", "AA", "AAA", "AA=", "AB==", "AAB=", "A===", "====", "AA==AAAA", "AA A", "AAA\n", "AA-_", "ÄA"] {
      #expect(Base64.bytes(text.utf8) == nil, "\(text)")
    }
  }
}
