import AmbitKit
import ClusterReader
import KubeModel
import Testing

/// Which losses are doubted, and which are everyday life.
@Suite struct ReadingDoubtTests {
  let fixture: StoreFixture

  init() throws { fixture = try StoreFixture() }

  private func names(_ count: Int) -> [String] { (0..<count).map { "n\($0)" } }

  private func policies(_ names: [String], version: Int = 1) -> String {
    kind("NetworkPolicy", "networking.k8s.io/v1", names, version: version)
  }

  private func kind(_ kind: String, _ apiVersion: String, _ names: [String], version: Int = 1) -> String {
    let items = names.map {
      #"{"metadata":{"name":"\#($0)","namespace":"shop","uid":"\#($0)"},"spec":{"template":{"metadata":{"labels":{"a":"\#($0)"}}}}}"#
    }
    return
      #"{"kind":"\#(kind)List","apiVersion":"\#(apiVersion)","metadata":{"resourceVersion":"\#(version)"},"items":[\#(items.joined(separator: ","))]}"#
  }

  private func fell(_ kind: String, _ from: Int, _ to: Int) -> [String] {
    ["\(kind) fell from \(from) to \(to) objects; files cannot be asked a second time"]
  }

  @Test(arguments: [
    (2, 1, false), (1, 0, true), (8, 4, false), (9, 4, true), (8, 3, true), (4, 0, true), (7, 3, false), (100, 50, false),
    (100, 49, true),
  ])
  func `policies are doubted over half, and where none is left`(_ given: (before: Int, now: Int, isDoubted: Bool)) throws {
    try fixture.record([policies(names(given.before))])
    let outcome = try fixture.record([policies(names(given.now))])
    #expect(
      outcome.flags == (given.isDoubted ? fell("networkpolicies.networking.k8s.io", given.before, given.now) : []))
    #expect(outcome.deleted == given.before - given.now)
    #expect(try fixture.record([policies(names(given.now))]).flags.isEmpty)
  }

  @Test func `a few objects of another kind may go`() throws {
    try fixture.record([kind("Service", "v1", names(4))])
    #expect(try fixture.record([kind("Service", "v1", [])]).flags.isEmpty)
    try fixture.record([kind("Service", "v1", names(5))])
    #expect(try fixture.record([kind("Service", "v1", [])]).flags == fell("services", 5, 0))
  }

  @Test func `as many new objects as old ones that are gone are no fall`() throws {
    try fixture.record([policies(names(8))])
    #expect(try fixture.record([policies(names(8).map { "new-\($0)" })]).flags.isEmpty)
  }

  @Test func `a kind that was not read is not doubted, and what was known of it is compared later`() throws {
    try fixture.record([policies(names(8)), kind("Service", "v1", names(1))])
    #expect(try fixture.record([kind("Service", "v1", names(1))]).flags.isEmpty)
    #expect(try fixture.record([policies([])]).flags == fell("networkpolicies.networking.k8s.io", 8, 0))
  }

  @Test func `a reading of one namespace is compared with that namespace`() throws {
    let elsewhere = policy("other", in: "bank")
    try fixture.record([
      #"{"kind":"NetworkPolicyList","apiVersion":"networking.k8s.io/v1","metadata":{"resourceVersion":"1"},"items":[\#(elsewhere),\#(policy("a"))]}"#
    ])
    let outcome = try fixture.record([policies([])]) { $0.namespace = "shop" }
    #expect(outcome.flags == fell("networkpolicies.networking.k8s.io", 1, 0))
    #expect(try fixture.objects() == ["bank/networkpolicies.networking.k8s.io/other"])
  }

  @Test func `workloads are counted by their controllers`() throws {
    func cluster(_ count: Int) -> [String] {
      [kind("Deployment", "apps/v1", names(count)), kind("ReplicaSet", "apps/v1", []), kind("Pod", "v1", [])]
    }
    try fixture.record(cluster(8))
    #expect(try fixture.record(cluster(3)).flags == fell("deployments.apps", 8, 3))
  }

  @Test func `pods and jobs come and go, but not all of them`() throws {
    func cluster(_ pods: Int, _ jobs: Int) -> [String] {
      [kind("Pod", "v1", names(pods)), kind("Job", "batch/v1", names(jobs))]
    }
    try fixture.record(cluster(20, 20))
    #expect(try fixture.record(cluster(6, 6)).flags.isEmpty)
    #expect(try fixture.record(cluster(6, 0)).flags == fell("jobs.batch", 6, 0))
    #expect(try fixture.record(cluster(0, 0)).flags == fell("pods", 6, 0))
  }

  @Test func `an empty list is doubted also where no workload rests on it`() throws {
    let owner = #""ownerReferences":[{"apiVersion":"apps/v1","kind":"StatefulSet","name":"db","controller":true}]"#
    let pods = names(5).map { #"{"metadata":{"name":"\#($0)","namespace":"shop","uid":"\#($0)",\#(owner)},"spec":{}}"# }
    func cluster(_ pods: [String]) -> [String] {
      [
        kind("StatefulSet", "apps/v1", ["db"]),
        #"{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[\#(pods.joined(separator: ","))]}"#,
      ]
    }
    try fixture.record(cluster(pods))
    let outcome = try fixture.record(cluster([]))
    #expect(outcome.deleted == 0)
    #expect(outcome.flags == fell("pods", 5, 0))
  }

  @Test func `a version is older only where both are numbers of the same kind`() throws {
    try fixture.record([policies(names(1), version: 900), kind("Service", "v1", names(1), version: 100)])
    #expect(try fixture.record([policies(names(1), version: 900)]).flags.isEmpty)
    #expect(try fixture.record([kind("Service", "v1", names(1), version: 101)]).flags.isEmpty)
    let flags = try fixture.record([kind("Service", "v1", names(1), version: 99)]).flags
    #expect(flags.count == 1)
    #expect(flags.first?.hasPrefix("the reading is of resourceVersion 99, older than 101 in that of 2026-") == true)
    let text = policies(names(1)).replacing(#""resourceVersion":"1""#, with: #""resourceVersion":"1/2""#)
    #expect(try fixture.record([text]).flags.isEmpty)
  }

  @Test func `another cluster that was accepted is not compared`() throws {
    func cluster(_ uid: String, version: Int, _ names: [String]) -> [String] {
      [list("Namespace", "v1", version: version, namespace("kube-system", uid: uid)), policies(names)]
    }
    try fixture.record(cluster("old", version: 900, names(8)))
    let outcome = try fixture.record(cluster("new", version: 5, []), accepts: true)
    #expect(outcome.deleted == 8 && outcome.flags.isEmpty)
  }

  @Test func `flags stand in the observation`() throws {
    try fixture.record([policies(names(8))])
    try fixture.record([policies([])])
    let observation = try fixture.git("show", "refs/ambit/observations/c:observation.yaml")
    #expect(observation.contains("networkpolicies.networking.k8s.io fell from 8 to 0 objects"))
  }
}
