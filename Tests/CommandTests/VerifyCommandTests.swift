import Foundation
import TestSupport
import Testing

/// What `ambit verify` and its kin print.
@Suite struct VerifyCommandTests {
  @Test func `a good store, and one that someone touched`() throws {
    let fixture = try CommandFixture.example()
    try Golden.expect("verify-good", ["verify", "verify -o json", "verify --cluster none", "verify -o csv"], in: fixture)
    let head = try fixture.git("rev-parse", "shop").stdout.prefix(40)
    _ = try fixture.git("replace", "shop~1", "shop~2")
    _ = try fixture.git("update-ref", "refs/heads/shop", "refs/heads/shop~2")
    try fixture.write("store.git/shallow", "\(head)\n")
    try Golden.expect("verify-bad", ["verify", "verify -o json", "verify --require-signatures --allowed-signers none"], in: fixture)
  }

  @Test func `a checkpoint that was kept, in a file, on standard input and as a line`() throws {
    let fixture = try CommandFixture.example()
    let made = try fixture("checkpoint", "--out", "kept", "--cluster", "shop")
    #expect(made.status == 0 && made.stderr.contains("Keep the note, or this line"))
    #expect(try made.stdout == fixture.read("kept"))
    let line = try #require(made.stderr.split(separator: "\n").first?.split(separator: ": ").last)
    #expect(try fixture("verify", "--checkpoint", "kept").status == 0)
    _ = try fixture.git("update-ref", "refs/ambit/observations/shop", "refs/ambit/observations/shop~1")
    let kept = try fixture.read("kept")
    for arguments in [["kept"], ["-"], [String(line)]] {
      let output = try fixture.run(["verify", "--checkpoint"] + arguments, input: kept)
      #expect(output.status == 1 && output.stdout.contains("the history was taken back"), "\(output.stdout)\(output.stderr)")
    }
    #expect(try fixture("verify", "--checkpoint", "nowhere").status == 66)
    #expect(try fixture("verify", "--checkpoint", "kept", "--allowed-signers", "kept").status == 1)
  }

  @Test func `the journal lists what was done`() throws {
    let fixture = try CommandFixture.example()
    _ = try fixture("checkpoint", "--timestamp-query", "query")
    let output = try fixture("log", "--journal")
    let rows = output.stdout.split(separator: "\n").dropFirst()
    #expect(rows.count == 2 && rows.first?.contains("checkpoint of 'shop' at") == true, "\(output.stdout)")
    #expect(rows.last?.contains("the store was made") == true)
    let query = try fixture.run("openssl", ["ts", "-query", "-in", "query", "-text"])
    #expect(query.stdout.contains("Hash Algorithm: sha256"))
    #expect(try fixture("checkpoint", "--timestamp-answer", "query").status == 65)
  }
}
