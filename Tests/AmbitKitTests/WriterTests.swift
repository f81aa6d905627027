import AmbitKit
import ClusterReader
import HistoryIndex
import KubeModel
import SnapshotStore
import Testing

/// Several writers on one store, as several processes are: each with a store and an index of its own handle.
@Suite struct WriterTests {
  let fixture: StoreFixture

  init() throws { fixture = try StoreFixture() }

  private let namespaces = list("Namespace", "v1", namespace("kube-system"), namespace("shop"))

  private func policies(_ versions: [(name: String, version: Int)]) -> String {
    let items = versions.map { name, version in
      #"{"metadata":{"name":"\#(name)","namespace":"shop","uid":"\#(name)","resourceVersion":"\#(version)","generation":\#(version)},"spec":{"podSelector":{"matchLabels":{"v":"\#(version)"}}}}"#
    }
    return
      #"{"kind":"NetworkPolicyList","apiVersion":"networking.k8s.io/v1","metadata":{"resourceVersion":"1"},"items":[\#(items.joined(separator: ","))]}"#
  }

  private func reading(_ text: String, known: KnownObjects) throws -> Reading {
    var options = FileReader.Options()
    options.known = known
    options.isAllNamespaces = true
    return try FileReader.read(InputFiles(name: "list", bytes: Array(text.utf8)), options: options)
  }

  @Test func `an object that comes with the version it had is not read again, and stays`() throws {
    try fixture.record([namespaces, policies([("a", 1), ("b", 1)])])
    let known = try Recorder(fixture.ambit).known("c")
    let next = try reading(policies([("a", 1), ("b", 2)]), known: known)
    #expect(next.objects.filter { $0.type.kind == "NetworkPolicy" }.map(\.id.name) == ["b"])
    #expect(next.carried.map { next.known.objects[$0].id.name } == ["a"])
    let outcome = try fixture.record(next)
    #expect(outcome.modified == 1 && outcome.deleted == 0)
    #expect(try fixture.git("show", "c:namespaces/shop/networkpolicies.networking.k8s.io/a.yaml").contains("v: \"1\""))
    #expect(try IndexComparison(fixture.ambit).firstDifference == nil)
  }

  @Test func `an object of another uid is read, whatever its version`() throws {
    try fixture.record([namespaces, policies([("a", 1)])])
    let known = try Recorder(fixture.ambit).known("c")
    let again = policies([("a", 1)]).replacing(#""uid":"a""#, with: #""uid":"other""#)
    #expect(try fixture.record(reading(again, known: known)).modified == 1)
  }

  @Test func `a reading tells the versions that are new, and one that saw nothing new has its predecessor's files`() throws {
    try fixture.record([namespaces, policies([("a", 1), ("b", 1)])])
    try fixture.record([namespaces, policies([("a", 1), ("b", 1)])])
    let unchanged = try fixture.git("rev-parse", "refs/ambit/observations/c^{tree}")
    try fixture.record([namespaces, policies([("a", 1), ("b", 1)])])
    #expect(try fixture.git("rev-parse", "refs/ambit/observations/c^{tree}") == unchanged)
    try fixture.record([namespaces, policies([("a", 2), ("b", 1)])])
    let file = try fixture.git("show", "refs/ambit/observations/c:seen/namespaces/shop.yaml")
    #expect(file.hasPrefix("form: 1\nnamespace: shop\n---\nabout: networkpolicies.networking.k8s.io/a\n"))
    #expect(file.contains("generation: 2\n") && !file.contains("/b\n"))
    let known = try Recorder(fixture.ambit).known("c").objects
    #expect(known.filter { $0.id.resource == "networkpolicies" }.map { "\($0.id.name) \($0.version?.generation ?? 0)" }.sorted() == ["a 2", "b 1"])
    #expect(try IndexComparison(fixture.ambit).firstDifference == nil)
  }

  @Test func `a reading that began before another was recorded is refused`() throws {
    try fixture.record([namespaces, policies([("a", 1)])])
    let known = try Recorder(fixture.ambit).known("c")
    let slow = try reading(policies([("a", 1)]), known: known)
    try fixture.record([namespaces, policies([("a", 2)])])
    let error = #expect(throws: StoreError.self) { try fixture.record(slow) }
    #expect(error?.code == .moved && error?.failure == .locked)
  }

  @Test func `what another process recorded is seen before it is built upon`() throws {
    let other = try Ambit(path: fixture.path)
    try fixture.record([namespaces, policies([("a", 1), ("b", 1)])])
    let time = fixture.nextTime()
    let next = try reading(namespaces + "\n" + policies([("b", 1)]), known: .none)
    let outcome = try Recorder(other).record(
      next, cluster: "c",
      Recorder.Options(capturedFrom: time, capturedTo: time, isTimeGiven: true, recorded: time))
    #expect(outcome.deleted == 1 && outcome.added == 0)
    #expect(try fixture.git("fsck", "--strict") == "")
  }
}
