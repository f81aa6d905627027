import AmbitKit
import Foundation
import Integrity
import KubeModel
import SnapshotStore
import Testing

/// Checkpoints, and what they show of a history that was rewritten since.
@Suite struct CheckpointTests {
  private static let who = Journal.Operator(user: "ann", host: "desk")
  private static let time = Moment(milliseconds: 1_795_000_000_000)

  private func record(_ ports: [Int], in fixture: StoreFixture) throws {
    for port in ports {
      try fixture.record(["{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {ports: [{port: \(port)}]}}"])
    }
  }

  private func checkpoint(_ fixture: StoreFixture) throws -> CheckpointMaker.Made {
    try CheckpointMaker(fixture.ambit).make("c", by: CheckpointTests.who, at: CheckpointTests.time)
  }

  private func findings(
    _ fixture: StoreFixture, _ kept: String..., change: (inout StoreVerifier.Options) -> Void = { _ in }
  ) throws -> [StoreFinding] {
    var options = StoreVerifier.Options()
    options.checkpoints = try kept.map { try KeptCheckpoint($0, place: "kept") }
    change(&options)
    return try StoreVerifier(Ambit(path: fixture.path), options).run().findings
  }

  /// The one-line form.
  private func line(_ made: CheckpointMaker.Made) -> String {
    made.checkpoint.text.split(separator: "\n").prefix(3).joined(separator: " ")
  }

  @Test func `a history that only grew is as every checkpoint has it`() throws {
    let (key, allowed) = try SignerFixture.make()
    let fixture = try StoreFixture()
    fixture.ambit.sign(with: key)
    try record([1, 2, 2], in: fixture)
    let first = try checkpoint(fixture)
    #expect(first.checkpoint.size == 3 && first.checkpoint.origin.hasPrefix("ambit/c/"))
    try record([3], in: fixture)
    let second = try checkpoint(fixture)
    #expect(try findings(fixture, first.note, second.note, line(first)) { $0.allowedSigners = allowed }.isEmpty)
    #expect(try fixture.git("fsck", "--strict") == "")
  }

  @Test func `the root is what RFC 6962 makes of the raw commits`() throws {
    let fixture = try StoreFixture()
    try record([1, 1, 1], in: fixture)
    let made = try checkpoint(fixture)
    let names = try fixture.git("rev-list", "--reverse", "refs/ambit/observations/c").split(separator: "\n").map(String.init)
    let leaves = try names.map { MerkleHash.leaf(Array(try fixture.git("cat-file", "commit", $0).utf8)) }
    #expect(leaves.count == 3 && MerkleTree(leaves: leaves).root == made.checkpoint.root)
  }

  @Test func `a store that was taken back as a whole is found by a checkpoint that was kept, in each form`() throws {
    let fixture = try StoreFixture()
    try record([1, 2], in: fixture)
    let early = try checkpoint(fixture)
    try record([3], in: fixture)
    let kept = try checkpoint(fixture)
    _ = try fixture.git("update-ref", "refs/heads/c", "c~1")
    _ = try fixture.git("update-ref", "refs/ambit/observations/c", "refs/ambit/observations/c~1")
    _ = try fixture.git("update-ref", fixture.journal, "\(fixture.journal)~1")
    try fixture.forgetIndex()
    #expect(try findings(fixture, early.note).isEmpty)
    for form in [kept.note, kept.checkpoint.text, line(kept)] {
      let findings = try findings(fixture, form)
      #expect(Set(findings.map(\.code)) == [.rewritten])
      #expect(findings.first?.message.contains("knows 3 observations") == true)
    }
  }

  @Test func `an observation that was rewritten is placed between two checkpoints`() throws {
    let fixture = try StoreFixture()
    try record([1], in: fixture)
    _ = try checkpoint(fixture)
    try record([1, 1], in: fixture)
    let kept = try checkpoint(fixture)
    let observations = "refs/ambit/observations/c"
    try fixture.rewrite(observations, observations) { $0.replacing("author Ambit", with: "author Amber") }
    try fixture.forgetIndex()
    let findings = try findings(fixture, kept.note)
    #expect(Set(findings.map(\.code)) == [.rewritten] && findings.count == 2, "the journal's own, and the kept one")
    #expect(findings.allSatisfy { $0.message.contains("the first 1 are as an earlier checkpoint has them") })
  }

  @Test func `a checkpoint that was changed, or signed by a stranger, and a cluster that is gone`() throws {
    let ((key, allowed), (_, others)) = (try SignerFixture.make(), try SignerFixture.make())
    let fixture = try StoreFixture()
    try record([1], in: fixture)
    fixture.ambit.sign(with: key)
    let kept = try checkpoint(fixture)
    let changed = kept.note.replacing("time 20", with: "time 19")
    let noteKey = try NoteKey(name: kept.checkpoint.origin, key: key.publicKey)
    #expect(try findings(fixture, changed) { $0.noteKeys = [noteKey] }
      .map(\.code) == [.badSignature])
    #expect(try findings(fixture, kept.note) { $0.allowedSigners = allowed }.isEmpty)
    #expect(try Set(findings(fixture, kept.note) { $0.allowedSigners = others }.map(\.code)) == [.untrustedSignature])
    for reference in ["refs/heads/c", "refs/ambit/observations/c", fixture.journal] {
      _ = try fixture.git("update-ref", "-d", reference)
    }
    #expect(try findings(fixture, kept.note).map(\.code) == [.rewritten])
  }

  @Test func `the journal tells who did what, and a checkpoint that its entries stay`() throws {
    let fixture = try StoreFixture()
    try record([1], in: fixture)
    let journal = Journal(fixture.ambit)
    try journal.add(.initialised, "the store was made", by: CheckpointTests.who, at: CheckpointTests.time)
    let kept = try checkpoint(fixture)
    let entries = try journal.entries()
    #expect(entries.map(\.action) == ["init", "checkpoint"] && entries.map(\.cluster) == [nil, "c"])
    #expect(entries.allSatisfy { $0.operatorName == "ann@desk" && $0.signingKey == nil })
    #expect(try findings(fixture, kept.note).isEmpty)
    _ = try fixture.git("update-ref", "-d", fixture.journal)
    #expect(try findings(fixture, kept.note).map(\.code) == [.rewritten])
  }

  @Test func `what a remote had is a checkpoint too`() throws {
    let fixture = try StoreFixture()
    try record([1, 2], in: fixture)
    for reference in ["heads/c", "ambit/observations/c"] {
      _ = try fixture.git("update-ref", "refs/ambit/remotes/origin/\(reference)", "refs/\(reference)")
    }
    try record([3], in: fixture)
    #expect(try findings(fixture).isEmpty)
    for reference in ["refs/heads/c", "refs/ambit/observations/c"] {
      _ = try fixture.git("update-ref", reference, "\(reference)~2")
    }
    try fixture.forgetIndex()
    let findings = try findings(fixture)
    #expect(findings.map(\.code) == [.rewritten, .rewritten])
    #expect(findings.allSatisfy { $0.message.contains("the remote 'origin' had") })
  }

  @Test func `an authority's answer is kept beside the checkpoint that it stamps`() async throws {
    let fixture = try StoreFixture()
    try record([1], in: fixture)
    let maker = CheckpointMaker(fixture.ambit)
    let made = try checkpoint(fixture)
    let authority = try TimeStampAuthority()
    let answer = try authority.answer(CheckpointMaker.query(stamping: made.note).encoded())
    _ = try maker.keep(stamp: answer, of: "c", by: CheckpointTests.who, at: CheckpointTests.time)
    #expect(try findings(fixture).isEmpty)
    // What is kept is what openssl verifies, with nothing of Ambit.
    for file in ["checkpoint", "checkpoint.tsr"] {
      let name = try fixture.name("\(fixture.journal):\(file)")
      let bytes = try fixture.ambit.store.read(#require(ObjectName(hex: name)))
      try Data(bytes).write(to: URL(filePath: authority.path(file)))
    }
    let verdict = try authority.openssl("ts", "-verify", "-data", "checkpoint", "-in", "checkpoint.tsr", "-CAfile", "ca.pem")
    #expect(verdict.contains("Verification: OK"), "\(verdict)")
    for (certificates, codes) in [("ca.pem", []), ("other.pem", [StoreFinding.Code.badSignature])] {
      var report = try StoreVerifier(fixture.ambit, StoreVerifier.Options()).run()
      let check = TimeStampCheck(
        authority: authority.path(certificates), environment: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? ""])
      try await check.run(&report)
      #expect(report.findings.map(\.code) == codes && report.notes.count == 1 - codes.count)
    }
    let other = try authority.answer(CheckpointMaker.query(stamping: "something else\n").encoded())
    #expect(throws: AmbitError.self) {
      try maker.keep(stamp: other, of: "c", by: CheckpointTests.who, at: CheckpointTests.time)
    }
  }
}
