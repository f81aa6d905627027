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
    let framework = try #require(FrameworkCatalog.framework("pci"))
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

  @Test func `a sample is drawn by the seed, and each change in it is told with its versions and connections`() async throws {
    let fixture = try PackTests.history()
    var request = try PackTests.request()
    request.sample = .init(size: 1_000, seed: "4711")
    let pack = try await PackTests.pack(request, of: fixture)
    let drawn = try text(pack, "sample/ids.txt").split(separator: "\n").map(String.init)
    let ids = try text(pack, "population/ids.txt").split(separator: "\n").map(String.init)
    let made = try text(pack, "population/made.txt").split(separator: "\n").map(String.init)
    #expect(drawn.sorted() == made.sorted() && made.count < ids.count && Set(ids).isSuperset(of: made))
    let keys = drawn.map { SHA256Digest.hex(Array("4711 \($0)\n".utf8)) }
    #expect(keys == keys.sorted())
    let opened = try #require(drawn.firstIndex { $0.hasSuffix("/open.yaml") })
    let folder = "sample/00\(opened + 1)"
    let change = try JSONReader.value(try #require(pack["\(folder)/change.json"]).bytes)
    let isAdded = change["effect"]?.string == "added"
    #expect((pack["\(folder)/after.yaml"] != nil) == isAdded && (pack["\(folder)/before.yaml"] != nil) == !isAdded)
    #expect(try text(pack, "\(folder)/change.diff").contains("\n\(isAdded ? "+" : "-")  name: open\n"))
    #expect(pack["\(folder)/connections.csv"] != nil)
    request.sample = .init(size: 1, seed: "4711")
    #expect(try text(await PackTests.pack(request, of: fixture), "sample/ids.txt") == "\(drawn[0])\n")
  }

  @Test func `a redacted pack holds no name, and the same counts, commits and digests`() async throws {
    let fixture = try PackTests.history()
    try PackTests.record([PackTests.open], in: fixture, cluster: "another-cluster")
    var request = try PackTests.request(clusters: ["c", "another-cluster"])
    let full = try await PackTests.pack(request, of: fixture)
    request.redaction = try Redaction(secret: Array(repeating: 7, count: 32))
    let redacted = try await PackTests.pack(request, of: fixture)
    // Words of the cluster that are no words of ours.
    for file in redacted.files {
      for name in ["another-cluster", "kube-system", "namespaces/shop", "shop/", "\"shop\"", ",shop,", "/deny", "deny.yaml", "/open.yaml"] {
        #expect(!file.bytes.contains(name.utf8), "\(name) in \(file.path)")
      }
    }
    #expect(redacted["history.bundle"] == nil && !redacted.files.contains { $0.path.hasPrefix("objects/") })
    #expect(redacted.populationSize == full.populationSize)
    func firstWords(_ pack: Pack, _ path: String) throws -> [Substring?] { try text(pack, path).split(separator: "\n").map { $0.split(separator: " ").first } }
    for path in ["heads.txt", "states.txt"] { #expect(try firstWords(redacted, path) == firstWords(full, path)) }
    #expect(try text(redacted, "results/results.csv").count { $0 == "\n" } == text(full, "results/results.csv").count { $0 == "\n" })
    #expect(try await PackTests.pack(request, of: fixture).digest == redacted.digest)
    request.redaction = try Redaction(secret: Array(repeating: 8, count: 32))
    #expect(try await PackTests.pack(request, of: fixture).digest != redacted.digest)
    #expect(throws: AmbitError.self) { try Redaction(secret: [1, 2, 3]) }
  }

  @Test func `what changed since an earlier pack is told, and what cannot be compared is refused`() async throws {
    let fixture = try PackTests.history()
    let middle = Int64(1_790_000_000_000 + 2 * 3_600_000 + 60_000)
    let former = try await PackTests.pack(PackTests.request(from: 1_790_000_000_000, to: middle), of: fixture)
    var request = try PackTests.request(from: 1_790_000_000_000, to: middle + 3_600_000)
    let results = try #require(former["results/assessment.json"]).bytes
    request.former = .init(results, allowsIncomparable: true)
    let pack = try await PackTests.pack(request, of: fixture)
    let comparison = try text(pack, "results/comparison.json")
    #expect(comparison.contains("\"fixed\"") && comparison.contains("\"comparable\""))
    #expect(try text(pack, "comparison.md").contains("### Controls that moved: "))
    request = try PackTests.request(clusters: ["c"], to: middle)
    request.former = .init(try #require(pack["results/assessment.json"]).bytes, allowsIncomparable: false)
    await #expect(throws: AmbitError.self) { try await PackTests.pack(request, of: fixture) }
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
