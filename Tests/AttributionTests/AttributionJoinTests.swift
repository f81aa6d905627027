import Attribution
import KubeModel
import Testing

@Suite struct AttributionJoinTests {
  private static let policy = ObjectID(
    group: "networking.k8s.io", resource: "networkpolicies", namespace: "shop", name: "web")

  /// A request at a second, and the blob that its state would be.
  private static func entry(
    _ second: Int, _ user: String, _ verb: String = "patch", _ step: ChangeRecord.Step = .written, blob: String? = nil,
    effect: ChangeRecord.Effect = .applied, on resource: String = "networkpolicies.networking.k8s.io",
    namespace: String? = "shop", name: String? = "web", _ change: (inout ChangeRecord) -> Void = { _ in }
  ) -> AttributionJoin.Entry {
    let parts = resource.split(separator: ".", maxSplits: 1).map(String.init)
    let time = AuditTime("2026-11-23T05:00:\(second < 10 ? "0" : "")\(second).000000Z")
    var record = ChangeRecord(
      id: "\(second)-\(user)-\(verb)-\(resource)-\(name ?? "")", auditID: nil, verb: verb, level: nil, stage: nil,
      effect: effect, step: step,
      target: .init(group: parts.count > 1 ? parts[1] : "", resource: parts[0], namespace: namespace, name: name),
      time: time, user: .init(name: user))
    if blob != nil {
      record.state = KubeObject(["apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": ["name": "web"]])
    }
    change(&record)
    return AttributionJoin.Entry(record, blob: blob)
  }

  private static func version(
    _ step: AttributionJoin.Version.Step, _ blob: String?, from previous: String? = nil, after: Int = 0, until: Int = 59
  ) -> AttributionJoin.Version {
    let base = AuditTime("2026-11-23T05:00:00.000000Z").microseconds ?? 0
    return AttributionJoin.Version(
      step: step, blob: blob, previousBlob: previous, uid: nil, after: base + Int64(after) * 1_000_000,
      until: base + Int64(until) * 1_000_000)
  }

  /// `exact alice<bob`: how certain, and who decided each step, the oldest first.
  private static func told(
    _ entries: [AttributionJoin.Entry], _ versions: [AttributionJoin.Version], of object: ObjectID = policy,
    owners: [AttributionJoin.Owner] = []
  ) -> [String] {
    AttributionJoin(entries).attributions(of: object, versions, owners: { _ in owners }).map { attribution in
      guard let attribution else { return "nothing" }
      return "\(attribution.certainty.rawValue) " + attribution.steps.map { $0.deciding.user?.name ?? "?" }.joined(separator: "<")
    }
  }

  @Test func `a state that the log has names its author, whatever else was written`() {
    let entries = [
      Self.entry(10, "alice", blob: "b"), Self.entry(20, "bob", blob: "c"), Self.entry(50, "carol", blob: "d"),
    ]
    #expect(Self.told(entries, [Self.version(.modified, "c", from: "a", until: 30)]) == ["exact alice<bob"])
    #expect(
      Self.told(entries, [Self.version(.modified, "c", from: "a", until: 30), Self.version(.modified, "d", from: "c", after: 30)])
        == ["exact alice<bob", "exact carol"])
  }

  @Test func `a write that changes nothing that is recorded makes no version`() {
    let entries = [
      Self.entry(10, "alice", blob: "b"), Self.entry(20, "bob", blob: "b"),
      Self.entry(25, "carol", blob: "b") { ($0.resourceVersion, $0.previousResourceVersion) = ("7", "7") },
    ]
    #expect(Self.told(entries, [Self.version(.modified, "b", from: "a")]) == ["exact alice"])
  }

  @Test func `a state that comes again is not taken for the one that was read before`() {
    let entries = [Self.entry(20, "alice", blob: "b"), Self.entry(30, "bob", blob: "a")]
    #expect(Self.told(entries, [Self.version(.found, "a", until: 10)]) == ["nothing"])
    let again = [Self.entry(5, "carol", blob: "a")] + entries
    #expect(Self.told(again, [Self.version(.added, "a", until: 10)]) == ["exact carol"])
    #expect(
      Self.told(entries, [Self.version(.found, "a", until: 10), Self.version(.modified, "b", from: "a", after: 10, until: 25)])
        == ["nothing", "exact alice"])
  }

  @Test func `where clocks differ, a record that alone has the state still tells`() {
    let entries = [Self.entry(40, "alice", blob: "b")]
    #expect(Self.told(entries, [Self.version(.modified, "b", from: "a", until: 10)]) == ["exact alice"])
    #expect(Self.told(entries + [Self.entry(50, "bob", blob: "b")], [Self.version(.modified, "b", from: "a", until: 10)])
      == ["nothing"])
  }

  @Test func `states of which none is the one that was read leave it unexplained`() {
    #expect(Self.told([Self.entry(10, "alice", blob: "b")], [Self.version(.modified, "x", from: "a")]) == ["unexplained alice"])
  }

  @Test func `without states one user alone is named, and several are candidates`() {
    let modified = Self.version(.modified, "b", from: "a", after: 5)
    #expect(Self.told([Self.entry(10, "alice"), Self.entry(20, "alice")], [modified]) == ["sole alice<alice"])
    #expect(Self.told([Self.entry(10, "alice"), Self.entry(20, "bob")], [modified]) == ["candidates alice<bob"])
    // Refused and tried requests made nothing, nor did those of another time.
    let entries = [
      Self.entry(10, "alice"), Self.entry(20, "bob", effect: .refused), Self.entry(21, "bob", effect: .dryRun),
      Self.entry(1, "carol"),
    ]
    #expect(Self.told(entries, [modified]) == ["sole alice"])
    #expect(Self.told([Self.entry(20, "bob", effect: .refused)], [modified]) == ["nothing"])
  }

  @Test func `without bodies a dry run of a deletion may be the deletion`() {
    let entries = [
      Self.entry(10, "alice", "delete", .removed, effect: .ambiguous), Self.entry(20, "bob", "delete", .removed, effect: .ambiguous),
    ]
    #expect(Self.told(entries, [Self.version(.deleted, nil, from: "a")]) == ["candidates alice<bob"])
    #expect(Self.told([entries[0]], [Self.version(.deleted, nil, from: "a")]) == ["sole alice"])
  }

  @Test func `what goes with its namespace is the work of who deleted that`() {
    let controller = "system:serviceaccount:kube-system:namespace-controller"
    let end = Self.entry(10, "alice", "delete", .marked, on: "namespaces", namespace: "shop", name: "shop")
    let gone = Self.entry(12, controller, "deletecollection", .removed, blob: "a")
    #expect(Self.told([end, gone], [Self.version(.deleted, nil, from: "a")]) == ["exact alice"])
    // A log that tells nothing of the collection.
    let unnamed = Self.entry(12, controller, "deletecollection", .collection, name: nil)
    #expect(Self.told([end, unnamed], [Self.version(.deleted, nil, from: "a")]) == ["sole alice"])
    #expect(Self.told([end], [Self.version(.deleted, nil, from: "a")]) == ["sole alice"])
  }

  @Test func `what the garbage collector takes is the work of who deleted the owner`() {
    let entries = [
      Self.entry(10, "alice", "delete", .removed, on: "configmaps", name: "release-12"),
      Self.entry(11, "bob", "delete", .removed, on: "configmaps", name: "other"),
      Self.entry(12, "system:serviceaccount:kube-system:generic-garbage-collector", "delete", .removed),
    ]
    let deleted = Self.version(.deleted, nil, from: "a")
    #expect(Self.told(entries, [deleted], owners: [.init(kind: "ConfigMap", name: "release-12")]) == ["exact alice"])
    #expect(
      Self.told(entries, [deleted]) == ["exact system:serviceaccount:kube-system:generic-garbage-collector"])
  }

  @Test func `a deletion that finalizers hold is done by who takes the last one, or was asked for`() {
    let asked = Self.entry(10, "alice", "delete", .marked, blob: "a")
    let deleted = Self.version(.deleted, nil, from: "a")
    #expect(Self.told([asked, Self.entry(20, "bob", "patch", .removed)], [deleted]) == ["exact alice<bob"])
    let controller = Self.entry(20, "system:serviceaccount:kube-system:some-controller", "patch", .removed)
    #expect(Self.told([asked, controller], [deleted]) == ["exact alice<alice"])
  }

  @Test func `what Calico's API server writes again is the user's`() {
    let object = ObjectID(group: "projectcalico.org", resource: "networkpolicies", namespace: "shop", name: "web")
    let kind = "networkpolicies.projectcalico.org"
    let echo = "system:serviceaccount:calico-apiserver:calico-apiserver"
    let entries = [Self.entry(10, "alice", on: kind), Self.entry(10, echo, on: kind)]
    #expect(Self.told(entries, [Self.version(.modified, "b", from: "a")], of: object) == ["sole alice"])
  }

  @Test func `an old change-cause that comes along with the whole object is not told again`() throws {
    func state(_ cause: String) -> KubeObject {
      KubeObject(["metadata": ["annotations": ["kubernetes.io/change-cause": .string(cause)]]])
    }
    let entries = [
      Self.entry(10, "alice", blob: "b") { ($0.cause, $0.isWhole, $0.state) = ("NET-1", true, state("NET-1")) },
      Self.entry(20, "bob", "update", blob: "c") { ($0.cause, $0.isWhole, $0.state) = ("NET-1", true, state("NET-1")) },
      Self.entry(30, "carol", "update", blob: "d") { ($0.cause, $0.isWhole, $0.state) = ("NET-2", true, state("NET-2")) },
    ]
    let found = try AttributionJoin(entries).attributions(of: Self.policy, [Self.version(.modified, "d", from: "a")])
    #expect(found.first??.steps.map(\.cause) == ["NET-1", nil, "NET-2"])
  }

  @Test func `what came and went between two readings is told by itself`() throws {
    let entries = [
      Self.entry(10, "alice", "create", blob: "b") { $0.code = 201 }, Self.entry(20, "bob", "delete", .removed),
    ]
    let join = AttributionJoin(entries)
    #expect(join.unseen(of: Self.policy, attributed: [], since: 0).map(\.record.verb) == ["create", "delete"])
    let attributed = try join.attributions(of: Self.policy, [Self.version(.added, "b", until: 15)])
    #expect(join.unseen(of: Self.policy, attributed: attributed, since: 0).map(\.record.verb) == ["delete"])
  }

  @Test func `the order in which records come does not matter`() {
    let entries = [
      Self.entry(10, "alice", blob: "b"), Self.entry(10, "bob", blob: "c"), Self.entry(20, "carol", blob: "d"),
      Self.entry(30, "dave", "delete", .removed),
    ]
    let versions = [Self.version(.modified, "d", from: "a", until: 25), Self.version(.deleted, nil, from: "d", after: 25)]
    let expected = Self.told(entries, versions)
    for shift in 1..<entries.count {
      #expect(Self.told(Array(entries[shift...] + entries[..<shift]).reversed(), versions) == expected)
    }
  }
}
