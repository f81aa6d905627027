import AmbitKit
import ClusterReader
import Foundation
import HistoryIndex
import KubeModel
import SnapshotStore
import TestSupport
import Testing

/// The history of a repository of manifests as the history of a cluster's line.
@Suite struct ImportTests {
  private let source: SourceFixture
  private let fixture: StoreFixture

  init() throws {
    source = try SourceFixture()
    fixture = try StoreFixture()
  }

  @discardableResult
  private func importAll(
    _ path: String = "k", branch: String? = nil, into fixture: StoreFixture? = nil, cluster: String = "c"
  ) async throws -> RepositoryImporter.Outcome {
    let repository = try await SourceRepository(path: source.path, variables: ProcessInfo.processInfo.environment)
    return try await RepositoryImporter(
      (fixture ?? self.fixture).ambit, from: repository,
      .init(path: path, branch: branch, cluster: cluster, now: Moment(milliseconds: 1_790_000_000_000))).run()
  }

  private func log(_ format: String, _ revision: String = "c") throws -> [String] {
    try fixture.git("log", "--reverse", "--format=\(format)", revision).split(separator: "\n").map(String.init)
  }

  private func changes() throws -> [String] {
    let history = try ClusterHistory(fixture.ambit, cluster: "c", now: Moment(milliseconds: 1_790_000_000_000))
    return try history.ambit.index.read { try $0.changes("c", .init()) }.reversed().filter { $0.change.id.resource != "cluster" }.map {
      "\($0.change.step) \($0.change.id.name) \($0.change.actor.name ?? "-") \($0.change.cause ?? "-")"
    }
  }

  @Test func `each commit that touches the folder is a change with its author, time and message`() async throws {
    let first = try source.commit(["k/a.yaml": SourceFixture.policy("a")], "Let the shop in\n\nTicket 12")
    try source.commit(["readme": "x"], "elsewhere")
    try source.commit(["k/a.yaml": SourceFixture.policy("a", port: 443), "k/b.yaml": SourceFixture.policy("b")], "TLS", as: "bob")
    let last = try source.commit(["k/a.yaml": nil], "gone")
    let outcome = try await importAll()
    #expect(outcome.commits == 3 && outcome.snapshots == 3 && outcome.last.description == last)
    #expect(try log("%an|%ae|%at|%s") == [
      "alice|alice@example.com|1700003600|Let the shop in", "bob|bob@example.com|1700010800|TLS",
      "alice|alice@example.com|1700014400|gone",
    ])
    #expect(try log("%(trailers:key=Ambit-Repository-Commit,valueonly)").first == first)
    #expect(try fixture.git("log", "-1", "--format=%b", "c~2").contains("Ticket 12"))
    #expect(try changes() == [
      "added a alice <alice@example.com> Let the shop in", "added b bob <bob@example.com> TLS",
      "modified a bob <bob@example.com> TLS", "deleted a alice <alice@example.com> gone",
    ])
    #expect(try StoreVerifier(Ambit(path: fixture.path), .init()).run().isGood)
  }

  @Test func `again is nothing new, and more goes on from where it was`() async throws {
    try source.commit(["k/a.yaml": SourceFixture.policy("a"), "k/bad.yaml": SourceFixture.policy("bad")])
    try source.commit(["k/bad.yaml": "a: [", "k/w.yaml": SourceFixture.deployment("web")])
    try await importAll()
    let head = try fixture.git("rev-parse", "c")
    #expect(try await importAll().commits == 0)
    #expect(try fixture.git("rev-parse", "c") == head)
    // What goes on and what runs through come to the very same commits.
    try source.commit(["k/a.yaml": SourceFixture.policy("a", port: 1)])
    try source.commit(["k/bad.yaml": SourceFixture.policy("bad", port: 2)])
    let outcome = try await importAll()
    #expect(outcome.commits == 2 && outcome.snapshots == 2)
    let other = try StoreFixture()
    try await importAll(into: other)
    for reference in ["refs/heads/c", "refs/ambit/observations/c"] {
      #expect(try fixture.git("rev-parse", reference) == other.git("rev-parse", reference))
    }
  }

  @Test func `the state is the one that a reading of the checked-out folder finds`() async throws {
    try source.commit([
      "k/a.yaml": SourceFixture.policy("a") + "---\n" + SourceFixture.deployment("one"),
      "k/deep/b.json": #"{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}]}"#,
      "k/n.yaml": "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: n}\nspec: {podSelector: {matchLabels: {pod-template-hash: x}}}\n",
      "k/w.yaml": SourceFixture.deployment("two", labels: "app: two, pod-template-hash: x"),
      "k/values.yml": "replicas: 3\n",
    ])
    try source.commit(["k/a.yaml": SourceFixture.policy("a", port: 2), "k/c.yaml": SourceFixture.policy("a", port: 3, namespace: "other")])
    try await importAll()
    let reading = try FileReader.read(InputFiles(path: "\(source.path)/k"), options: FileReader.Options())
    let other = try StoreFixture()
    try other.record(reading)
    #expect(try fixture.git("rev-parse", "c^{tree}") == other.git("rev-parse", "c^{tree}"))
  }

  @Test func `a file that does not read is named, and its objects stay until it reads again`() async throws {
    try source.commit(["k/a.yaml": SourceFixture.policy("a"), "k/b.yaml": SourceFixture.policy("b")])
    let broken = try source.commit(["k/a.yaml": "kind: [", "k/b.yaml": SourceFixture.policy("b", port: 2)])
    let outcome = try await importAll()
    #expect(try fixture.objects() == ["shop/networkpolicies.networking.k8s.io/a", "shop/networkpolicies.networking.k8s.io/b"])
    #expect(outcome.unreadCommits == 1 && outcome.unread.first?.commit.description == broken)
    #expect(outcome.remainders?.map(\.path) == ["k/a.yaml"] && outcome.remainders?.first?.kind == .unread)
    let observation = try fixture.git("show", "refs/ambit/observations/c:observation.yaml")
    #expect(observation.contains("complete: false") && observation.contains("k/a.yaml: line "))
    #expect(observation.contains("k/a.yaml could not be read and may hold more of them"))
    try source.commit(["k/a.yaml": nil])
    try await importAll()
    #expect(try fixture.objects() == ["shop/networkpolicies.networking.k8s.io/b"])
    #expect(try fixture.git("show", "refs/ambit/observations/c:observation.yaml").contains("complete: true"))
  }

  @Test func `charts and kustomizations are not rendered, and what they may make is not known`() async throws {
    try source.commit([
      "k/plain/kustomization.yaml": "kind: Kustomization\nresources: [p.yaml]\n", "k/plain/p.yaml": SourceFixture.policy("p"),
    ])
    #expect(try await importAll().remainders?.map(\.reason) == ["a kustomization that lists files"])
    #expect(try fixture.git("show", "refs/ambit/observations/c:observation.yaml").contains("complete: true"))
    try source.commit([
      "k/chart/Chart.yaml": "name: x\n", "k/chart/templates/t.yaml": SourceFixture.policy("t"),
      "k/over/kustomization.yaml": "patches: [{path: ../over/patch.yaml}]\n", "k/over/patch.yaml": SourceFixture.deployment("patched"),
      "k/over/q.yaml": SourceFixture.policy("q"),
    ])
    let outcome = try await importAll()
    #expect(outcome.remainders?.map { "\($0.path): \($0.reason)" } == [
      "k/chart/Chart.yaml: a chart of Helm", "k/chart/templates/t.yaml: part of a chart of Helm",
      "k/over/kustomization.yaml: a kustomization", "k/over/patch.yaml: a patch of a kustomization",
      "k/plain/kustomization.yaml: a kustomization that lists files",
    ])
    #expect(try fixture.objects().map { $0.suffix(2) } == ["/p", "/q"])
    #expect(try fixture.git("show", "refs/ambit/observations/c:observation.yaml").contains("k/chart/Chart.yaml is not rendered"))
    // What was part of a chart is a manifest where there is no chart any more.
    try source.commit(["k/chart/Chart.yaml": nil])
    try await importAll()
    #expect(try fixture.objects().map { $0.suffix(2) } == ["/p", "/q", "/t"])
  }

  @Test func `a merge is one step, of those whose commits it brought`() async throws {
    try source.commit(["k/a.yaml": SourceFixture.policy("a")])
    try source.git("checkout", "--quiet", "-b", "feature")
    try source.commit(["k/b.yaml": SourceFixture.policy("b")], "b", as: "bob")
    try source.commit(["k/b.yaml": SourceFixture.policy("b", port: 2)], "b again", as: "carol")
    try source.commit(["other": "x"], "elsewhere", as: "dave")
    try source.git("checkout", "--quiet", "main")
    try source.commit(["k/a.yaml": SourceFixture.policy("a", port: 2)])
    try source.merge("feature", "Merge b", as: "erin")
    try await importAll()
    #expect(try log("%an|%s") == ["alice|change", "alice|change", "carol|Merge b"])
    #expect(try log("%(trailers:key=Co-authored-by,valueonly)").last == "bob <bob@example.com>")
    #expect(try log("%(trailers:key=Ambit-Merged-By,valueonly)").contains("erin <erin@example.com>"))
  }

  @Test func `a clock that ran ahead or behind moves no time back, and none beyond now`() async throws {
    try source.commit(["k/a.yaml": SourceFixture.policy("a")])
    try source.commit(["k/a.yaml": SourceFixture.policy("a", port: 2)], after: -50_000)
    try source.commit(["k/a.yaml": SourceFixture.policy("a", port: 3)], after: 2_000_000_000)
    try await importAll()
    #expect(try log("%(trailers:key=Ambit-Captured-To,valueonly,separator=)") == [
      "2023-11-14T23:13:20Z", "2023-11-14T23:13:20Z", "2026-09-21T14:13:20Z",
    ])
    #expect(try StoreVerifier(Ambit(path: fixture.path), .init()).run().isGood)
  }

  @Test func `what was rewritten, another folder, and a line of readings are refused`() async throws {
    try source.commit(["k/a.yaml": SourceFixture.policy("a")])
    try source.commit(["k/a.yaml": SourceFixture.policy("a", port: 2)])
    try await importAll()
    for (path, message) in [("other", "is imported from the folder 'k'"), ("../k", "leads out of the repository")] {
      let error = await #expect(throws: AmbitError.self) { try await importAll(path) }
      #expect(error?.message.contains(message) == true)
    }
    try source.git("reset", "--quiet", "--hard", "HEAD~1")
    try source.commit(["k/a.yaml": SourceFixture.policy("a", port: 3)])
    let rewritten = await #expect(throws: AmbitError.self) { try await importAll() }
    #expect(rewritten?.message.contains("its history was rewritten") == true)
    try fixture.record([SourceFixture.policy("a")], cluster: "live")
    let readings = await #expect(throws: AmbitError.self) { try await importAll(cluster: "live") }
    #expect(readings?.message.contains("not imported from a repository") == true)
    let none = await #expect(throws: AmbitError.self) { try await importAll("none", cluster: "n") }
    #expect(none?.failure == .notFound)
  }

  @Test func `nothing that a hostile repository configures is run, and no path of it leaves the store`() async throws {
    let trap = "\(source.path)/trap"
    try source.commit(["k/a.yaml": SourceFixture.policy("a")])
    for (key, value) in [
      ("core.fsmonitor", "touch \(trap)"), ("core.pager", "touch \(trap)"), ("diff.external", "touch \(trap)"),
      ("log.showSignature", "true"), ("gpg.program", "touch \(trap)"), ("core.sshCommand", "touch \(trap)"),
      ("core.alternateRefsCommand", "touch \(trap)"), ("remote.origin.url", "ext::sh -c touch% \(trap)"),
      ("remote.origin.promisor", "true"), ("extensions.partialClone", "origin"), ("core.hooksPath", source.path),
      ("diff.x.textconv", "touch \(trap)"), ("filter.x.smudge", "touch \(trap)"),
    ] { try source.git("config", key, value) }
    try source.commit([".gitattributes": "*.yaml diff=x filter=x\n", "k/b.yaml": SourceFixture.policy("..%2f..%2fx")])
    try FileManager.default.createSymbolicLink(atPath: "\(source.path)/k/link.yaml", withDestinationPath: "/etc/passwd")
    let blob = try source.head("HEAD:k/a.yaml")
    try source.commit(["k/c.yaml": "\u{1b}[31m: [\n"], "Ambit-Kind: observation\n\nAmbit-State: x\nAmbit-Kind: observation")
    try? FileManager.default.removeItem(atPath: trap)
    // An object that is not there would be fetched by a partial clone.
    try FileManager.default.removeItem(atPath: "\(source.path)/.git/objects/\(blob.prefix(2))/\(blob.dropFirst(2))")
    let outcome = try await importAll()
    #expect(!FileManager.default.fileExists(atPath: trap))
    #expect(outcome.remainders?.map(\.path) == ["k/a.yaml", "k/c.yaml", "k/link.yaml"])
    #expect(try StoreVerifier(Ambit(path: fixture.path), .init()).run().isGood)
    #expect(try fixture.objects().count == 1)
  }
}
