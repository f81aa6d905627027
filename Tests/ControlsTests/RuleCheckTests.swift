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
    #expect(result.explanation.contains("spec.ingress[0].from[0].ipBlock.cidr '10.0.0.0/99' is no CIDR block"))
  }

  @Test(arguments: ["NP-RULE-01", "NP-RULE-02", "NP-RULE-09"])
  func `policies that are not modelled are not evaluated, and those of another CNI do not apply`(_ id: String) throws {
    let deny = Manifest.policy("deny", in: "shop", Manifest.denyBoth)
    #expect(try state(shop, deny).status(id) == .pass)
    for object in [
      Manifest.object("crd.antrea.io/v1beta1", "NetworkPolicy", "name: x, namespace: shop"),
      Manifest.object("crd.antrea.io/v1beta1", "ClusterNetworkPolicy", "name: x"),
    ] {
      #expect(try state(shop, deny, object).status(id) == .notEvaluated, "\(object)")
      #expect(try state(shop, object).status(id) == .notEvaluated, "\(object)")
    }
    let cilium = Manifest.object("cilium.io/v2", "CiliumNetworkPolicy", "name: x, namespace: shop", "{ingress: [{fromEntities: [all]}]}")
    let result = try #require(try state(shop, deny, cilium).result(id))
    #expect(result.status == .pass)
    #expect(result.outcome("CiliumNetworkPolicy shop/x") == .notApplicable)
  }

  @Test func `RULE-01 and RULE-02 look at rules of every kind, and of policies that stand in no namespace`() throws {
    let calico = Manifest.object(
      "projectcalico.org/v3", "NetworkPolicy", "name: c, namespace: shop",
      "{selector: all(), types: [Ingress], ingress: [{action: Deny, source: {nets: [0.0.0.0/0]}}, {action: Allow, source: {nets: [0.0.0.0/1, 128.0.0.0/1]}}]}")
    let result = try #require(try state(shop, calico).result("NP-RULE-01"))
    #expect(result.findings.map(\.yamlPath) == ["spec.ingress[1]"])
    let admin = Manifest.object(
      "policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy", "name: a",
      "{priority: 1, subject: {namespaces: {}}, egress: [{name: all, action: Allow, to: [{namespaces: {}}]}]}")
    let egress = try #require(try state(shop, admin).result("NP-RULE-02"))
    #expect(egress.findings.map(\.subject.title) == ["AdminNetworkPolicy a"])
    #expect(egress.findings.map(\.message) == ["allows egress to every pod in the cluster on every port"])
    let narrow = Manifest.object(
      "policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy", "name: a",
      "{priority: 1, subject: {namespaces: {}}, egress: [{name: all, action: Deny, to: [{namespaces: {}}]}]}")
    #expect(try state(shop, narrow).status("NP-RULE-02") == .pass)
  }

  @Test func `a block that holds every pod is every pod where the CNI takes blocks so`() throws {
    let rule = ingress("[{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]")
    let known = try state(shop, rule)
    func status(_ pods: [String]) -> ControlStatus? {
      ClusterState(
        cluster: "test", entries: known.entries, coverage: known.coverage, enforcement: known.enforcement, ranges: .init(pods: pods)
      ).status("NP-RULE-01")
    }
    #expect(status([]) == .pass)
    #expect(status(["10.244.0.0/16"]) == .fail)
    #expect(status(["10.244.0.0/16", "172.16.0.0/16"]) == .pass)
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

  @Test func `RULE-09 looks for what a policy of the cluster selects in every namespace`() throws {
    func global(_ selector: String) -> String {
      Manifest.object("projectcalico.org/v3", "GlobalNetworkPolicy", "name: g", "{selector: \"\(selector)\", types: [Ingress]}")
    }
    #expect(try state(shop, global("app == 'web'")).status("NP-RULE-09") == .pass)
    #expect(try state(shop, global("all()")).status("NP-RULE-09") == .pass)
    let result = try #require(try state(shop, global("app == 'none'")).result("NP-RULE-09"))
    #expect(result.findings.map(\.subject.title) == ["GlobalNetworkPolicy g"])
  }
}
