import Foundation
import Integrity
import SigningKeys
import Testing

/// Signatures of ours before ssh-keygen and git, and theirs before us.
@Suite struct StockSignatureTests {
  private static let payload = "what is signed\n"
  private static let time: Int64 = 1_700_000_000

  @Test(arguments: StockTools.kinds)
  func `ssh-keygen takes our signature`(_ kind: String) throws {
    let tools = try StockTools()
    try tools.makeKey(kind)
    let armor = try tools.key(kind).sign(Array(StockSignatureTests.payload.utf8), namespace: "git")
    try tools.write("ours.sig", armor)
    try tools.write("allowed", try tools.allowed(kind))
    let verify = ["ssh-keygen", "-Y", "verify", "-n", "git", "-f", "allowed", "-I", "a@b.test", "-s", "ours.sig"]
    let verified = try tools.run(verify, input: StockSignatureTests.payload)
    #expect(verified.status == 0, "\(verified.stdout) \(verified.stderr)")
    #expect(verified.stdout.contains(try tools.publicKey(kind).fingerprint))
    #expect(try tools.run(verify, input: "another").status != 0)
    let checked = try tools.run(
      ["ssh-keygen", "-Y", "check-novalidate", "-n", "git", "-s", "ours.sig"], input: StockSignatureTests.payload)
    #expect(checked.status == 0)
  }

  @Test(arguments: StockTools.kinds, ["sha512", "sha256"])
  func `we take ssh-keygen's signature`(_ kind: String, _ hash: String) throws {
    let tools = try StockTools()
    try tools.makeKey(kind)
    let signed = try tools.run(
      ["ssh-keygen", "-Y", "sign", "-n", "git", "-O", "hashalg=\(hash)", "-f", kind], input: StockSignatureTests.payload)
    #expect(signed.status == 0, "\(signed.stderr)")
    let allowed = AllowedSigners(text: try tools.allowed(kind))
    func verdict(_ payload: String, _ namespace: String = "git") -> SignatureVerdict {
      .of(
        armor: signed.stdout, over: Array(payload.utf8), namespace: namespace, at: StockSignatureTests.time,
        allowed: allowed)
    }
    #expect(verdict(StockSignatureTests.payload) == .good(allowed.entries[0]))
    #expect(verdict("another") == .bad(try tools.publicKey(kind)))
    #expect(verdict(StockSignatureTests.payload, "file") == .otherNamespace(try tools.publicKey(kind), "git"))
    // Read and written again, it is the same text: ours is laid out as theirs.
    #expect(try SSHSignature(armor: signed.stdout).armored == signed.stdout)
  }

  @Test func `fingerprints are those of ssh-keygen`() throws {
    let tools = try StockTools()
    for kind in StockTools.kinds {
      try tools.makeKey(kind)
      let listed = try tools.run(["ssh-keygen", "-l", "-f", "\(kind).pub"]).stdout
      #expect(try listed.split(separator: " ")[1] == tools.publicKey(kind).fingerprint)
      #expect(try tools.read("\(kind).pub").hasPrefix(try tools.publicKey(kind).line))
    }
  }

  @Test(arguments: ["ed25519", "ecdsa-384", "rsa-3072"])
  func `git takes our signature on a commit, and we take git's`(_ kind: String) throws {
    let tools = try StockTools()
    try tools.makeKey(kind)
    try tools.write("allowed", try tools.allowed(kind))
    func git(_ arguments: String..., input: String = "") throws -> StockTools.Output {
      try tools.run(
        [
          "git", "-C", tools.directory, "-c", "gpg.format=ssh", "-c", "gpg.ssh.allowedSignersFile=allowed", "-c",
          "user.name=A", "-c", "user.email=a@b.test", "-c", "user.signingKey=\(tools.path(kind))",
        ] + arguments, input: input)
    }
    _ = try git("init", "-q")
    #expect(try git("commit", "-q", "--allow-empty", "-S", "-m", "theirs").status == 0)
    let theirs = try git("cat-file", "commit", "HEAD").stdout
    let parts = try #require(try CommitSignature.split(Array(theirs.utf8)))
    let allowed = AllowedSigners(text: try tools.read("allowed"))
    func verdict(_ parts: CommitSignature.Parts) -> SignatureVerdict {
      .of(armor: parts.armor, over: parts.payload, namespace: "git", at: StockSignatureTests.time, allowed: allowed)
    }
    #expect(verdict(parts) == .good(allowed.entries[0]))
    #expect(try CommitSignature.inserting(parts.armor, into: parts.payload) == Array(theirs.utf8))

    let plain = String(decoding: parts.payload, as: UTF8.self).replacing("theirs", with: "ours")
    func signed(_ text: String) throws -> String {
      let armor = try tools.key(kind).sign(Array(text.utf8), namespace: "git")
      return String(decoding: try CommitSignature.inserting(armor, into: Array(text.utf8)), as: UTF8.self)
    }
    /// The text with headers put in as the last ones.
    func extended(_ text: String, _ headers: String) -> String {
      text.replacing("\n\n", with: "\n\(headers)\n", maxReplacements: 1)
    }
    let ours = try signed(plain)
    // As it is; with headers that are no part of what is signed; and with one in front of the signature
    // that then stands behind it.
    let tag = "mergetag object 1\n type commit\n  gpgsig x\n \n message\n"
    let moved = try signed(extended(plain, tag)).replacing(tag, with: "", maxReplacements: 1)
    for text in [
      ours, extended(ours, "gpgsig-sha256 one\n two\n"), extended(ours, "gpgsigx one\n two\n"), extended(moved, tag),
    ] {
      let name = try git("hash-object", "--literally", "-t", "commit", "-w", "--stdin", input: text).stdout.dropLast()
      let verified = try git("verify-commit", String(name))
      #expect(verified.status == 0, "\(verified.stderr) \(text)")
      #expect(verified.stderr.contains("Good \"git\" signature for a@b.test"))
      #expect(verdict(try #require(try CommitSignature.split(Array(text.utf8)))) == .good(allowed.entries[0]))
    }
    let name = try git("hash-object", "-t", "commit", "-w", "--stdin", input: ours.replacing("ours", with: "0urs")).stdout
    #expect(try git("verify-commit", String(name.dropLast())).status != 0)
  }

  /// The bounds of a line of allowed signers, at the second.
  @Test func `times of allowed signers are read as ssh-keygen reads them`() throws {
    let tools = try StockTools()
    try tools.makeKey("ed25519")
    try tools.write("a.sig", try tools.key("ed25519").sign(Array("x".utf8), namespace: "git"))
    let key = try tools.publicKey("ed25519")
    let options = ["valid-after=\"20231114221320Z\"", "valid-before=\"202311142214Z\",valid-after=\"20231114Z\""]
    for option in options {
      let text = try tools.allowed("ed25519", options: "\(option) ")
      try tools.write("allowed", text)
      for (time, stamp) in [(-1, "20231114221319Z"), (0, "20231114221320Z"), (40, "20231114221400Z"), (41, "20231114221401Z")] {
        let theirs = try tools.run(
          [
            "ssh-keygen", "-Y", "verify", "-n", "git", "-f", "allowed", "-I", "a@b.test", "-s", "a.sig", "-O",
            "verify-time=\(stamp)",
          ], input: "x")
        let ours = AllowedSigners(text: text).answer(
          for: key, namespace: "git", at: StockSignatureTests.time + Int64(time))
        var isAllowed = false
        if case .allowed = ours { isAllowed = true }
        #expect((theirs.status == 0) == isAllowed, "\(option) at \(stamp): \(theirs.stderr) \(ours)")
      }
    }
  }
}
