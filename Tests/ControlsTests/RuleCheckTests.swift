import Controls
import KubeModel
import Testing

@Suite struct RuleCheckTests {
  func state(_ manifests: String..., coverage: [KindCoverage] = []) throws -> ClusterState {
    try ClusterState(yaml: manifests.joined(), coverage: coverage)
  }

  let shop = Manifest.namespace("shop") + Manifest.deployment("web", in: "shop", labels: "{app: web}")

  func ingress(_ rules: String) -> String {
    Manifest.policy("p", in: "shop", "{podSelector: {}, ingress: \(rules)}")
  }

  // MARK: NP-RULE-01 and -02

  @Test(arguments: [
    "[]", "[{from: [{podSelector: {}}]}]", "[{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]",
    "[{from: [{namespaceSelector: {matchLabels: {env: prod}}}]}]",
  ])
  func `RULE-01 passes where every rule names its peers`(_ rules: String) throws {
    #expect(try state(shop, ingress(rules)).status("NP-RULE-01") == .pass)
  }

  @Test(arguments: [
    "[{}]", "[{ports: [{port: 443}]}]", "[{from: []}]", "[{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}]",
    "[{from: [{ipBlock: {cidr: '::/0'}}]}]", "[{from: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.1/32]}}]}]",
    "[{from: [{ipBlock: {cidr: 0.0.0.0/1}}, {ipBlock: {cidr: 128.0.0.0/1}}]}]", "[{from: [{namespaceSelector: {}}]}]",
    "[{from: [{namespaceSelector: {matchExpressions: [{key: x, operator: NotIn, values: [z]}]}}]}]",
  ])
  func `RULE-01 fails where a rule lets everyone in, in any spelling and on any port`(_ rules: String) throws {
    let result = try #require(try state(shop, ingress(rules)).result("NP-RULE-01"))
    #expect(result.status == .fail)
    #expect(result.findings.map(\.yamlPath) == ["spec.ingress[0]"])
    #expect(result.findings.map(\.subject.title) == ["NetworkPolicy shop/p"])
  }

  @Test func `RULE-01 and RULE-02 each look at their own direction`() throws {
    let egress = Manifest.policy(
      "e", in: "shop", "{podSelector: {}, policyTypes: [Egress], ingress: [{}], egress: [{}, {to: [{podSelector: {}}]}, {}]}")
    let state = try state(shop, egress)
    #expect(state.status("NP-RULE-01") == .notApplicable)
    #expect(state.result("NP-RULE-02")?.findings.map(\.yamlPath) == ["spec.egress[0]", "spec.egress[2]"])
  }

  @Test func `RULE-01 is not evaluated for a policy that does not read`() throws {
    let result = try #require(
      try state(shop, ingress("[{from: [{ipBlock: {cidr: 10.0.0.0/99}}]}]")).result("NP-RULE-01"))
    #expect(result.status == .notEvaluated)
    #expect(result.explanation.contains("spec.ingress[0].from[0].ipBlock is no valid CIDR"))
  }

  @Test(arguments: ["NP-RULE-01", "NP-RULE-02", "NP-RULE-09"])
  func `rules that no check reads are not evaluated`(_ id: String) throws {
    let deny = Manifest.policy("deny", in: "shop", Manifest.denyBoth)
    #expect(try state(shop, deny).status(id) == .pass)
    for object in [
      Manifest.object("cilium.io/v2", "CiliumNetworkPolicy", "name: x, namespace: shop", "{ingress: [{fromEntities: [all]}]}"),
      Manifest.object("projectcalico.org/v3", "GlobalNetworkPolicy", "name: x"),
      Manifest.object("crd.antrea.io/v1beta1", "NetworkPolicy", "name: x, namespace: shop"),
    ] {
      #expect(try state(shop, deny, object).status(id) == .notEvaluated, "\(object)")
      #expect(try state(shop, object).status(id) == .notEvaluated, "\(object)")
    }
  }

  @Test(arguments: [
    KindCoverage.unread("networking.k8s.io", "networkpolicies"), .unread("networking.k8s.io", "networkpolicies", in: "shop"),
    .unread("cilium.io", "ciliumnetworkpolicies"), .unread("crd.antrea.io", "networkpolicies"),
  ])
  func `policies that nobody saw leave RULE-01, -02 and -09 open`(_ coverage: KindCoverage) throws {
    let deny = Manifest.policy("deny", in: "shop", Manifest.denyBoth)
    for id in ["NP-RULE-01", "NP-RULE-02", "NP-RULE-09"] {
      #expect(try state(shop, deny, coverage: [coverage]).status(id) == .notEvaluated, "\(id)")
      #expect(try state(shop, coverage: [coverage]).status(id) == .notEvaluated, "\(id)")
    }
  }

  // MARK: NP-RULE-09

  @Test func `RULE-09 passes where a policy selects a workload, running or not`() throws {
    let selecting = Manifest.policy("p", in: "shop", "{podSelector: {matchLabels: {app: web}}}")
    #expect(try state(shop, selecting).status("NP-RULE-09") == .pass)
  }

  @Test func `RULE-09 passes for a policy that is meant for pods to come`() throws {
    let deny = Manifest.policy("deny", in: "empty", Manifest.denyBoth)
    #expect(try state(Manifest.namespace("empty"), deny).status("NP-RULE-09") == .pass)
  }

  @Test func `RULE-09 fails where a policy selects nothing in its own namespace`() throws {
    let elsewhere = Manifest.namespace("lab") + Manifest.policy("p", in: "lab", "{podSelector: {matchLabels: {app: web}}}")
    let result = try #require(try state(shop, elsewhere).result("NP-RULE-09"))
    #expect(result.status == .fail)
    #expect(result.findings.map(\.subject.title) == ["NetworkPolicy lab/p"])
    #expect(result.findings.map(\.yamlPath) == ["spec.podSelector"])
  }

  @Test func `RULE-09 does not apply without policies, and is not evaluated without workloads`() throws {
    #expect(try state(shop).status("NP-RULE-09") == .notApplicable)
    let dangling = Manifest.policy("p", in: "shop", "{podSelector: {matchLabels: {app: none}}}")
    #expect(try state(shop, dangling).status("NP-RULE-09") == .fail)
    #expect(try state(shop, dangling, coverage: [.unread("", "pods")]).status("NP-RULE-09") == .notEvaluated)
  }
}
