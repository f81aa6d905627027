import AmbitKit
import ClusterReader
import Controls
import Foundation
import Integrity
import KubeModel
import Registers
import SnapshotStore
import TestSupport
import Testing

/// What a pack holds, and what it does not depend on.
@Suite struct PackTests {
  static let deny = policy("deny", spec: #"{"podSelector":{},"policyTypes":["Ingress"]}"#)
  static let open = policy("open", spec: #"{"podSelector":{},"ingress":[{}],"policyTypes":["Ingress"]}"#)

  /// A cluster whose one policy was opened, and closed again.
  static func history() throws -> StoreFixture {
    let fixture = try StoreFixture()
    for policies in [[deny], [deny, open], [deny]] { try record(policies, in: fixture) }
    return fixture
  }

  @discardableResult
  static func record(_ policies: [String], in fixture: StoreFixture, cluster: String = "c") throws -> Recorder.Outcome {
    let items = policies.joined(separator: ",")
    return try fixture.record(
      [
        list("Namespace", "v1", namespace("shop"), namespace("kube-system")),
        #"{"kind":"NetworkPolicyList","apiVersion":"networking.k8s.io/v1","metadata":{"resourceVersion":"1"},"items":[\#(items)]}"#,
      ], cluster: cluster)
  }

  static func request(clusters: [String] = ["c"], from: Int64 = 0, to: Int64 = 2_000_000_000_000) throws -> PackRequest {
    let framework = try #require(FrameworkCatalog.framework("cis"))
    let file = try #require(FrameworkCatalog.file(of: framework))
    return PackRequest(
      clusters: clusters, when: .period(from..<to), frameworks: [try PackRequest.Source(framework, Array(file.utf8))])
  }

  static let variables = ProcessInfo.processInfo.environment

  static func pack(_ request: PackRequest, of fixture: StoreFixture) async throws -> Pack {
    try await PackMaker.pack(request, of: fixture.ambit, variables: variables).pack
  }

  private func text(_ pack: Pack, _ path: String) throws -> String {
    String(decoding: try #require(pack[path]).bytes, as: UTF8.self)
  }

  @Test func `the same heads give the same bytes, also after the store was packed anew and a pack was told in the journal`() async throws {
    let fixture = try PackTests.history()
    let first = try await PackTests.pack(PackTests.request(), of: fixture)
    try Journal(fixture.ambit).add(.packed, "a pack", by: .init(user: "u", host: "h"), at: fixture.nextTime())
    _ = try await Maintainer(fixture.ambit, variables: PackTests.variables).run()
    fixture.ambit.store.closeFiles()
    let second = try await PackTests.pack(PackTests.request(), of: fixture)
    #expect(first.files.map(\.path) == second.files.map(\.path))
    for (one, other) in zip(first.files, second.files) { #expect(one.bytes == other.bytes, "\(one.path)") }
    #expect(try PackStorage.archive(first) == PackStorage.archive(second))
  }

  @Test func `a snapshot that is recorded meanwhile is in no file`() async throws {
    let fixture = try PackTests.history()
    let expected = try await PackTests.pack(PackTests.request(), of: fixture)
    let heads = try PackHeads(fixture.ambit, clusters: ["c"])
    try PackTests.record([PackTests.deny, PackTests.open], in: fixture)
    let pinned = try await PinnedHistory(of: fixture.ambit, at: heads, variables: PackTests.variables)
    try PackTests.record([], in: fixture)
    let pack = try PackMaker(pinned, PackTests.request()).make().pack
    #expect(pack.digest == expected.digest)
  }

  @Test func `objects behind findings are there as they were when these were open`() async throws {
    let fixture = try PackTests.history()
    let pack = try await PackTests.pack(PackTests.request(), of: fixture)
    let opened = SnapshotStore.blobName(of: try #require(
      pack.files.first { $0.path.hasPrefix("objects/") && String(decoding: $0.bytes, as: UTF8.self).contains("name: open") }).bytes)
    #expect(try text(pack, "objects/paths.txt").contains("\(opened) "))
    #expect(try text(pack, "objects/objects.csv").contains("when it opened"))
    #expect(pack.files.contains { $0.path == "objects/\(opened).yaml" && !$0.controls.isEmpty })
  }

  @Test func `the population is told with the question, and counted three ways`() async throws {
    let fixture = try PackTests.history()
    let pack = try await PackTests.pack(PackTests.request(), of: fixture)
    let ids = try text(pack, "population/ids.txt").split(separator: "\n")
    #expect(ids.count == pack.populationSize && ids.filter { $0.hasSuffix("/open.yaml") }.count == 2)
    let reconciliation = try text(pack, "population/reconciliation.csv")
    #expect(reconciliation.contains(#"c,count,"changes of objects, by the index",\#(ids.count)"#))
    #expect(reconciliation.contains("by git\",\(ids.count),,yes,the same"))
    #expect(reconciliation.contains("outside the logs' coverage") && !reconciliation.contains("not a pass"))
    #expect(try text(pack, "population/QUERY.txt").contains("SHA-256 of changes.csv: \(pack.populationDigest ?? "?")"))
  }

  @Test func `other clusters of the store are in no file`() async throws {
    let fixture = try PackTests.history()
    try PackTests.record([PackTests.open], in: fixture, cluster: "elsewhere")
    let pack = try await PackTests.pack(PackTests.request(), of: fixture)
    for file in pack.files { #expect(!file.bytes.contains("elsewhere".utf8), "\(file.path)") }
    let both = try await PackTests.pack(PackTests.request(clusters: ["c", "elsewhere"]), of: fixture)
    #expect(try text(both, "heads.txt").contains("refs/heads/elsewhere"))
  }

  @Test func `a cluster that was declared and never read is not evaluated`() async throws {
    let fixture = try PackTests.history()
    let pack = try await PackTests.pack(PackTests.request(clusters: ["c", "never"]), of: fixture)
    #expect(try text(pack, "report.md").contains("never read"))
  }

  @Test func `registers are there as they were in force`() async throws {
    let fixture = try PackTests.history()
    let register = "apiVersion: ambit/v1\nkind: Cadence\nspec:\n  every: 1h\n"
    let put = try RegisterBook(fixture.ambit).put(
      [("cadence.yaml", Array(register.utf8))], message: nil, by: .init(user: "u", host: "h"), at: fixture.nextTime())
    let pack = try await PackTests.pack(PackTests.request(), of: fixture)
    #expect(try text(pack, "registers/\(put[0].name).yaml") == register)
  }

  @Test func `who holds the history is named, or that nobody does`() async throws {
    let fixture = try PackTests.history()
    let alone = try await PackTests.pack(PackTests.request(), of: fixture)
    #expect(try text(alone, "VERIFY.md").contains("rests on the operator"))
    _ = try fixture.git("update-ref", "refs/ambit/remotes/origin/heads/c", "refs/heads/c")
    let held = try await PackTests.pack(PackTests.request(), of: fixture)
    #expect(try text(held, "MANIFEST.json").contains("remote origin had refs/heads/c at "))
  }
}
