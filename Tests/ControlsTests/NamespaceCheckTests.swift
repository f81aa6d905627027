import Controls
import KubeModel
import Testing

@Suite struct NamespaceCheckTests {
  func state(_ manifests: String..., coverage: [KindCoverage] = []) throws -> ClusterState {
    try ClusterState(yaml: manifests.joined(), coverage: coverage)
  }

  let shop = Manifest.namespace("shop")
  let deny = Manifest.policy("deny", in: "shop", Manifest.denyBoth)

  // MARK: NP-COV-01

  @Test func `COV-01 passes where each namespace has a policy, whatever it says`() throws {
    let open = Manifest.policy("open", in: "shop", "{podSelector: {matchLabels: {a: b}}, ingress: [{}]}")
    let result = try #require(try state(shop, open).result("NP-COV-01"))
    #expect(result.status == .pass)
    #expect(result.findings.isEmpty)
  }

  @Test func `COV-01 counts a policy of Cilium or Calico, but not one for the cluster`() throws {
    let cilium = Manifest.object("cilium.io/v2", "CiliumNetworkPolicy", "name: x, namespace: shop")
    #expect(try state(shop, cilium).status("NP-COV-01") == .pass)
    let global = Manifest.object("projectcalico.org/v3", "GlobalNetworkPolicy", "name: x")
    #expect(try state(shop, global).status("NP-COV-01") == .fail)
  }

  @Test func `COV-01 fails for a namespace without one, those of the system too, and proposes a policy`() throws {
    let result = try #require(
      try state(shop, deny, Manifest.namespace("kube-system")).result("NP-COV-01"))
    #expect(result.status == .fail)
    #expect(result.outcome("Namespace shop") == .pass)
    #expect(result.outcome("Namespace kube-system") == .fail)
    #expect(result.findings.map(\.subject.title) == ["Namespace kube-system"])
    let yaml = try #require(result.findings.first?.remedyYAML)
    let proposed = try #require(YAMLReader.documents(Array(yaml.utf8)).documents.first?.value)
    #expect(proposed["metadata"]?["namespace"] == "kube-system")
    #expect(proposed["spec"] == ["podSelector": [:], "policyTypes": ["Ingress", "Egress"]])
    // What is proposed must itself pass.
    #expect(try state(shop, deny, Manifest.namespace("kube-system"), "---\n" + yaml).status("NP-COV-01") == .pass)
  }

  @Test(arguments: [
    KindCoverage.unread("networking.k8s.io", "networkpolicies"), .unread("cilium.io", "ciliumnetworkpolicies"),
    .unread("projectcalico.org", "networkpolicies", in: "shop"), .unread("", "namespaces"),
  ])
  func `COV-01 is not evaluated where a kind that counts was unread`(_ coverage: KindCoverage) throws {
    let manifests = coverage.resource == "namespaces" ? shop + deny : shop
    #expect(try state(manifests, coverage: [coverage]).status("NP-COV-01") == .notEvaluated)
  }

  @Test func `COV-01 to COV-07 are not evaluated on a state of nothing`() throws {
    let empty = try state("")
    for id in (1...7).map({ "NP-COV-0\($0)" }) + ["NP-RULE-01", "NP-RULE-02", "NP-RULE-09"] {
      #expect(empty.status(id) == .notEvaluated, "\(id)")
    }
  }

  // MARK: NP-COV-02 and -03

  @Test func `COV-02 and COV-03 pass where every pod is closed`() throws {
    let state = try state(shop, deny, Manifest.deployment("api", in: "shop", labels: "{app: api}"))
    #expect(state.status("NP-COV-02") == .pass)
    #expect(state.status("NP-COV-03") == .pass)
  }

  @Test func `COV-02 fails where a new pod without labels would be open`() throws {
    let policy = Manifest.policy("p", in: "shop", "{podSelector: {matchExpressions: [{key: app, operator: Exists}]}}")
    let result = try #require(
      try state(shop, policy, Manifest.deployment("api", in: "shop", labels: "{app: api}")).result("NP-COV-02"))
    #expect(result.status == .fail)
    #expect(result.findings.first?.message == "a new pod without labels is not isolated for ingress")
    #expect(result.findings.first?.remedyYAML?.contains("- Ingress") == true)
  }

  @Test func `COV-02 passes where NotIn covers the new pod, and fails where it leaves a pod out`() throws {
    let policy = Manifest.policy(
      "p", in: "shop", "{podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [db]}]}}")
    #expect(try state(shop, policy).status("NP-COV-02") == .pass)
    let db = Manifest.deployment("db", in: "shop", labels: "{app: db}")
    let result = try #require(try state(shop, policy, db).result("NP-COV-02"))
    #expect(result.findings.first?.message == "Deployment/db is not isolated for ingress")
  }

  @Test(arguments: [
    "[{}]", "[{from: [{ipBlock: {cidr: 0.0.0.0/1}}, {ipBlock: {cidr: 128.0.0.0/1}}]}]",
    "[{from: [{namespaceSelector: {}}]}]", "[{ports: [{port: 1, endPort: 65535}]}]",
  ])
  func `COV-02 fails where another policy opens what one closes, and names the rule`(_ rules: String) throws {
    let open = Manifest.policy("open", in: "shop", "{podSelector: {}, ingress: \(rules)}")
    let state = try state(shop, deny, open)
    let finding = try #require(state.result("NP-COV-02")?.findings.first)
    #expect(finding.yamlPath == "spec.ingress[0]")
    #expect(finding.storePath == "namespaces/shop/networkpolicies.networking.k8s.io/open.yaml")
    #expect(finding.remedyYAML == nil)
    #expect(state.status("NP-COV-03") == .pass)
  }

  @Test func `COV-02 leaves pods on the host's network to COV-06`() throws {
    let agent = Manifest.deployment("agent", in: "shop", labels: "{app: agent}", pod: "{hostNetwork: true}")
    #expect(try state(shop, deny, agent).status("NP-COV-02") == .pass)
  }

  @Test func `COV-02 is not evaluated where a policy of another kind may decide`() throws {
    let istio = Manifest.object("security.istio.io/v1", "AuthorizationPolicy", "name: x, namespace: shop")
    let result = try #require(try state(shop, deny, Manifest.namespace("lab"), istio).result("NP-COV-02"))
    #expect(result.outcome("Namespace shop") == .notEvaluated)
    #expect(result.outcome("Namespace lab") == .fail)
    #expect(result.status == .notEvaluated)
  }

  @Test func `COV-02 and COV-03 are judged by all kinds of policy together`() throws {
    let global = Manifest.object("projectcalico.org/v3", "GlobalNetworkPolicy", "name: g", "{selector: all(), types: [Ingress, Egress]}")
    #expect(try state(shop, Manifest.namespace("lab"), global).status("NP-COV-02") == .pass)
    #expect(try state(shop, Manifest.namespace("lab"), global).status("NP-COV-03") == .pass)
    let open = Manifest.object(
      "projectcalico.org/v3", "GlobalNetworkPolicy", "name: g", "{selector: all(), order: 1, types: [Ingress], ingress: [{action: Allow}]}")
    let finding = try #require(try state(shop, deny, open).result("NP-COV-02")?.findings.first)
    #expect(finding.message == "GlobalNetworkPolicy g allows ingress from anyone on a new pod without labels")
    // Calico does not enforce what is written for Cilium.
    let cilium = Manifest.object(
      "cilium.io/v2", "CiliumNetworkPolicy", "name: x, namespace: shop", "{endpointSelector: {}, ingress: [{fromEntities: [all]}]}")
    #expect(try state(shop, deny, cilium).status("NP-COV-02") == .pass)
    #expect(try state(shop, cilium).status("NP-COV-02") == .fail)
  }

  @Test func `COV-02 is not evaluated where workloads were unread, unless a policy closes them all`() throws {
    let some = Manifest.policy(
      "p", in: "shop", "{podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [db]}]}}")
    let unread = [KindCoverage.unread("", "pods")]
    #expect(try state(shop, some, coverage: unread).status("NP-COV-02") == .notEvaluated)
    #expect(try state(shop, deny, coverage: unread).status("NP-COV-02") == .pass)
  }

  @Test func `COV-02 is not evaluated where namespaces were unread`() throws {
    let state = try state(deny, coverage: [.unread("", "namespaces")])
    let result = try #require(state.result("NP-COV-02"))
    #expect(result.status == .notEvaluated)
    #expect(result.outcome("Namespace shop") == .pass)
    #expect(result.outcome("Cluster test") == .notEvaluated)
  }

  // MARK: NP-COV-07

  @Test func `COV-07 passes where nothing runs in default, and names what does`() throws {
    #expect(try state(shop, Manifest.namespace("default")).status("NP-COV-07") == .pass)
    let result = try #require(
      try state(shop, Manifest.deployment("api", in: "default")).result("NP-COV-07"))
    #expect(result.status == .fail)
    #expect(result.findings.map(\.subject.title) == ["Deployment default/api"])
  }

  @Test func `COV-07 is not evaluated where default was outside of the reading`() throws {
    let pods = KindCoverage(group: "", resource: "pods", namespace: "shop", status: .read)
    #expect(try state(shop, coverage: [pods]).status("NP-COV-07") == .notEvaluated)
  }
}
