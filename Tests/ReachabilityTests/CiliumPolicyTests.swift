import KubeModel
import Reachability
import Testing

@Suite struct CiliumPolicyTests {
  @Test func `denials stand before what is allowed, under one identity`() throws {
    let read = try CiliumFixture(
      """
      spec: {endpointSelector: {matchLabels: {app: web}}, ingress: [{fromEndpoints: [{}]}],
        ingressDeny: [{fromEntities: [world]}], egressDeny: [{toEntities: [all]}]}
      """)
    #expect(read.problems == [])
    #expect(read.set.policies.map(\.rank.order) == [0, 1])
    #expect(read.set.policies.allSatisfy { $0.tier == .default && $0.identity.title == "CiliumNetworkPolicy shop/p" })
    #expect(
      read.set.policies.allSatisfy { $0.subjects == .all([.is(.namespaceName, "shop"), .is(.pod("app"), "web")]) })
    let denial = try #require(read.rules(.ingress, order: 0).first)
    #expect(denial.action == .deny && denial.who == [.outside] && denial.path == "spec.ingressDeny[0]")
    #expect(try #require(read.rules(.egress, order: 0).first).who == nil)
    #expect(read.rules(.egress).isEmpty)
    #expect(read.policy(0)?.sections[.egress]?.isolates == true)
    #expect(read.policy(1)?.sections[.egress] == nil)
  }

  static let isolationCases: [(spec: String, ingress: Bool?, egress: Bool?)] = [
    ("ingress: [{}]", true, nil), ("ingress: [{}], egress: []", true, nil), ("egressDeny: [{}]", nil, true),
    ("ingress: [{}], enableDefaultDeny: {ingress: false}", false, nil),
    ("ingress: [{}], egress: [{}], enableDefaultDeny: {egress: false}", true, false),
    ("ingress: [{}], enableDefaultDeny: {egress: true}", true, nil),
    ("ingressDeny: [{}], enableDefaultDeny: {ingress: false, egress: false}", false, nil),
  ]

  @Test(arguments: isolationCases)
  func `a list that is not empty isolates, unless the policy says otherwise`(
    _ given: (spec: String, ingress: Bool?, egress: Bool?)
  ) throws {
    let read = try CiliumFixture("spec: {endpointSelector: {}, \(given.spec)}")
    #expect(read.problems == [])
    let policy = try #require(read.set.policies.first)
    #expect(policy.sections[.ingress]?.isolates == given.ingress)
    #expect(policy.sections[.egress]?.isolates == given.egress)
  }

  @Test func `a rule without peers and ports selects nothing, and ports alone anyone`() throws {
    let nothing = try #require(try CiliumFixture(ingress: "{}").rules(.ingress).first)
    #expect(nothing.who == [])
    let ports = try #require(
      try CiliumFixture(ingress: "{toPorts: [{ports: [{port: '80', protocol: TCP}]}]}").rules(.ingress).first)
    #expect(ports.who == nil && ports.fixed == TrafficSet(.tcp, 80...80))
    let empty = try #require(try CiliumFixture(ingress: "{fromEndpoints: []}").rules(.ingress).first)
    #expect(empty.who == [])
    let absent = try #require(try CiliumFixture(ingress: "{fromEndpoints: null}").rules(.ingress).first)
    #expect(absent.who == [])
  }

  @Test func `each of several specs applies to pods of its own`() throws {
    let read = try CiliumFixture(
      """
      spec: {endpointSelector: {matchLabels: {a: x}}, ingress: [{}]},
      specs: [{endpointSelector: {matchLabels: {b: x}}, egress: [{toEndpoints: [{}]}]}]
      """)
    #expect(read.set.policies.count == 2)
    #expect(read.rules(.ingress).map(\.path) == ["spec.ingress[0]"])
    #expect(read.set.policies.last?.sections[.egress]?.rules.map(\.path) == ["specs[0].egress[0]"])
  }

  @Test func `a clusterwide policy speaks of all pods`() throws {
    let read = try CiliumFixture(ingress: "{fromEndpoints: [{}]}", clusterwide: true)
    #expect(read.policy(1)?.subjects == .everything)
    #expect(read.rules(.ingress).first?.who == [.pods(.everything)])
    #expect(read.problems == [])
  }

  @Test func `policies on nodes and on endpoints that are no pods are told of and left out`() throws {
    let nodes = try CiliumFixture(
      "spec: {nodeSelector: {matchLabels: {type: worker}}, ingress: [{fromEntities: [remote-node]}]}", clusterwide: true)
    #expect(nodes.set.policies.isEmpty)
    #expect(nodes.problems == ["spec.nodeSelector: partIgnored"])
    let health = try CiliumFixture(
      "spec: {endpointSelector: {matchLabels: {'reserved:health': ''}}, ingress: [{}]}", clusterwide: true)
    #expect(health.set.policies.isEmpty)
    #expect(health.problems == ["spec.endpointSelector: partIgnored"])
  }

  @Test func `the namespace in an endpointSelector is the policy's own`() throws {
    let dropped = try CiliumFixture(
      "spec: {endpointSelector: {matchLabels: {'k8s:io.kubernetes.pod.namespace': other, a: b}}, ingress: [{}]}")
    #expect(dropped.policy(1)?.subjects == .all([.is(.namespaceName, "shop"), .is(.pod("a"), "b")]))
    #expect(dropped.problems == ["spec.endpointSelector: surprising"])
    let nothing = try CiliumFixture(
      "spec: {endpointSelector: {matchLabels: {io.kubernetes.pod.namespace: other}}, ingress: [{}]}")
    #expect(nothing.policy(1)?.subjects.holds { $0 == .namespaceName ? "shop" : nil } == false)
    #expect(nothing.problems == ["spec.endpointSelector: surprising"])
  }

  @Test func `nobody can say what a policy does that names the cluster of its pods`() throws {
    let read = try CiliumFixture(
      "spec: {endpointSelector: {matchLabels: {io.cilium.k8s.policy.cluster: elsewhere}}, ingress: [{}]}")
    #expect(read.problems == ["spec.endpointSelector: unknown"])
    let section = try #require(read.set.policies.first?.sections[.ingress])
    #expect(!section.isolates && section.rules.map(\.action) == [.unknown])
    let any = try CiliumFixture(
      "spec: {endpointSelector: {matchExpressions: [{key: io.cilium.k8s.policy.cluster, operator: Exists}]}, ingress: [{}]}")
    #expect(any.problems == [])
    #expect(any.policy(1)?.subjects == .is(.namespaceName, "shop"))
  }

  @Test func `a requirement denies the pods that lack it where Cilium knows requirements`() throws {
    let read = try CiliumFixture(ingress: "{fromRequires: [{matchLabels: {env: prod}}]}")
    let rule = try #require(read.rules(.ingress, order: 0).first)
    #expect(rule.action == .deny)
    #expect(rule.who == [.pods(.not(.all([.is(.namespaceName, "shop"), .is(.pod("env"), "prod")])))])
    #expect(rule.condition?.code == "cilium-version")
    #expect(rule.path == "spec.ingress[0].fromRequires")
    #expect(read.rules(.ingress).first?.who == [])
    #expect(read.problems == ["spec.ingress[0].fromRequires: surprising"])
  }

  @Test func `other CNIs do not enforce it`() throws {
    var set = PolicySet()
    let state = try ClusterState(
      yaml: "{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: p, namespace: shop}, spec: {}}")
    CiliumPolicies.read(state, Semantics(.calico), into: &set)
    #expect(set.policies.isEmpty && set.problems.isEmpty)
    #expect(set.unenforced.map(\.policy.title) == ["CiliumNetworkPolicy shop/p"])
  }
}
