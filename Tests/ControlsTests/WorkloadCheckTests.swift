import Controls
import KubeModel
import Testing

@Suite struct WorkloadCheckTests {
  func state(_ manifests: String..., coverage: [KindCoverage] = []) throws -> ClusterState {
    try ClusterState(yaml: manifests.joined(), coverage: coverage)
  }

  let shop = Manifest.namespace("shop")
  let api = Manifest.deployment("api", in: "shop", labels: "{app: api}")
  let host = Manifest.deployment("agent", in: "shop", labels: "{app: agent}", pod: "{hostNetwork: true}")
  let denyAPI = Manifest.policy("p", in: "shop", "{podSelector: {matchLabels: {app: api}}, policyTypes: [Ingress]}")

  // MARK: NP-COV-04 and -05

  @Test func `COV-04 and COV-05 judge each direction by itself`() throws {
    let state = try state(shop, api, denyAPI)
    #expect(state.status("NP-COV-04") == .pass)
    let egress = try #require(state.result("NP-COV-05"))
    #expect(egress.status == .fail)
    let finding = try #require(egress.findings.first)
    #expect(finding.subject.title == "Deployment shop/api")
    #expect(finding.storePath == "namespaces/shop/workloads/deployment.api.yaml")
    #expect(finding.remedyYAML?.contains("- Egress") == true)
  }

  @Test func `COV-04 fails where one kind of a controller's pods is not selected`() throws {
    let pod = """
      ---
      apiVersion: v1
      kind: Pod
      metadata:
        name: api-1
        namespace: shop
        labels: {app: api-canary}
        ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: api, controller: true, uid: u}]
      spec: {}
      status: {phase: Running}

      """
    #expect(try state(shop, api, denyAPI).status("NP-COV-04") == .pass)
    #expect(try state(shop, api, denyAPI, pod).status("NP-COV-04") == .fail)
  }

  @Test func `COV-04 does not apply to pods on the host's network, which COV-06 lists`() throws {
    let state = try state(shop, host)
    #expect(state.result("NP-COV-04")?.outcome("Deployment shop/agent") == .notApplicable)
    #expect(state.status("NP-COV-04") == .notApplicable)
    #expect(state.status("NP-COV-06") == .fail)
    #expect(state.result("NP-COV-06")?.findings.map(\.subject.title) == ["Deployment shop/agent"])
  }

  @Test func `COV-04 counts what applies and nothing else`() throws {
    let result = try #require(try state(shop, api, host, denyAPI).result("NP-COV-04"))
    #expect(result.status == .pass)
    #expect((result.passed, result.counted) == (1, 1))
    #expect(result.outcomes.count == 2)
  }

  @Test func `COV-04 to COV-06 do not apply where there are no workloads`() throws {
    for id in ["NP-COV-04", "NP-COV-05", "NP-COV-06"] {
      #expect(try state(shop).status(id) == .notApplicable)
    }
  }

  @Test(arguments: [
    KindCoverage.unread("", "pods"), .unread("apps", "deployments"), .unread("batch", "cronjobs", in: "shop"),
    .unread("", "namespaces"),
  ])
  func `COV-04 and COV-06 are not evaluated where workloads may be missing`(_ coverage: KindCoverage) throws {
    let state = try state(shop, api, denyAPI, coverage: [coverage])
    #expect(state.status("NP-COV-04") == .notEvaluated)
    #expect(state.status("NP-COV-06") == .notEvaluated)
  }

  @Test func `COV-04 passes for pods that were unread where a policy closes every pod`() throws {
    let deny = Manifest.policy("deny", in: "shop", Manifest.denyBoth)
    #expect(try state(shop, api, deny, coverage: [.unread("", "pods")]).status("NP-COV-04") == .pass)
  }

  @Test func `COV-04 is not evaluated where policies were unread`() throws {
    let coverage = [KindCoverage.unread("networking.k8s.io", "networkpolicies")]
    let result = try #require(try state(shop, api, coverage: coverage).result("NP-COV-04"))
    #expect(result.status == .notEvaluated)
    #expect(result.findings.isEmpty)
    #expect(result.explanation.contains("forbidden"))
  }

  @Test func `what was unread outweighs a failure that was seen, which stays a finding`() throws {
    let lab = Manifest.namespace("lab") + Manifest.deployment("x", in: "lab")
    let coverage = [
      KindCoverage.unread("", "pods", in: "shop"),
      KindCoverage(group: "", resource: "pods", namespace: "lab", status: .read),
    ]
    let result = try #require(try state(shop, api, denyAPI, lab, coverage: coverage).result("NP-COV-04"))
    #expect(result.status == .notEvaluated)
    #expect(result.findings.count > 0)
    #expect(result.notEvaluated.map(\.subject.title) == ["Namespace shop"])
  }

  // MARK: NP-COV-06

  @Test func `COV-06 passes where no workload is on the host's network`() throws {
    #expect(try state(shop, api).status("NP-COV-06") == .pass)
    #expect(try state(shop, api).result("NP-COV-06")?.findings.isEmpty == true)
  }

  // MARK: NP-COV-08

  @Test(arguments: [
    (ClusterState.Enforcement.Basis.read, ControlStatus.pass), (.attested, .pass), (.probed, .pass), (.unknown, .notEvaluated),
  ])
  func `COV-08 passes only where enforcement is known`(
    _ given: (basis: ClusterState.Enforcement.Basis, status: ControlStatus)
  ) throws {
    let enforcement = ClusterState.Enforcement(basis: given.basis, cni: "x", detail: "nobody looked")
    let result = try #require(try ClusterState(yaml: shop, enforcement: enforcement).result("NP-COV-08"))
    #expect(result.status == given.status)
    if given.status == .notEvaluated { #expect(result.explanation.contains("nobody looked")) }
  }

  @Test func `COV-08 fails where the CNI is known not to enforce, and says why`() throws {
    let enforcement = ClusterState.Enforcement(basis: .read, isOn: false, cni: "cilium", detail: "policy-audit-mode is on, nothing is enforced")
    let result = try #require(try ClusterState(yaml: shop, enforcement: enforcement).result("NP-COV-08"))
    #expect(result.status == .fail)
    #expect(result.findings.map(\.message) == ["policy-audit-mode is on, nothing is enforced"])
  }

  @Test func `COV-04 and COV-05 are judged by Cilium's policies where Cilium runs`() throws {
    func status(_ id: String, _ spec: String) throws -> ControlStatus? {
      let policy = Manifest.object("cilium.io/v2", "CiliumNetworkPolicy", "name: c, namespace: shop", spec)
      return try ClusterState(yaml: shop + api + policy, enforcement: .init(basis: .read, cni: "cilium", detail: "")).status(id)
    }
    let ingress = "{endpointSelector: {matchLabels: {app: api}}, ingress: [{fromEndpoints: [{matchLabels: {app: web}}]}]}"
    #expect(try status("NP-COV-04", ingress) == .pass)
    #expect(try status("NP-COV-05", ingress) == .fail)
    let lax = "{endpointSelector: {}, enableDefaultDeny: {ingress: false}, ingress: [{fromEndpoints: [{matchLabels: {app: web}}]}]}"
    #expect(try status("NP-COV-04", lax) == .fail)
  }

  // MARK: NP-POP-01

  @Test func `POP-01 passes where every kind was read or is absent, and names what was not`() throws {
    let absent = KindCoverage(group: "cilium.io", resource: "ciliumnetworkpolicies", status: .absent)
    #expect(try state(shop, coverage: [absent]).status("NP-POP-01") == .pass)
    let result = try #require(
      try state(shop, coverage: [.unread("", "pods", in: "shop")]).result("NP-POP-01"))
    #expect(result.status == .notEvaluated)
    #expect(result.findings.map(\.subject.title) == ["Kind shop/pods"])
    #expect(result.findings.first?.message == "unread: forbidden")
  }

  @Test func `POP-01 is not evaluated where no reading tells`() throws {
    let read = try state(shop)
    let blank = ClusterState(
      cluster: "x", entries: read.entries, coverage: [], enforcement: read.enforcement)
    #expect(blank.status("NP-POP-01") == .notEvaluated)
  }

  // MARK: All

  @Test func `no check passes on a state that no reading covers`() throws {
    let full = try state(shop, api, Manifest.policy("deny", in: "shop", Manifest.denyBoth))
    let blank = ClusterState(
      cluster: "x", entries: full.entries, coverage: [],
      enforcement: .init(basis: .unknown, cni: nil, detail: "the store does not tell"))
    for check in CheckCatalog.all where check.id != "NP-COV-01" {
      let status = check.result(CheckContext(blank)).status
      #expect(status != .pass && status != .notApplicable, "\(check.id) \(status)")
    }
  }

  @Test func `the same state gives the same answers in the same order`() throws {
    let full = try state(shop, api, host, denyAPI, Manifest.namespace("lab"))
    for check in CheckCatalog.all {
      let first = check.result(CheckContext(full))
      let second = check.result(CheckContext(full))
      #expect(first.outcomes == second.outcomes, "\(check.id)")
      #expect(first.findings == second.findings, "\(check.id)")
    }
  }
}
