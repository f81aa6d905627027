import AmbitKit
import Foundation
import KubeModel
import Registers
import SnapshotStore
import Testing

@Suite struct RegisterBookTests {
  private static let who = Journal.Operator(user: "ann", host: "desk")
  private let fixture: StoreFixture
  private var book: RegisterBook { RegisterBook(fixture.ambit) }

  init() throws { fixture = try StoreFixture() }

  private func file(_ people: String...) -> [(name: String, bytes: [UInt8])] {
    let entries = people.map { "{name: \($0), users: [\($0)]}" }.joined(separator: ", ")
    return [("ids.yaml", Array("apiVersion: ambit/v1\nkind: Identities\nspec: {people: [\(entries)]}\n".utf8))]
  }

  @discardableResult
  private func put(_ people: String..., at time: Int64) throws -> ObjectName? {
    try book.put(
      people.count == 1 ? file(people[0]) : file(people[0], people[1]), message: "because", by: RegisterBookTests.who,
      at: Moment(milliseconds: time * 1000))[0].commit
  }

  private func findings() throws -> [StoreFinding] {
    try StoreVerifier(Ambit(path: fixture.path), StoreVerifier.Options()).run().findings
  }

  @Test func `each moment has the version that was recorded at or before it`() throws {
    let first = try put("alice", at: 1_790_000_000)
    let second = try put("alice", "bob", at: 1_790_000_100)
    let identities = try book.identities()
    func people(_ time: Int64) -> [String] { identities.content(at: time).people }
    #expect(people(1_789_999_999_999) == [])
    #expect(people(1_790_000_000_000) == ["alice"] && people(1_790_000_099_999) == ["alice"])
    #expect(people(1_790_000_100_000) == ["alice", "bob"])
    #expect(try book.inForce(at: Moment(milliseconds: 1_790_000_050_000))["identities"]?.version.commit == first)
    let versions = try book.versions(of: "identities")
    #expect(versions.map(\.commit) == [first, second] && versions.allSatisfy { $0.author == "ann@desk" && $0.message == "because" })
    #expect(try findings().isEmpty)
    #expect(try !fixture.git("fsck", "--strict").contains("error"))
    #expect(try fixture.git("log", "--format=%ae %ct", "refs/ambit/registers") == "ann@desk 1790000100\nann@desk 1790000000\n")
  }

  @Test func `what is in force already is no new version, and what has a mistake is recorded not at all`() throws {
    try put("alice", at: 1_790_000_000)
    #expect(try put("alice", at: 1_790_000_200) == nil)
    let bad = [file("alice")[0], ("b.yaml", Array("kind: Identitys\napiVersion: ambit/v1\nspec: {}\n".utf8))]
    let error = #expect(throws: RegisterProblems.self) {
      try book.put(bad, message: nil, by: RegisterBookTests.who, at: Moment(milliseconds: 1_790_000_300_000))
    }
    #expect(error?.problems.map(\.text) == ["b.yaml:1: there is no register 'Identitys'; did you mean 'Identities'?"])
    #expect(try book.versions().count == 1)
  }

  @Test func `a version is not put before the one that it follows, and verify finds one that was`() throws {
    try put("alice", at: 1_790_000_000)
    let error = #expect(throws: StoreError.self) { try put("bob", at: 1_789_999_999) }
    #expect(error?.code == .timeBackwards)
    try put("bob", at: 1_790_000_100)
    try fixture.rewrite("refs/ambit/registers", "refs/ambit/registers") { $0.replacing("1790000100 +0000", with: "1789000000 +0000") }
    // It is in force from when the one before was, and not from when it says.
    let identities = try book.identities()
    #expect(identities.content(at: 1_789_500_000_000).people == [] && identities.content(at: 1_790_000_000_000).people == ["bob"])
    #expect(try findings().map(\.code) == [.impossibleTime])
  }

  @Test func `registers are signed, a checkpoint holds them, and what is taken back is found`() throws {
    let (key, allowed) = try SignerFixture.make()
    fixture.ambit.sign(with: key)
    try fixture.record(["{apiVersion: v1, kind: Namespace, metadata: {name: shop}}"])
    try put("alice", at: 1_790_000_000)
    try put("alice", "bob", at: 1_790_000_100)
    let made = try CheckpointMaker(fixture.ambit).make("c", by: RegisterBookTests.who, at: Moment(milliseconds: 1_795_000_000_000))
    var options = StoreVerifier.Options()
    options.allowedSigners = allowed
    options.requiresSignatures = true
    options.checkpoints = [try KeptCheckpoint(made.note, place: "kept")]
    let report = try StoreVerifier(Ambit(path: fixture.path), options).run()
    #expect(report.isGood && report.entries["register"] == 2, "\(report.findings)")
    _ = try fixture.git("update-ref", "refs/ambit/registers", "refs/ambit/registers~1")
    let findings = try StoreVerifier(Ambit(path: fixture.path), options).run().findings
    #expect(Set(findings.map(\.code)) == [.rewritten] && findings[0].message.hasPrefix("the registers held the entry"))
  }

  @Test func `registers travel with a sync, and two that went apart are told`() async throws {
    let server = "\(fixture.path).server"
    defer { try? FileManager.default.removeItem(atPath: server) }
    _ = try fixture.git("init", "--quiet", "--bare", server)
    let other = try StoreFixture()
    func sync(_ fixture: StoreFixture) async throws -> SyncOutcome {
      try await Synchronizer(fixture.ambit, remote: server, .init(variables: ProcessInfo.processInfo.environment)).run()
    }
    try put("alice", at: 1_790_000_000)
    #expect(try await sync(fixture).failure == nil)
    #expect(try await sync(other).references.map(\.fetched) == [1])
    #expect(try RegisterBook(other.ambit).identities().content(at: .max).people == ["alice"])
    try put("bob", at: 1_790_000_100)
    _ = try RegisterBook(other.ambit).put(
      file("carol"), message: nil, by: RegisterBookTests.who, at: Moment(milliseconds: 1_790_000_200_000))
    #expect(try await sync(fixture).failure == nil)
    let outcome = try await sync(other)
    #expect(outcome.references.map(\.result) == [.diverged])
  }
}
