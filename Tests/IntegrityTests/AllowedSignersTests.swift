@testable import Integrity
import Testing

@Suite struct AllowedSignersTests {
  private static let one = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
  private static let other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB8eHRwbGhkYFxYVFBMSERAPDg0MCwoJCAcGBQQDAgEA"

  private func answer(_ text: String, namespace: String = "git", at time: Int64 = 0) throws -> AllowedSigners.Answer {
    AllowedSigners(text: text).answer(for: try SSHPublicKey(line: AllowedSignersTests.one), namespace: namespace, at: time)
  }

  @Test(arguments: [
    "a@b.test \(one)", "  a@b.test\t\(one) a comment", "\"a@b.test\" \(one)", "a@b.test namespaces=\"git\" \(one)",
    "a@b.test NAMESPACES=\"file,g*\" \(one)\r\n", "# a comment\n\n a@b.test namespaces=\"*\",valid-after=\"19700101Z\" \(one)",
  ])
  func `a line allows its key`(_ text: String) throws {
    let signers = AllowedSigners(text: text)
    #expect(signers.problems.isEmpty)
    #expect(signers.entries.map(\.principals) == [["a@b.test"]])
    #expect(try answer(text) == .allowed(signers.entries[0]))
  }

  @Test func `each line may name several principals`() {
    let signers = AllowedSigners(text: "a@b.test,*@c.test \(AllowedSignersTests.one)")
    #expect(signers.entries.map(\.principals) == [["a@b.test", "*@c.test"]])
  }

  @Test func `why a key is not allowed is told, by the line that came nearest`() throws {
    let (one, other) = (AllowedSignersTests.one, AllowedSignersTests.other)
    #expect(try answer("") == .refused(.unknownKey))
    #expect(try answer("a \(other)") == .refused(.unknownKey))
    #expect(try answer("a namespaces=\"file,!git,*\" \(one)") == .refused(.otherNamespace(line: 1)))
    #expect(try answer("a namespaces=\"gi\" \(one)") == .refused(.otherNamespace(line: 1)))
    let bounded = "a namespaces=\"file\" \(one)\na valid-after=\"19700102\",valid-before=\"19700103\" \(one)"
    #expect(try answer(bounded, at: 86_399) == .refused(.notYetValid(line: 2, from: 86_400)))
    #expect(try answer(bounded, at: 172_801) == .refused(.expired(line: 2, last: 172_800)))
    for time: Int64 in [86_400, 172_800] {
      #expect(try answer(bounded, at: time) == .allowed(AllowedSigners(text: bounded).entries[1]))
    }
  }

  @Test(arguments: [
    ("20000229", 951_782_400), ("200002291200", 951_825_600), ("20000229120001", 951_825_601),
    ("20381231235959", 2_177_452_799), ("00010101", -62_135_596_800),
  ] as [(String, Int64)])
  func `times are UTC with a Z, and local without`(_ given: (text: String, seconds: Int64)) {
    for (suffix, shift) in [("", 3_600), ("Z", 0), ("z", 0), ("UTC", 0)] as [(String, Int64)] {
      let line = "a valid-after=\"\(given.text)\(suffix)\" \(AllowedSignersTests.one)"
      #expect(AllowedSigners(text: line).entries.first?.validAfter == given.seconds)
      #expect(
        AllowedSigners(text: line, localTimeOffset: 3_600).entries.first?.validAfter == given.seconds - shift)
    }
  }

  @Test(arguments: [
    ("a", "this is no public key"), ("a b c", "'b' is neither an option nor a type of key"), ("\"a \(one)", "do not end"),
    (", \(one)", "no principal"), ("a cert-authority \(one)", "cert-authority is not supported"),
    ("a namespaces=\"git\",cert-authority \(one)", "cert-authority is not supported"),
    ("a namespaces=git \(one)", "double quotes"), ("a namespaces \(one)", "double quotes"),
    ("a namespaces=\"git \(one)", "do not end"), ("a namespaces=\"git\"x \(one)", "no comma"),
    ("a namespaces=\"git\", \(one)", "no comma"), ("a namespaces=\"a\",namespaces=\"b\" \(one)", "twice"),
    ("a valid-after=\"2020\" \(one)", "no time"), ("a valid-after=\"20230229\" \(one)", "no time"),
    ("a valid-after=\"20200101+1\" \(one)", "no time"), ("a valid-after=\"2020010124\" \(one)", "no time"),
    ("a valid-before=\"20200101\",valid-after=\"20200101\" \(one)", "not after"),
    ("a ssh-dss AAAA", "neither an option nor"), ("a ssh-ed25519 AAAA", "ends before it should"),
    ("a ssh-ed25519 ????", "not base64"), ("a ssh-rsa \(one.dropFirst(12))", "its key is ssh-ed25519"),
    ("a ssh-ed25519-cert-v01@openssh.com AAAA", "not supported"),
  ])
  func `a bad line is told with its number and allows nothing`(_ given: (line: String, message: String)) {
    let signers = AllowedSigners(text: "# first\n\(given.line)\nb \(AllowedSignersTests.other)")
    #expect(signers.entries.map(\.line) == [3])
    #expect(signers.problems.map(\.line) == [2])
    #expect(signers.problems.first?.message.contains(given.message) == true, "\(signers.problems)")
  }

  @Test func `damaged lists never stop the program, and never allow another key`() throws {
    let text = "# c\na@b.test namespaces=\"git\",valid-after=\"20200101\",valid-before=\"20300101Z\" \(AllowedSignersTests.other)\n"
    var numbers = SeededNumbers(seed: 5)
    for _ in 0..<3_000 {
      let damaged = String(decoding: numbers.damaged(Array(text.utf8)), as: UTF8.self)
      #expect(try answer(damaged, at: 1_700_000_000) == .refused(.unknownKey), "\(damaged)")
    }
  }

  @Test func `patterns cost no more than their length times that of the text`() {
    let pattern = String(repeating: "*a", count: 2_000) + "b"
    #expect(!PatternList.matches(pattern, String(repeating: "a", count: 4_000)))
    for (pattern, text, isMatch) in [
      ("a?c", "abc", true), ("a*c", "ac", true), ("*", "", true), ("", "", false), ("a", "b", false), ("*b*", "abc", true),
      ("!a,*", "a", false), ("!a", "b", false), ("a,!b", "a", true), ("A", "a", false),
    ] { #expect(PatternList.matches(pattern, text) == isMatch, "\(pattern) on \(text)") }
  }

  @Test func `a revoked key is refused, whatever the list says`() throws {
    let key = try SSHPublicKey(line: AllowedSignersTests.one)
    let revoked = try RevokedKeys(contents: Array("# old\n\n\(AllowedSignersTests.one) x\n".utf8), name: "revoked")
    #expect(revoked.contains(key))
    #expect(!revoked.contains(try SSHPublicKey(line: AllowedSignersTests.other)))
    for (contents, message) in [
      (Array("\(AllowedSignersTests.one)\nbad".utf8), "revoked:2: "), (Array("SSHKRL\n\0x".utf8), "revoked is a binary"),
      ([0xFF, 0xFE], "revoked is no text"),
    ] {
      let error = #expect(throws: IntegrityError.self) { try RevokedKeys(contents: contents, name: "revoked") }
      #expect(error?.message.hasPrefix(message) == true)
    }
  }
}
