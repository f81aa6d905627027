import AmbitKit
import ClusterReader
import KubeModel
import SnapshotStore
import Testing

/// What was not read is never taken for deleted.
@Suite struct PartialReadingTests {
  let fixture: StoreFixture
  static let policies = ("NetworkPolicy", "networking.k8s.io/v1")

  init() throws { fixture = try StoreFixture() }

  private func full(_ names: String...) -> [String] {
    [
      list("Namespace", "v1", namespace("kube-system"), namespace("shop")),
      list("Service", "v1", #"{"metadata":{"name":"web","namespace":"shop","uid":"s"},"spec":{}}"#),
      "{\"kind\":\"NetworkPolicyList\",\"apiVersion\":\"networking.k8s.io/v1\",\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[\(names.map { policy($0) }.joined(separator: ","))]}",
    ]
  }

  @Test func `an object that its list no longer has is deleted`() throws {
    try fixture.record(full("a", "b"))
    let outcome = try fixture.record(full("a"))
    #expect(outcome.deleted == 1)
    #expect(
      try fixture.objects() == [
        "namespaces/kube-system", "namespaces/shop", "shop/networkpolicies.networking.k8s.io/a", "shop/services/web",
      ])
  }

  @Test func `a kind that is not in a dump keeps its objects`() throws {
    try fixture.record(full("a", "b"))
    let outcome = try fixture.record([list("Service", "v1"), list("Namespace", "v1", namespace("kube-system"))])
    #expect(outcome.deleted == 2)  // the service and the namespace shop, which their lists no longer have
    #expect(outcome.carriedOver == 2)
    #expect(try fixture.objects().filter { $0.contains("networkpolicies") }.count == 2)
  }

  @Test func `readings confined to namespaces add up to these, and to the whole cluster only with a reading of it`() throws {
    func scope() throws -> Substring? {
      try fixture.git("show", "c:cluster.yaml").split(separator: "\n").first { $0.contains("scope: ") }
    }
    for name in ["shop", "a", "shop"] {
      try fixture.record([list("NetworkPolicy", "networking.k8s.io/v1", policy("p", in: name))]) { $0.namespace = name }
    }
    #expect(try scope() == "  scope: namespaces a, shop")
    try fixture.record(full("p"))
    #expect(try scope() == "  scope: cluster")
    try fixture.record([list("NetworkPolicy", "networking.k8s.io/v1", policy("p"))]) { $0.namespace = "shop" }
    #expect(try scope() == "  scope: cluster")
  }

  @Test func `a saved refusal keeps the objects of its kind`() throws {
    try fixture.record(full("a"))
    let refusal = """
      {"kind":"Status","apiVersion":"v1","status":"Failure","message":"networkpolicies.networking.k8s.io is forbidden",
       "reason":"Forbidden","details":{"group":"networking.k8s.io","kind":"networkpolicies"},"code":403}
      """
    let reading = try FileReader.read(
      InputFiles(
        name: "input",
        bytes: Array([list("Namespace", "v1", namespace("kube-system"), namespace("shop")), refusal].joined(separator: "\n---\n").utf8)),
      options: {
        var options = FileReader.Options()
        options.isComplete = true
        return options
      }())
    #expect(!reading.isIntact)
    #expect(reading.coverage.first { $0.qualifiedName == "networkpolicies.networking.k8s.io" }?.unreadReason != nil)
    try fixture.record(reading)
    #expect(try fixture.objects().contains("shop/networkpolicies.networking.k8s.io/a"))
  }

  @Test func `a list that breaks off keeps the objects that its other pages held`() throws {
    try fixture.record(full("a", "b"))
    let outcome = try fixture.record([
      list("Namespace", "v1", namespace("kube-system"), namespace("shop")), list("Service", "v1"),
      list("NetworkPolicy", "networking.k8s.io/v1", remaining: 1, policy("a", spec: #"{"podSelector":{},"policyTypes":["Egress"]}"#)),
    ])
    #expect(outcome.modified == 1)
    #expect(try fixture.objects().filter { $0.contains("networkpolicies") }.count == 2)
  }

  @Test func `a broken file among manifests lets nothing be taken for deleted`() throws {
    let manifest = { (name: String) in
      "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: \(name), namespace: shop}\nspec: {podSelector: {}}"
    }
    try fixture.record([manifest("a"), manifest("b")])
    let outcome = try fixture.record([manifest("a"), "kind: [unclosed"])
    #expect(outcome.deleted == 0)
    #expect(try fixture.objects().count == 2)
    #expect(try fixture.record([manifest("a")]).deleted == 1)
  }

  @Test func `a reading of one namespace decides on nothing outside of it`() throws {
    try fixture.record([
      list("Namespace", "v1", namespace("kube-system"), namespace("shop"), namespace("bank")),
      list("Node", "v1", #"{"metadata":{"name":"n1","uid":"n"},"spec":{}}"#),
      list("NetworkPolicy", "networking.k8s.io/v1", policy("a"), policy("gone"), policy("b", in: "bank")),
    ])
    let outcome = try fixture.record(
      [list("NetworkPolicy", "networking.k8s.io/v1", policy("a"), policy("b", in: "bank", uid: "9"))]
    ) { $0.namespace = "shop" }
    #expect(outcome.deleted == 1)
    #expect(outcome.modified == 0)
    #expect(
      try fixture.objects() == [
        "bank/networkpolicies.networking.k8s.io/b", "namespaces/bank", "namespaces/kube-system", "namespaces/shop",
        "nodes/n1", "shop/networkpolicies.networking.k8s.io/a",
      ])
  }

  @Test func `manifests of one namespace decide on nothing outside of it`() throws {
    let manifest = { (name: String, namespace: String) in
      "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: \(name), namespace: \(namespace)}\nspec: {podSelector: {}}"
    }
    try fixture.record([manifest("a", "shop"), manifest("b", "bank")])
    #expect(try fixture.record([manifest("a", "shop")]) { $0.namespace = "shop" }.deleted == 0)
    #expect(try fixture.objects().count == 2)
  }

  @Test func `workloads whose owners were not read stay as they were`() throws {
    let pod = #"""
      {"metadata":{"name":"api-1-x","namespace":"shop","uid":"p","labels":{"app":"api"},"ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"api-1","controller":true}]},"spec":{},"status":{"phase":"Running"}}
      """#
    let replicaSet = #"""
      {"metadata":{"name":"api-1","namespace":"shop","uid":"r","ownerReferences":[{"apiVersion":"apps/v1","kind":"Deployment","name":"api","controller":true}]},"spec":{"replicas":1,"template":{"metadata":{"labels":{"app":"api"}}}}}
      """#
    let deployment =
      #"{"metadata":{"name":"api","namespace":"shop","uid":"d"},"spec":{"template":{"metadata":{"labels":{"app":"api"}}}}}"#
    try fixture.record([
      list("Pod", "v1", pod), list("ReplicaSet", "apps/v1", replicaSet), list("Deployment", "apps/v1", deployment),
      list("Namespace", "v1", namespace("kube-system"), namespace("shop")),
    ])
    // Without ReplicaSets the pod would be a workload of its ReplicaSet's name.
    try fixture.record([
      list("Pod", "v1", pod), list("Deployment", "apps/v1", deployment),
      list("Namespace", "v1", namespace("kube-system"), namespace("shop")),
    ])
    #expect(try fixture.objects().filter { $0.contains("workloads") } == ["shop/workloads/deployment.api"])
  }

  @Test func `an unmodelled policy that was not read again is still told`() throws {
    let antrea =
      "apiVersion: crd.antrea.io/v1beta1\nkind: ClusterNetworkPolicy\nmetadata: {name: x, uid: x}\nspec: {}"
    try fixture.record([antrea, list("Namespace", "v1", namespace("kube-system"))])
    try fixture.record([list("Namespace", "v1", namespace("kube-system"), namespace("shop"))])
    #expect(try fixture.git("show", "c:cluster.yaml").contains("crd.antrea.io/ClusterNetworkPolicy"))
  }
}
