import Controls
import KubeModel
import Registers
import Testing

/// NP-ZONE-01, NP-ZONE-02, and the owner's own assertions.
@Suite struct FlowCheckTests {
  private func state(_ manifests: String..., coverage: [KindCoverage] = [], cni: String = "calico") throws -> ClusterState {
    try ClusterState(
      yaml: manifests.joined(), coverage: coverage, enforcement: .init(basis: .read, cni: cni, detail: "DaemonSet"))
  }

  private func zones(_ rest: String = "default: deny") -> Rulings {
    Rulings([(
      "Zones",
      "{\(rest), zones: [{name: cde, members: [{namespaces: [pay]}]}, {name: dev, members: [{namespaceSelector: {matchLabels: {env: dev}}}]}, {name: office, members: [{cidrs: [10.9.0.0/16]}]}]}"
    )])
  }

  private let pay = Manifest.namespace("pay") + Manifest.deployment("db", in: "pay", labels: "{app: db}")
  private let dev =
    Manifest.namespace("lab", "{env: dev}") + Manifest.deployment("web", in: "lab", labels: "{app: web}")
    + Manifest.deployment("job", in: "lab", labels: "{app: job}")
  private let other = Manifest.namespace("shop") + Manifest.deployment("api", in: "shop")
  private let deny = Manifest.policy("deny", in: "pay", Manifest.denyBoth)

  private let toDatabase = "default: allow, flows: {forbidden: [{from: dev, to: cde, ports: [TCP/5432], reason: card data}]}"

  // MARK: NP-ZONE-01

  @Test func `ZONE-01 passes where what is forbidden cannot pass, and is not evaluated without zones`() throws {
    let closed = try state(pay, dev, deny)
    #expect(closed.result("NP-ZONE-01", zones(toDatabase))?.status == .pass)
    #expect(closed.result("NP-ZONE-01")?.status == .notEvaluated)
    #expect(closed.result("NP-ZONE-01")?.explanation.contains("no zones are declared") == true)
    #expect(closed.result("NP-ZONE-01", zones("default: allow"))?.status == .notApplicable)
    #expect(try state("").result("NP-ZONE-01", zones(toDatabase))?.status == .notEvaluated)
  }

  @Test func `ZONE-01 fails for what passes in effect, and names the connection, the policy and the reason`() throws {
    let open = Manifest.policy(
      "open", in: "pay",
      "{podSelector: {}, ingress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}], ports: [{port: 5432}, {port: 80}]}]}")
    let result = try #require(try state(pay, dev, deny, open).result("NP-ZONE-01", zones(toDatabase)))
    #expect(result.status == .fail)
    let finding = try #require(result.findings.first)
    #expect(result.findings.count == 1)
    #expect(finding.subject.title == "Deployment pay/db")
    #expect(
      finding.message
        == "is reached from Deployment lab/web on TCP 5432: forbidden from zone dev to zone cde: card data")
    #expect(finding.storePath == "namespaces/pay/networkpolicies.networking.k8s.io/open.yaml")
    #expect(finding.yamlPath == "spec.ingress[0]")
    #expect(finding.remedy.contains("NetworkPolicy pay/open spec.ingress[0]"))
    #expect(finding.remedy.contains("No policy isolates the other end for egress"))
    // Both ends could close it.
    #expect(result.outcome("Namespace pay") == .fail && result.outcome("Namespace lab") == .fail)
  }

  @Test func `what all of a zone can do is one finding, and what all of a namespace can too`() throws {
    let all = try #require(try state(pay, dev).result("NP-ZONE-01", zones(toDatabase)))
    #expect(all.findings.map(\.message) == ["is reached from every workload of zone dev on TCP 5432: forbidden from zone dev to zone cde: card data"])
    #expect(all.findings.first?.remedyYAML?.contains("default-deny-ingress") == true)
    let more = Manifest.namespace("lab2", "{env: dev}") + Manifest.deployment("x", in: "lab2")
      + Manifest.policy("deny", in: "lab2", Manifest.denyBoth)
    let one = try #require(try state(pay, dev, more).result("NP-ZONE-01", zones(toDatabase)))
    #expect(one.findings.map(\.message) == ["is reached from every workload of namespace lab on TCP 5432: forbidden from zone dev to zone cde: card data"])
    #expect(one.outcome("Namespace lab2") == .pass)
  }

  @Test func `ZONE-01 judges addresses, in and out, and those that no zone holds`() throws {
    let web = Manifest.policy(
      "p", in: "pay", "{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: [{ipBlock: {cidr: 10.9.1.0/24}}], ports: [{port: 443}]}], egress: [{to: [{ipBlock: {cidr: 8.8.8.0/24}}]}]}")
    let result = try #require(try state(pay, web).result("NP-ZONE-01", zones()))
    #expect(
      Set(result.findings.map(\.message)) == [
        "is reached from 10.9.1.0/24 on TCP 443: forbidden from zone office to zone cde: no flow permits it",
        "reaches 8.8.8.0/24 on every port: forbidden from zone cde to zone outside: no flow permits it",
      ])
    let permitted = zones(
      "default: deny, flows: {permitted: [{from: office, to: cde, ports: [TCP/443], reason: x}, {from: cde, to: outside, reason: x}]}")
    #expect(try state(pay, web).result("NP-ZONE-01", permitted)?.status == .pass)
  }

  @Test func `what is in no zone is a zone of its own`() throws {
    let result = try #require(try state(pay, other).result("NP-ZONE-01", zones()))
    #expect(result.findings.contains { $0.message.hasPrefix("is reached from Deployment shop/api on every port: forbidden from zone unclassified to zone cde") })
  }

  @Test func `what passes under conditions counts as passing, and what nobody can tell is not evaluated`() throws {
    let http = Manifest.object(
      "cilium.io/v2", "CiliumNetworkPolicy", "name: h, namespace: pay",
      "{endpointSelector: {}, ingress: [{fromEntities: [cluster], toPorts: [{ports: [{port: \"5432\", protocol: TCP}], rules: {http: [{method: GET}]}}]}]}")
    let cilium = try #require(try state(pay, dev, http, cni: "cilium").result("NP-ZONE-01", zones(toDatabase)))
    #expect(cilium.status == .fail)
    let istio = Manifest.object("security.istio.io/v1", "AuthorizationPolicy", "name: a, namespace: pay")
    #expect(try state(pay, dev, deny, istio).result("NP-ZONE-01", zones(toDatabase))?.status == .notEvaluated)
    #expect(try state(pay, dev, deny, coverage: [.unread("", "pods")]).result("NP-ZONE-01", zones(toDatabase))?.status == .notEvaluated)
  }

  @Test func `a tier of Calico's closes a flow that a NetworkPolicy opens`() throws {
    let open = Manifest.policy("open", in: "pay", "{podSelector: {}, ingress: [{}]}")
    #expect(try state(pay, dev, open).result("NP-ZONE-01", zones(toDatabase))?.status == .fail)
    let tier = Manifest.object("projectcalico.org/v3", "Tier", "name: first", "{order: 1}")
    let global = Manifest.object(
      "projectcalico.org/v3", "GlobalNetworkPolicy", "name: first.g",
      "{tier: first, selector: all(), types: [Ingress], ingress: [{action: Deny, source: {namespaceSelector: \"env == 'dev'\"}}, {action: Pass}]}")
    #expect(try state(pay, dev, open, tier, global).result("NP-ZONE-01", zones(toDatabase))?.status == .pass)
  }

  @Test func `ZONE-01 reads what lies in its zones and nothing else`() throws {
    let check = try #require(CheckCatalog.checks(Rulings([("Zones", "{default: allow, zones: [{name: a, members: [{namespaces: [one]}]}, {name: b, members: [{namespaces: [two]}]}], flows: {forbidden: [{from: a, to: b, reason: r}]}}")])).first { $0.id == "NP-ZONE-01" })
    guard case .cluster(let reads, _) = check.question else {
      Issue.record("it asks of the whole cluster")
      return
    }
    #expect(reads.includes(ResourceCatalog.networkPolicies, "one") && reads.includes(ResourceCatalog.namespaces, nil))
    #expect(!reads.includes(ResourceCatalog.networkPolicies, "three"))
  }

  // MARK: NP-ZONE-02

  @Test func `ZONE-02 passes where all is in one zone, and fails for what is in none or in two`() throws {
    #expect(try state(pay, dev).result("NP-ZONE-02", zones())?.status == .pass)
    #expect(try state(pay).result("NP-ZONE-02")?.status == .notEvaluated)
    let outside = try #require(try state(pay, other, Manifest.namespace("empty")).result("NP-ZONE-02", zones()))
    #expect(outside.findings.map { "\($0.subject.title) \($0.message)" } == ["Namespace empty is in no zone", "Deployment shop/api is in no zone"])
    let both = Rulings([(
      "Zones", "{default: allow, zones: [{name: a, members: [{namespaces: [pay]}]}, {name: b, members: [{podSelector: {matchLabels: {app: db}}}]}]}")])
    #expect(try state(pay).result("NP-ZONE-02", both)?.findings.map(\.message) == ["is in the zones a and b"])
    #expect(try state(pay, coverage: [.unread("", "namespaces")]).result("NP-ZONE-02", zones())?.status == .notEvaluated)
  }

  // MARK: Assertions

  private func assertion(_ kind: String, _ ports: String = "[TCP/5432]", from: String = "{namespaces: [lab]}") -> Rulings {
    Rulings([("Assertions", "{assertions: [{id: OWN-A, title: t, reason: why, \(kind): {from: \(from), to: {namespaces: [pay]}, ports: \(ports)}}]}")])
  }

  @Test func `an assertion that denies fails for each connection that is open`() throws {
    #expect(try state(pay, dev, deny).result("OWN-A", assertion("deny"))?.status == .pass)
    let result = try #require(try state(pay, dev).result("OWN-A", assertion("deny")))
    #expect(result.findings.map(\.message) == ["is reached from every workload of the sources on TCP 5432: why"])
    #expect(result.check.title == "t" && result.check.restsOnEnforcement)
    #expect(try state(pay).result("OWN-A", assertion("deny"))?.status == .notApplicable)
  }

  @Test func `an assertion that allows fails for each connection that is closed`() throws {
    #expect(try state(pay, dev).result("OWN-A", assertion("allow"))?.status == .pass)
    let result = try #require(try state(pay, dev, deny).result("OWN-A", assertion("allow")))
    #expect(result.findings.map(\.message) == ["is not reached from every workload of the sources on TCP 5432: why"])
    let some = Manifest.policy("p", in: "pay", "{podSelector: {}, ingress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}]}]}")
    #expect(
      try state(pay, dev, some).result("OWN-A", assertion("allow"))?.findings.map(\.message)
        == ["is not reached from Deployment lab/job on TCP 5432: why"])
  }

  @Test func `an assertion may name a zone, which has to be there`() throws {
    let from = "{zone: dev}"
    #expect(try state(pay, dev).result("OWN-A", assertion("deny", from: from))?.status == .notEvaluated)
  }
}
