import Foundation
import TestSupport
import Testing

/// Snapshots that are signed, judged by stock git.
@Suite struct SigningTests {
  private static let policies = """
    {apiVersion: v1, kind: Namespace, metadata: {name: shop}}
    ---
    {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: deny, namespace: shop}, spec: {podSelector: {}}}
    """

  /// A store, a key `key`, and the file `signers` that allows it.
  private func fixture() throws -> CommandFixture {
    let fixture = try CommandFixture()
    _ = try fixture("init")
    try fixture.write("shop.yaml", SigningTests.policies)
    try fixture.makeKey("key")
    try fixture.write("signers", "ambit@c namespaces=\"git\" \(try fixture.read("key.pub"))")
    return fixture
  }

  private static let snapshot = ["snapshot", "--from", "shop.yaml", "--cluster", "c"]

  private func verify(_ revision: String, in fixture: CommandFixture) throws -> RunningProcess.Output {
    try fixture.git("-c", "gpg.ssh.allowedSignersFile=\(fixture.directory)/signers", "verify-commit", revision)
  }

  @Test func `stock git accepts the signatures of a snapshot and of its observation`() throws {
    let fixture = try fixture()
    let output = try fixture.run(SigningTests.snapshot + ["--sign", "key"])
    #expect(output.status == 0, "\(output.stderr)")
    for revision in ["c", "refs/ambit/observations/c"] {
      let verdict = try verify(revision, in: fixture)
      #expect(verdict.status == 0 && verdict.stderr.contains("Good \"git\" signature for ambit@c"), "\(verdict.stderr)")
    }
    #expect(try fixture.git("fsck", "--strict").stdout == "")
  }

  @Test func `the key is that of the environment, or of the store where it asks for signatures`() throws {
    let fixture = try fixture()
    #expect(try fixture.run(SigningTests.snapshot, environment: ["AMBIT_SIGNING_KEY": "key"]).status == 0)
    #expect(try verify("c", in: fixture).status == 0)
    _ = try fixture.git("config", "user.signingKey", "~/key")
    #expect(try fixture.run(SigningTests.snapshot).status == 0)
    #expect(try verify("refs/ambit/observations/c", in: fixture).status != 0, "nobody asked for a signature")
    _ = try fixture.git("config", "ambit.sign", "true")
    #expect(try fixture.run(SigningTests.snapshot).status == 0)
    #expect(try verify("refs/ambit/observations/c", in: fixture).status == 0)
  }

  @Test func `what cannot be signed is not recorded`() throws {
    let fixture = try fixture()
    try fixture.makeKey("locked", passphrase: "secret")
    for arguments in [["--sign", "locked"], ["--sign", "none"], ["--sign", "key.pub"], ["--sign"]] {
      let output = try fixture.run(SigningTests.snapshot + arguments)
      #expect(output.status == 78, "\(arguments): \(output.stderr)")
      #expect(output.stderr.contains("nothing was recorded") && output.stderr.contains("Hint: "))
    }
    #expect(try fixture.git("for-each-ref", "refs/heads", "refs/ambit/observations").stdout == "")
  }
}

extension CommandFixture {
  func read(_ name: String) throws -> String { try String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8) }

  /// Makes an ed25519 key in files of that name.
  func makeKey(_ name: String, passphrase: String = "") throws {
    let made = try run("ssh-keygen", ["-q", "-t", "ed25519", "-N", passphrase, "-C", "test", "-f", "\(directory)/\(name)"])
    guard made.status == 0 else { throw CocoaError(.executableLoad) }
  }

  /// Runs stock git on the store.
  func git(_ arguments: String...) throws -> RunningProcess.Output { try run("git", ["-C", store] + arguments) }

  /// Runs a program of the system.
  func run(_ program: String, _ arguments: [String], input: String = "") throws -> RunningProcess.Output {
    try run(
      [program] + arguments, input: input, environment: ["GIT_CONFIG_NOSYSTEM": "1"], program: "/usr/bin/env")
  }
}
