import Foundation
import TestSupport
import Testing

/// A pack as an auditor meets it: with a shell, git, sha256sum and ssh-keygen.
@Suite struct PackCommandTests {
  private static let period = "2026-11-23..2026-11-23"

  /// The commands of `VERIFY.md`, as they stand.
  private func commands(_ guide: String) -> String {
    var isCommand = false
    var lines: [Substring] = []
    for line in guide.split(separator: "\n", omittingEmptySubsequences: false) {
      if line == "```sh" { isCommand = true } else if line == "```" { isCommand = false } else if isCommand { lines.append(line) }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Runs them in a folder, without Ambit in the path.
  private func follow(_ fixture: CommandFixture, _ folder: String, _ environment: [String: String] = [:]) throws -> RunningProcess.Output {
    let path = "\(fixture.directory)/\(folder)"
    let script = commands(try String(contentsOfFile: "\(path)/VERIFY.md", encoding: .utf8))
    #expect(script.contains("sha256sum --check"))
    return try RunningProcess("/bin/sh", ["-e", "-c", script], in: path, environment: environment.merging(["HOME": "/nonexistent"]) { $1 }).wait()
  }

  private func signed() throws -> CommandFixture {
    let fixture = try CommandFixture.example()
    let made = try fixture.run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "collector", "-f", "key"])
    #expect(made.status == 0)
    try fixture.write("signers", "collector " + fixture.read("key.pub"))
    return fixture
  }

  @Test func `an auditor verifies a pack with VERIFY.md alone, and finds what was changed`() throws {
    let fixture = try signed()
    let first = try fixture("pack", "-f", "pci", "--period", PackCommandTests.period, "-o", "first.tar.gz")
    #expect(first.status == 0, "\(first.stderr)")
    let population = try #require(first.stderr.firstMatch(of: /Population: 142 changes, 37 of them made while it was recorded; SHA-256 ([0-9a-f]{64})/)?.1)
    let output = try fixture(
      "pack", "-f", "pci", "--period", PackCommandTests.period, "-o", "pack.tar.gz", "--sample", "100", "--seed", "4711",
      "--population", String(population), "--sign", "key")
    #expect(output.status == 0, "\(output.stderr)")
    #expect(output.stdout.split(separator: "\n").map(String.init) == ["", ".made.json", ".intoto.json", ".sig", ".intoto.json.sig"].map { "pack.tar.gz\($0)" })
    let unpacked = try RunningProcess("/bin/tar", ["-xzf", "pack.tar.gz"], in: fixture.directory).wait()
    #expect(unpacked.status == 0)
    let told = try RunningProcess("/bin/sh", ["-c", "ls -d pack/sample/*/ | wc -l; cat pack/sample/*/connections.csv"], in: fixture.directory).wait()
    #expect(told.stdout.hasPrefix("37\n") && told.stdout.contains("closed,catalog/api[Deployment],catalog/search[Deployment],TCP 9200,No Connections"))
    let environment = [
      "ALLOWED_SIGNERS": "\(fixture.directory)/signers", "PACK_SIGNATURE": "\(fixture.directory)/pack.tar.gz.sig",
      "POPULATION": String(population),
    ]
    let good = try follow(fixture, "pack", environment)
    #expect(good.status == 0 && good.stdout.hasSuffix("The pack is what it says.\n"), "\(good.text)")
    #expect(good.stdout.contains("Good \"file\" signature for collector"))
    let verified = try fixture("verify", "pack.tar.gz", "--allowed-signers", "signers")
    #expect(verified.status == 0 && verified.stderr.contains("signed by collector"), "\(verified.text)")
    // Another population than the auditor was told of.
    #expect(try follow(fixture, "pack", environment.merging(["POPULATION": String(repeating: "0", count: 64)]) { $1 }).status != 0)
    for file in ["report.html", "history.bundle", "heads.txt", "objects/paths.txt", "SHA256SUMS", "sample/ids.txt"] {
      let path = "\(fixture.directory)/pack/\(file)"
      let bytes = try Data(contentsOf: URL(filePath: path))
      var changed = bytes
      changed[changed.count / 2] ^= 1
      try changed.write(to: URL(filePath: path))
      #expect(try follow(fixture, "pack", environment).status != 0, "\(file)")
      #expect(try fixture("verify", "pack").status == 1, "\(file)")
      try bytes.write(to: URL(filePath: path))
    }
    #expect(try fixture("verify", "pack").status == 0)
  }

  @Test func `the same pack is made again, and told in the journal`() throws {
    let fixture = try CommandFixture.example()
    for name in ["one.tar.gz", "two.tar.gz"] {
      #expect(try fixture("pack", "-f", "cis", "-o", name).status == 0)
    }
    let bytes = try ["one", "two"].map { try Data(contentsOf: URL(filePath: "\(fixture.directory)/\($0).tar.gz")) }
    #expect(bytes[0] == bytes[1])
    #expect(try fixture("log", "--journal").stdout.contains("pack of cis-kubernetes"))
    #expect(try fixture("verify").status == 0)
  }

  @Test func `a redacted pack verifies as far as it can`() throws {
    let fixture = try CommandFixture.example()
    try fixture.write("secret", String(repeating: "k", count: 32))
    let made = try fixture("pack", "-f", "pci", "--period", PackCommandTests.period, "-o", "pack", "--redact", "--redact-key", "secret")
    #expect(made.status == 0, "\(made.stderr)")
    // Every name of every state that no text of ours could hold by itself, and who wrote.
    let shell = """
      { for commit in $(git -C store.git rev-list shop); do git -C store.git ls-tree -r --name-only "$commit"; done |
          tr / '\\n' | sed 's/\\.yaml$//; s/^[a-z]*\\.//' | grep -e - ; printf 'payments\\nlegacy\\ngrafana\\npostgres\\nalice\\nshop/\\n'
      } | sort -u > names
      wc -l < names
      grep -rohFf names pack | sort -u
      """
    let found = try RunningProcess("/bin/sh", ["-c", shell], in: fixture.directory).wait()
    let lines = found.stdout.split(separator: "\n")
    #expect(lines.count == 1 && Int(lines.first?.trimmingCharacters(in: .whitespaces) ?? "") ?? 0 > 30, "\(found.text)")
    #expect(try follow(fixture, "pack").status == 0)
    let verified = try fixture("verify", "pack")
    #expect(verified.status == 0 && verified.stderr.contains("only checksums were verified"))
  }

  @Test func `what does not go together is told`() throws {
    let fixture = try CommandFixture.example()
    for arguments in [
      ["--sample", "5"], ["--sample", "5", "--seed", "1"], ["--redact"], ["--period", "2026", "--sample", "0", "--seed", "1"],
      ["--period", "2026", "--sample", "1", "--seed", "a b"], ["--allow-incomparable"],
    ] {
      #expect(try fixture.run(["pack", "-f", "cis", "-o", "p"] + arguments).status == 64, "\(arguments)")
    }
    #expect(try fixture("pack", "-f", "cis", "-o", "store.git").status == 64)
    #expect(try fixture("verify", "nowhere").status == 66)
    #expect(try fixture("verify", "store.git").status == 65)
    #expect(
      try fixture("pack", "-f", "cis", "--period", PackCommandTests.period, "-o", "p", "--sample", "1", "--seed", "1", "--population", "00").status == 65)
  }
}
