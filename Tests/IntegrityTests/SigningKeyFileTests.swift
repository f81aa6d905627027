import Foundation
import Integrity
import SigningKeys
import Testing

@Suite struct SigningKeyFileTests {
  private func error(_ path: String, agentSocket: String? = nil) -> IntegrityError? {
    #expect(throws: IntegrityError.self) { try SigningKeyFile.load(path: path, agentSocket: agentSocket) }
  }

  @Test func `a private key that others may read is not used`() throws {
    let tools = try StockTools()
    let path = try tools.makeKey("ed25519")
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    let error = error(path)
    #expect(error?.code == .unusableKey)
    #expect(error?.message.contains(path) == true)
  }

  @Test func `a locked key points to the agent`() throws {
    let tools = try StockTools()
    let error = error(try tools.makeKey("ed25519", passphrase: "a passphrase"))
    #expect(error?.code == .unusableKey)
    #expect(error?.hint?.contains("ssh-add") == true)
  }

  @Test(arguments: [["-m", "PEM"], ["-m", "PKCS8"]])
  func `a key in PEM says how to convert it`(_ format: [String]) throws {
    let tools = try StockTools()
    let path = try tools.makeKey("rsa-2048", extra: format)
    #expect(error(path)?.hint?.contains("ssh-keygen -p") == true)
    try tools.run(["ssh-keygen", "-q", "-p", "-P", "", "-N", "", "-f", path])
    #expect(try tools.key("rsa-2048").publicKey == tools.publicKey("rsa-2048"))
  }

  @Test func `a weak key, no key and no file are told apart`() throws {
    let tools = try StockTools()
    let weak = try tools.makeKey("rsa-1024")
    for path in [weak, "\(weak).pub"] {
      #expect(error(path)?.message == "\(path): an RSA key of 1024 bits is too weak")
    }
    #expect(error(try tools.write("note", "nothing\n"))?.message == "\(tools.path("note")): this is no public key; `<type> <base64> [comment]` is asked for")
    #expect(error(tools.path("absent"))?.code == .notFound)
    #expect(error(try tools.write("large", String(repeating: "x", count: 100_000)))?.message.contains("too large") == true)
    #expect(error(tools.directory)?.code == .notFound)
  }

  @Test func `a private key whose public half was swapped is refused`() throws {
    let tools = try StockTools()
    for kind in StockTools.kinds { try tools.makeKey(kind) }
    for kind in StockTools.kinds {
      try tools.makeKey(kind, name: "other")
      let (one, other) = (try blob("\(kind)", tools), try blob("other", tools))
      // The outer public key is the first one; the secret part holds another.
      let from = try Data(tools.publicKey(kind).blob), to = try Data(tools.publicKey("other").blob)
      guard from.count == to.count, let range = one.range(of: from) else { continue }
      var swapped = one
      swapped.replaceSubrange(range, with: to)
      #expect(swapped != other)
      let text = "\(SSHPrivateKey.head)\n\(swapped.base64EncodedString())\n-----END OPENSSH PRIVATE KEY-----\n"
      #expect(throws: IntegrityError.self) { try SSHPrivateKey(text: text) }
      for file in ["other", "other.pub"] { try FileManager.default.removeItem(atPath: tools.path(file)) }
    }
  }

  private func blob(_ name: String, _ tools: StockTools) throws -> Data {
    let lines = try tools.read(name).split(separator: "\n").dropFirst().dropLast()
    return try #require(Data(base64Encoded: lines.joined()))
  }

  @Test func `damaged private keys are refused, and never stop the program`() throws {
    let tools = try StockTools()
    for kind in ["ed25519", "ecdsa-256", "rsa-2048"] {
      try tools.makeKey(kind)
      let whole = try blob(kind, tools)
      var numbers = SeededNumbers(seed: 7)
      for _ in 0..<300 {
        let damaged = Data(numbers.damaged(Array(whole)))
        let text = "\(SSHPrivateKey.head)\n\(damaged.base64EncodedString())\n-----END OPENSSH PRIVATE KEY-----\n"
        // What is read in spite of damage, in a comment say, still signs for its public key.
        guard let key = try? SSHPrivateKey(text: text), let armor = try? key.sign([1], namespace: "n") else { continue }
        #expect(try SSHSignature(armor: armor).isMade(over: [1]))
      }
    }
  }
}
