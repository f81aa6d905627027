import KubeModel
import ReferenceEvaluator
import Testing

/// What the evaluator does where documents leave something open, one test for each that a random cluster would
/// not show by itself.
@Suite struct DecisionTests {
  private static let pods = """
    apiVersion: v1
    kind: Pod
    metadata: {name: web, namespace: shop, labels: {app: web}}
    spec:
      nodeName: node-1
      containers: [{name: c, image: i, ports: [{name: http, containerPort: 80}]}]
      initContainers: [{name: s, image: i, restartPolicy: Always, ports: [{name: metrics, containerPort: 9090}]}]
    status: {phase: Running, podIP: 10.0.0.1, hostIP: 172.18.0.1}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: client, namespace: shop, labels: {app: client}}
    spec: {containers: [{name: c, image: i}]}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: agent, namespace: shop, labels: {app: client}}
    spec: {hostNetwork: true, containers: [{name: c, image: i}]}
    ---

    """

  private func verdict(
    _ policies: String, _ semantics: Reference.Semantics = .kubernetes, from source: String = "client",
    to destination: String = "web", port: Int = 80
  ) -> Verdict {
    let text = DecisionTests.pods + policies
    let objects = DocumentReader.documents([UInt8](text.utf8)).documents.map { KubeObject($0.value) }
    let reference = Reference(objects, options: Reference.Options(semantics))
    func end(_ name: String) -> Reference.End {
      Address(name).map(Reference.End.address) ?? .endpoint("shop/Pod/\(name)")
    }
    let answer = reference.answer(Reference.Packet(from: end(source), to: end(destination), .tcp, port))
    return answer.combined
  }

  private func networkPolicy(_ rest: String) -> String {
    """
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: {name: np, namespace: shop}
    spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], \(rest)}
    """
  }

  @Test func `a host whose node is not known may be the pod's own`() {
    let closed = networkPolicy("ingress: []")
    #expect(verdict(closed) == .denied)
    #expect(verdict(closed, from: "agent") == .conditional)
    #expect(verdict(closed, from: "172.18.0.1") == .conditional)
  }

  @Test func `a pod in the node's network is not selected`() {
    let open = networkPolicy("ingress: [{from: [{podSelector: {}}]}]")
    #expect(verdict(open) == .allowed)
    #expect(verdict(open, from: "agent") == .conditional)
  }

  @Test(arguments: [("10.0.0.0/8", Verdict.conditional), ("0.0.0.0/0", .allowed)])
  func `a block holds an address that is not known, maybe`(_ given: (cidr: String, verdict: Verdict)) {
    let policy = networkPolicy("ingress: [{from: [{ipBlock: {cidr: \(given.cidr)}}]}]")
    #expect(verdict(policy) == given.verdict)
    #expect(verdict(policy, .cilium) == .denied)
  }

  @Test func `names of sidecars' ports count`() {
    #expect(verdict(networkPolicy("ingress: [{ports: [{port: http}]}]")) == .allowed)
    #expect(verdict(networkPolicy("ingress: [{ports: [{port: metrics}]}]"), port: 9090) == .allowed)
    #expect(verdict(networkPolicy("ingress: [{ports: [{port: nothing}]}]")) == .denied)
  }

  private func admin(_ name: String, _ priority: Int, _ action: String, _ peer: String = "namespaces: {}") -> String {
    """
    ---
    apiVersion: policy.networking.k8s.io/v1alpha1
    kind: AdminNetworkPolicy
    metadata: {name: \(name)}
    spec:
      priority: \(priority)
      subject: {namespaces: {}}
      ingress: [{action: \(action), from: [{\(peer)}]}]

    """
  }

  @Test func `equal priorities are ambiguous only where their order matters`() {
    #expect(verdict(admin("a", 1, "Allow") + admin("b", 1, "Deny")) == .ambiguous)
    #expect(verdict(admin("a", 1, "Allow") + admin("b", 1, "Pass")) == .allowed)
    #expect(verdict(admin("a", 0, "Deny") + admin("b", 1, "Deny") + admin("c", 1, "Allow")) == .denied)
  }

  @Test func `a peer that is not understood fails closed`() {
    #expect(verdict(admin("a", 1, "Deny", "planets: {}")) == .denied)
    #expect(verdict(admin("a", 1, "Pass", "planets: {}")) == .denied)
    #expect(verdict(admin("a", 1, "Allow", "planets: {}")) == .allowed)
    #expect(verdict(admin("a", 1, "Deny", "namespaces: {sameLabels: [env]}")) == .unknown)
  }

  private func cilium(_ rest: String) -> String {
    """
    ---
    apiVersion: cilium.io/v2
    kind: CiliumNetworkPolicy
    metadata: {name: c, namespace: shop}
    spec: {endpointSelector: {}, \(rest)}

    """
  }

  @Test func `requests restrict unless another rule allows the port`() {
    let requests = cilium("ingress: [{toPorts: [{ports: [{port: '80'}], rules: {http: [{method: GET}]}}]}]")
    #expect(verdict(requests, .cilium) == .conditional)
    #expect(verdict(requests + cilium("ingress: [{fromEndpoints: [{}]}]"), .cilium) == .allowed)
    #expect(verdict(requests, .cilium, port: 81) == .denied)
  }

  @Test func `an empty rule of Cilium allows nothing, and one with mixed peers is refused`() {
    #expect(verdict(cilium("ingress: [{}]"), .cilium) == .denied)
    #expect(verdict(cilium("ingress: []"), .cilium) == .allowed)
    #expect(verdict(cilium("ingress: [{fromEndpoints: [{}], fromEntities: [world]}]"), .cilium) == .allowed)
  }

  @Test func `Cilium's host and remote node together are any node`() {
    let both = cilium("ingress: [{fromEntities: [host, remote-node]}]")
    #expect(verdict(both, .cilium, from: "agent") == .allowed)
    #expect(verdict(cilium("ingress: [{fromEntities: [host]}]"), .cilium, from: "agent") == .conditional)
  }

  @Test func `a set of addresses is selected like a pod`() {
    let objects = """
      ---
      apiVersion: projectcalico.org/v3
      kind: NetworkPolicy
      metadata: {name: default.c, namespace: shop}
      spec: {selector: all(), ingress: [{action: Allow, source: {selector: app == 'partner'}}]}
      ---
      apiVersion: projectcalico.org/v3
      kind: NetworkSet
      metadata: {name: partners, namespace: shop, labels: {app: partner}}
      spec: {nets: [198.51.100.0/24]}

      """
    #expect(verdict(objects, .calico, from: "198.51.100.7") == .allowed)
    #expect(verdict(objects, .calico, from: "203.0.113.7") == .denied)
    #expect(verdict(objects, .kubernetes, from: "203.0.113.7") == .allowed)
  }

  @Test func `a tier without its object leaves its policies in doubt`() {
    let objects = """
      ---
      apiVersion: projectcalico.org/v3
      kind: GlobalNetworkPolicy
      metadata: {name: gone.deny}
      spec: {tier: gone, selector: all(), types: [Ingress]}

      """
    #expect(verdict(objects, .calico) == .unknown)
  }
}
