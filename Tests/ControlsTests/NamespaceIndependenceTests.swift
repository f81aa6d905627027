import Controls
import KubeModel
import Registers
import Testing

/// Answers are kept by what they rest on, so they must rest on nothing else.
@Suite struct NamespaceIndependenceTests {
  /// Another namespace, with or without labels that nobody asks for, in which all kinds of things stand.
  private static let others: [String] = [
    "", Manifest.deployment("x", in: "lab", labels: "{app: web}"), Manifest.policy("p", in: "lab", "{podSelector: {}, ingress: [{}]}"),
    Manifest.policy("p", in: "lab", "{podSelector: x}"),
    Manifest.object("cilium.io/v2", "CiliumNetworkPolicy", "name: c, namespace: lab", "{endpointSelector: {}, ingress: [{fromEntities: [all]}]}"),
    Manifest.object("projectcalico.org/v3", "NetworkPolicy", "name: c, namespace: lab", "{selector: all(), ingress: [{action: Deny}]}"),
    Manifest.object("security.istio.io/v1", "AuthorizationPolicy", "name: a, namespace: lab"),
    Manifest.object("v1", "Service", "name: s, namespace: lab", "{type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}"),
    Manifest.deployment("agent", in: "lab", labels: "{pcns.env: x}", pod: "{hostNetwork: true}"),
  ]

  private let own =
    Manifest.namespace("shop", "{env: prod}") + Manifest.deployment("web", in: "shop", labels: "{app: web}")
    + Manifest.policy(
      "p", in: "shop",
      "{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}]}], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: 23}]}]}")
    + Manifest.object("v1", "Service", "name: s, namespace: shop", "{type: NodePort, selector: {app: web}, ports: [{port: 80}]}")
    + Manifest.namespace("lab")

  private let rulings = Rulings([("Zones", "{default: deny, zones: [{name: a, members: [{namespaces: [shop]}]}]}")])

  @Test(arguments: ["calico", "cilium", "kindnet"])
  func `an answer for a namespace does not change when another namespace's objects change`(_ cni: String) throws {
    func answers(_ other: String) throws -> [String: CheckAnswer] {
      let state = try ClusterState(yaml: own + other, enforcement: .init(basis: .read, cni: cni, detail: ""))
      let context = try #require(CheckContext(state, rulings).namespaces.first { $0.name == "shop" })
      var answers: [String: CheckAnswer] = [:]
      for check in CheckCatalog.checks(rulings) {
        if check.asksNamespaces { answers[check.id] = check.answer(context) }
      }
      return answers
    }
    let alone = try answers("")
    #expect(alone.count > 15)
    for other in NamespaceIndependenceTests.others {
      for (id, answer) in try answers(other) { #expect(answer == alone[id], "\(id) \(other)") }
    }
  }

  @Test func `messages of findings hold no counts`() throws {
    let state = try ClusterState(yaml: own + NamespaceIndependenceTests.others[2])
    for check in CheckCatalog.checks(rulings) {
      for finding in check.result(CheckContext(state, rulings)).findings {
        #expect(finding.message.firstMatch(of: /\b\d+ (rules|workloads|more|policies|of)\b/) == nil, "\(check.id) \(finding.message)")
      }
    }
  }
}
