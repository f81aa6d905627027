import AmbitKit
import CSQLite
import Foundation
import Integrity
import SnapshotStore
import Testing

/// Attacks on a store, each planted as someone who can write to its files would, and the finding that tells of it.
@Suite struct VerifyTests {
  /// A store with three snapshots and four observations of the cluster `c`.
  private func fixture(signedWith key: (any SigningKey)? = nil) throws -> StoreFixture {
    let fixture = try StoreFixture()
    if let key { fixture.ambit.sign(with: key) }
    for port in [80, 81, 82, 82] { try fixture.record([VerifyTests.policy(port: port)]) }
    return fixture
  }

  private static func policy(port: Int) -> String {
    """
    {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: reach-web, namespace: shop},
     spec: {podSelector: {}, ingress: [{ports: [{port: \(port)}]}]}}
    """
  }

  private func findings(
    _ fixture: StoreFixture, source: (any ObjectSource)? = nil, _ change: (inout StoreVerifier.Options) -> Void = { _ in }
  ) throws -> [StoreFinding] {
    var options = StoreVerifier.Options()
    change(&options)
    // As a command that starts now: nothing that was read before is remembered.
    return try StoreVerifier(Ambit(path: fixture.path), options, source: source).run().findings
  }

  private func codes(_ fixture: StoreFixture) throws -> Set<StoreFinding.Code> {
    let findings = try findings(fixture)
    #expect(findings.allSatisfy { $0.command != nil && !$0.place.isEmpty })
    return Set(findings.map(\.code))
  }

  @Test func `a store that nobody touched has no findings, also when git has packed it`() throws {
    let fixture = try fixture()
    #expect(try findings(fixture) == [])
    _ = try fixture.git("commit-graph", "write", "--reachable")
    _ = try fixture.git("gc", "--quiet", "--prune=now")
    _ = try fixture.git("pack-refs", "--all")
    #expect(try findings(fixture) == [])
    let report = try StoreVerifier(Ambit(path: fixture.path), StoreVerifier.Options()).run()
    #expect(report.clusters.map(\.snapshots) == [3] && report.clusters.map(\.observations) == [4])
    #expect(report.unsignedCommits == 7)
  }

  // MARK: What git believes

  @Test func `replaced objects, grafts, a shallow file and alternates`() throws {
    let fixture = try fixture()
    _ = try fixture.git("replace", "c~1", "c~2")
    try fixture.write("info/grafts", fixture.name("c") + "\n")
    try fixture.write("shallow", fixture.name("c") + "\n")
    try fixture.write("objects/info/alternates", "/nowhere/objects\n")
    #expect(try fixture.git("rev-list", "--count", "c").contains("1\n"), "git believes them")
    #expect(try codes(fixture) == [.replacement, .graft, .shallow, .alternates])
  }

  @Test func `a commit-graph that hides history`() throws {
    let fixture = try fixture()
    _ = try fixture.git("commit-graph", "write", "--reachable")
    let path = "\(fixture.path)/objects/info/commit-graph"
    var graph = try Data(contentsOf: URL(filePath: path))
    let tree = try #require(ObjectName(hex: fixture.name("c^{tree}"))).bytes
    let place = try #require(graph.range(of: Data(tree))).upperBound
    graph.replaceSubrange(place..<(place + 4), with: [0x70, 0, 0, 0])
    try fixture.replace("objects/info/commit-graph", graph)
    #expect(try fixture.git("rev-list", "--count", "c") == "1\n", "git believes it")
    #expect(try codes(fixture) == [.commitGraph])
  }

  @Test func `an index over the packs that shows one object for another`() throws {
    let fixture = try fixture()
    _ = try fixture.git("multi-pack-index", "write")
    #expect(try codes(fixture) == [])
    let path = "\(fixture.path)/objects/pack/multi-pack-index"
    var index = try Data(contentsOf: URL(filePath: path))
    // The last entries of OOFF stand before the checksum: the place of the last object becomes that of the one before.
    let end = index.count - 20
    index.replaceSubrange((end - 8)..<end, with: index[(end - 16)..<(end - 8)])
    try fixture.replace("objects/pack/multi-pack-index", index)
    #expect(try codes(fixture) == [.damagedFile])
  }

  // MARK: Objects

  @Test func `a loose object with other content`() throws {
    let fixture = try fixture()
    let evil = try fixture.evilBlob()
    let blob = try fixture.name("c:namespaces/shop/networkpolicies.networking.k8s.io/reach-web.yaml")
    let content = try Data(contentsOf: URL(filePath: "\(fixture.path)/objects/\(evil.prefix(2))/\(evil.dropFirst(2))"))
    try fixture.replace("objects/\(blob.prefix(2))/\(blob.dropFirst(2))", content)
    let findings = try findings(fixture)
    #expect(findings.map(\.code) == [.damagedObject])
    #expect(findings.first?.place.contains(blob) == true)
  }

  @Test func `a flipped bit in a pack, also in an object that no ref reaches`() throws {
    let fixture = try fixture()
    let blob = try fixture.evilBlob()
    let pack = try fixture.git("pack-objects", "--quiet", "objects/pack/pack", input: "\(blob)\n").dropLast()
    _ = try fixture.git("prune-packed")
    #expect(try codes(fixture) == [])
    var bytes = try Data(contentsOf: URL(filePath: "\(fixture.path)/objects/pack/pack-\(pack).pack"))
    bytes[16] ^= 1
    try fixture.replace("objects/pack/pack-\(pack).pack", bytes)
    let findings = try findings(fixture)
    #expect(Set(findings.map(\.code)) == [.damagedFile, .damagedObject])
    #expect(findings.contains { $0.place.contains(blob) })
  }

  @Test func `packs that are cut short, gone, or without an index are told, and nothing loops`() throws {
    for damage in ["truncated", "missing", "index"] {
      let fixture = try fixture()
      _ = try fixture.git("gc", "--quiet")
      let folder = "\(fixture.path)/objects/pack"
      let file = try #require(
        try FileManager.default.contentsOfDirectory(atPath: folder).first { $0.hasSuffix(damage == "index" ? ".idx" : ".pack") })
      if damage == "truncated" {
        try fixture.replace("objects/pack/\(file)", try Data(contentsOf: URL(filePath: "\(folder)/\(file)")).prefix(300))
      } else {
        try FileManager.default.removeItem(atPath: "\(folder)/\(file)")
      }
      let codes = try codes(fixture)
      #expect(codes.contains(.damagedFile) && codes.contains(.brokenRef), "\(damage): \(codes)")
    }
  }

  @Test func `an object that claims a gigabyte is not read`() throws {
    let fixture = try fixture()
    let blob = try fixture.evilBlob()
    // zlib's stored form: one block of the header alone.
    let header = Array("blob 1073741824\0".utf8)
    let stored = [0x78, 0x01, 0x01, UInt8(header.count), 0, ~UInt8(header.count), 0xFF] + header
    try fixture.replace("objects/\(blob.prefix(2))/\(blob.dropFirst(2))", Data(stored))
    #expect(try codes(fixture) == [.oversizedObject])
  }

  @Test func `trees that Ambit does not write`() throws {
    let fixture = try fixture()
    let blob = try fixture.evilBlob()
    for entry in ["100755 blob \(blob)\trun.sh", "120000 blob \(blob)\tlink", "100644 blob \(blob)\t.git"] {
      let tree = try fixture.git("mktree", input: entry + "\n").dropLast()
      try fixture.rewrite("c", "refs/heads/c") { $0.replacing(/tree [0-9a-f]+/, with: "tree \(tree)") }
      #expect(try codes(fixture).contains(.malformedTree), "\(entry)")
    }
    var tree = try fixture.git("mktree", input: "100644 blob \(blob)\tx\n").dropLast()
    for _ in 0..<500 { tree = try fixture.git("mktree", input: "040000 tree \(tree)\td\n").dropLast() }
    try fixture.rewrite("c", "refs/heads/c") { [tree] in $0.replacing(/tree [0-9a-f]+/, with: "tree \(tree)") }
    #expect(try codes(fixture).contains(.malformedTree))
  }

  @Test func `two objects with one name are told by the digest of the state`() throws {
    let fixture = try fixture()
    let blob = try #require(
      ObjectName(hex: fixture.name("c:namespaces/shop/networkpolicies.networking.k8s.io/reach-web.yaml")))
    let findings = try findings(fixture, source: CollidingObjects(StoredObjects(of: fixture.ambit.store), blob))
    #expect(findings.map(\.code) == [.stateDigest])
    #expect(try findings.first?.place.hasPrefix(fixture.name("c")) == true)
  }

  // MARK: Histories

  @Test func `a snapshot that was dropped`() throws {
    let fixture = try fixture()
    let parent = try fixture.name("c~2")
    try fixture.rewrite("c", "refs/heads/c") { $0.replacing(/parent [0-9a-f]+/, with: "parent \(parent)") }
    #expect(try codes(fixture) == [.lostState, .unobservedState, .rewritten])
  }

  @Test func `a branch that was taken back while observations went on`() throws {
    let fixture = try fixture()
    _ = try fixture.git("update-ref", "refs/heads/c", "c~1")
    try fixture.forgetIndex()
    #expect(try codes(fixture) == [.lostState])
  }

  @Test func `both refs that were taken back are found by the index while it remembers`() throws {
    let fixture = try fixture()
    _ = try fixture.git("update-ref", "refs/heads/c", "c~1")
    _ = try fixture.git("update-ref", "refs/ambit/observations/c", "refs/ambit/observations/c~2")
    #expect(try codes(fixture) == [.rewritten])
    try fixture.forgetIndex()
    #expect(try codes(fixture) == [], "what nobody remembers, only a checkpoint can tell")
  }

  @Test func `a commit that is no snapshot, and a branch without observations`() throws {
    let fixture = try fixture()
    try fixture.rewrite("c", "refs/heads/other") { _ in
      "tree \(try fixture.name("c^{tree}"))\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nhello\n"
    }
    #expect(try codes(fixture) == [.malformedCommit, .unobservedState])
    // A branch that was made to look like none of Ambit's is not passed over.
    _ = try fixture.git("update-ref", "-d", "refs/ambit/observations/c")
    _ = try fixture.git("update-ref", "refs/heads/c", "refs/heads/other")
    #expect(try codes(fixture) == [.malformedCommit, .unobservedState, .rewritten])
  }

  @Test func `a time that was changed`() throws {
    let fixture = try fixture()
    let observation = "refs/ambit/observations/c"
    try fixture.rewrite(observation, observation) {
      $0.replacing(/Ambit-Captured-To: ..../, with: "Ambit-Captured-To: 2001")
    }
    try fixture.forgetIndex()
    #expect(try codes(fixture) == [.impossibleTime])
  }

  @Test func `an index that was edited`() throws {
    let fixture = try fixture()
    var index: OpaquePointer?
    #expect(sqlite3_open(Ambit.indexPath(fixture.path), &index) == SQLITE_OK)
    #expect(sqlite3_exec(index, "UPDATE version SET summary = 'nothing happened'", nil, nil, nil) == SQLITE_OK)
    sqlite3_close(index)
    #expect(try codes(fixture) == [.index])
  }

  // MARK: Signatures

  @Test func `a rewritten author, and a forged snapshot without a signature`() throws {
    let (key, allowed) = try SignerFixture.make()
    let fixture = try fixture(signedWith: key)
    let judge: (inout StoreVerifier.Options) -> Void = { $0.allowedSigners = allowed }
    #expect(try findings(fixture, judge) == [])
    try fixture.rewrite("c", "refs/heads/c") { $0.replacing("author Ambit", with: "author Amber") }
    #expect(try Set(findings(fixture, judge).map(\.code)) == [.badSignature, .lostState, .unobservedState, .rewritten])
    let forged = try self.fixture(signedWith: key)
    try forged.rewrite("c", "refs/heads/c") {
      let head = try forged.name("c")
      return $0.replacing(/parent [0-9a-f]+/, with: "parent \(head)")
        .replacing(/gpgsig (?s).*?-----END SSH SIGNATURE-----\n/, with: "")
    }
    #expect(try Set(findings(forged, judge).map(\.code)) == [.unsigned, .unobservedState])
  }

  @Test func `signers that are not allowed, were revoked, or never signed`() throws {
    let ((key, allowed), (other, others)) = (try SignerFixture.make(), try SignerFixture.make())
    let fixture = try fixture(signedWith: key)
    #expect(try findings(fixture).isEmpty, "without a list any signature counts that fits")
    #expect(try Set(findings(fixture) { $0.allowedSigners = others }.map(\.code)) == [.untrustedSignature])
    let revoked = try RevokedKeys(contents: Array(key.publicKey.line.utf8), name: "revoked")
    let codes = try findings(fixture) {
      $0.allowedSigners = allowed
      $0.revokedKeys = revoked
    }.map(\.code)
    #expect(Set(codes) == [.untrustedSignature])
    let unsigned = try self.fixture()
    #expect(try findings(unsigned) { $0.allowedSigners = allowed }.isEmpty)
    let required = try findings(unsigned) { $0.requiresSignatures = true }
    #expect(required.count == 7 && required.allSatisfy { $0.code == .unsigned })
    unsigned.ambit.sign(with: other)
    try unsigned.record([VerifyTests.policy(port: 83)])
    #expect(try findings(unsigned) { $0.allowedSigners = others }.isEmpty, "signed from some day on")
  }
}

/// Objects of a store, one of which has other content under its name: git's hash has failed.
private final class CollidingObjects: ObjectSource {
  private let objects: any ObjectSource
  private let victim: ObjectName

  init(_ objects: any ObjectSource, _ victim: ObjectName) {
    self.objects = objects
    self.victim = victim
  }

  private func other(_ object: GitObject) -> GitObject {
    guard object.name == victim else { return object }
    return GitObject(name: victim, kind: object.kind, bytes: object.bytes + Array("# not the same\n".utf8))
  }

  func readAll(_ body: (GitObject) -> Void) -> [StorageFault] { objects.readAll { body(other($0)) } }
  func object(_ name: ObjectName) -> GitObject? { objects.object(name).map(other) }
}
