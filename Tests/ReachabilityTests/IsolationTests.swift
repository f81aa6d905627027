import KubeModel
import Reachability
import Testing

@Suite struct IsolationTests {
  func isolation(_ objects: String, unread: [KindCoverage] = []) throws -> Isolation {
    Isolation(try ClusterState(yaml: objects, unread: unread))
  }

  func policy(_ name: String, in namespace: String, _ spec: String) -> String {
    "\n---\n{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: \(name), namespace: \(namespace)}, spec: \(spec)}\n"
  }

  let namespaces = """
    {apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {env: prod}}}
    ---
    {apiVersion: v1, kind: Namespace, metadata: {name: lab, labels: {env: test}}}
    """

  @Test func `a policy isolates in its own namespace only`() throws {
    let isolation = try isolation(namespaces + policy("deny", in: "shop", "{podSelector: {}}"))
    #expect(isolation.verdict(["app": "web"], in: "shop", .ingress) == .closed(policies: ["deny"]))
    #expect(isolation.verdict(["app": "web"], in: "lab", .ingress) == .notIsolated)
    #expect(isolation.verdict([:], in: "nowhere", .ingress) == .notIsolated)
  }

  @Test func `a policy isolates in its own direction only`() throws {
    let isolation = try isolation(namespaces + policy("deny", in: "shop", "{podSelector: {}, policyTypes: [Ingress]}"))
    #expect(isolation.verdict([:], in: "shop", .ingress) == .closed(policies: ["deny"]))
    #expect(isolation.verdict([:], in: "shop", .egress) == .notIsolated)
    #expect(isolation.closesEveryPod(in: "shop", .ingress))
    #expect(!isolation.closesEveryPod(in: "shop", .egress))
  }

  @Test func `matchLabels may hit while matchExpressions excludes the pod`() throws {
    let spec = "{podSelector: {matchLabels: {tier: fe}, matchExpressions: [{key: app, operator: In, values: [zzz]}]}}"
    let isolation = try isolation(namespaces + policy("p", in: "shop", spec))
    #expect(isolation.verdict(["tier": "fe", "app": "web"], in: "shop", .ingress) == .notIsolated)
    #expect(isolation.verdict(["tier": "fe", "app": "zzz"], in: "shop", .ingress) == .closed(policies: ["p"]))
  }

  @Test func `NotIn isolates a pod that lacks the label`() throws {
    let spec = "{podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [db]}]}}"
    let isolation = try isolation(namespaces + policy("p", in: "shop", spec))
    #expect(isolation.verdict([:], in: "shop", .ingress) == .closed(policies: ["p"]))
    #expect(isolation.verdict(["app": "db"], in: "shop", .ingress) == .notIsolated)
    // Every pod that was seen may be closed; the next one with the label would not be.
    #expect(!isolation.closesEveryPod(in: "shop", .ingress))
  }

  @Test func `one rule for everyone opens what another policy closes`() throws {
    let isolation = try isolation(
      namespaces + policy("deny", in: "shop", "{podSelector: {}}")
        + policy("open", in: "shop", "{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {}}]}, {}]}"))
    #expect(
      isolation.verdict(["app": "web"], in: "shop", .ingress)
        == .open(policy: "open", rule: "spec.ingress[1]", everyone: "anyone"))
    #expect(isolation.verdict(["app": "db"], in: "shop", .ingress) == .closed(policies: ["deny"]))
    #expect(!isolation.closesEveryPod(in: "shop", .ingress))
  }

  @Test func `a rule for everyone on some ports leaves the rest closed`() throws {
    let isolation = try isolation(
      namespaces + policy("web", in: "shop", "{podSelector: {}, ingress: [{ports: [{port: 443}]}]}"))
    #expect(isolation.verdict([:], in: "shop", .ingress) == .closed(policies: ["web"]))
  }

  @Test func `rules of a direction that policyTypes leaves out open nothing`() throws {
    let isolation = try isolation(
      namespaces + policy("p", in: "shop", "{podSelector: {}, policyTypes: [Egress], ingress: [{}]}"))
    #expect(isolation.verdict([:], in: "shop", .egress) == .closed(policies: ["p"]))
    #expect(isolation.verdict([:], in: "shop", .ingress) == .notIsolated)
  }

  @Test func `a policy that cannot be evaluated makes its namespace unknown`() throws {
    let isolation = try isolation(
      namespaces + policy("deny", in: "shop", "{podSelector: {}}")
        + policy("odd", in: "shop", "{podSelector: {matchExpressions: [{key: a, operator: Gt, values: ['1']}]}}"))
    #expect(isolation.unknownReason("shop")?.contains("odd") == true)
    #expect(!isolation.closesEveryPod(in: "shop", .ingress))
    #expect(isolation.unknownReason("lab") == nil)
  }

  func policyOfOtherKind(_ version: String, _ kind: String, _ metadata: String, _ spec: String = "{}") -> String {
    "\n---\n{apiVersion: \(version), kind: \(kind), metadata: {\(metadata)}, spec: \(spec)}\n"
  }

  @Test(arguments: [
    ("cilium.io/v2", "CiliumNetworkPolicy"), ("projectcalico.org/v3", "NetworkPolicy"),
    ("crd.projectcalico.org/v1", "NetworkPolicy"), ("crd.antrea.io/v1beta1", "NetworkPolicy"),
    ("security.istio.io/v1", "AuthorizationPolicy"), ("example.com/v1", "FancyNetworkPolicy"),
  ])
  func `a policy of another kind makes its namespace unknown, and no other`(
    _ given: (version: String, kind: String)
  ) throws {
    let isolation = try isolation(
      namespaces + policy("deny", in: "shop", "{podSelector: {}}")
        + policyOfOtherKind(given.version, given.kind, "name: x, namespace: shop"))
    guard case .unknown(let reason) = isolation.verdict([:], in: "shop", .ingress) else {
      Issue.record("not unknown: \(isolation.verdict([:], in: "shop", .ingress))")
      return
    }
    #expect(reason.contains("\(given.kind) x"))
    #expect(isolation.verdict([:], in: "lab", .ingress) == .notIsolated)
  }

  @Test(arguments: [
    ("cilium.io/v2", "CiliumClusterwideNetworkPolicy"), ("projectcalico.org/v3", "GlobalNetworkPolicy"),
    ("crd.antrea.io/v1beta1", "ClusterNetworkPolicy"), ("policy.networking.k8s.io/v1alpha1", "BaselineAdminNetworkPolicy"),
  ])
  func `a policy for the whole cluster makes everything unknown`(_ given: (version: String, kind: String)) throws {
    let isolation = try isolation(namespaces + policyOfOtherKind(given.version, given.kind, "name: x"))
    #expect(isolation.unknownReason("shop") != nil)
    #expect(isolation.unknownReason("nowhere") != nil)
  }

  @Test(arguments: [
    "{subject: {namespaces: {matchLabels: {env: prod}}}}",
    "{subject: {pods: {namespaceSelector: {matchLabels: {env: prod}}, podSelector: {}}}}",
    "{subject: {namespaces: {matchLabels: {kubernetes.io/metadata.name: shop}}}}",
  ])
  func `an AdminNetworkPolicy makes the namespaces unknown that it selects`(_ spec: String) throws {
    let isolation = try isolation(
      namespaces + policyOfOtherKind("policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy", "name: x", spec))
    #expect(isolation.unknownReason("shop") != nil)
    #expect(isolation.unknownReason("lab") == nil)
  }

  @Test func `an AdminNetworkPolicy makes everything unknown where it cannot be told whom it selects`() throws {
    let admin = policyOfOtherKind(
      "policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy", "name: x",
      "{subject: {namespaces: {matchExpressions: [{key: env, operator: Gt, values: ['1']}]}}}")
    #expect(try isolation(namespaces + admin).unknownReason("lab") != nil)
    // The labels of namespaces that were not read are not known either.
    let selecting = policyOfOtherKind(
      "policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy", "name: x",
      "{subject: {namespaces: {matchLabels: {env: prod}}}}")
    let blind = try isolation(
      policy("deny", in: "shop", "{podSelector: {}}") + selecting, unread: [.unread("", "namespaces")])
    #expect(blind.unknownReason("shop") != nil)
  }

  @Test(arguments: [
    ("networking.k8s.io", "networkpolicies"), ("cilium.io", "ciliumclusterwidenetworkpolicies"),
    ("projectcalico.org", "globalnetworkpolicies"), ("policy.networking.k8s.io", "adminnetworkpolicies"),
    ("crd.antrea.io", "clusternetworkpolicies"),
  ])
  func `a kind of policy that was not read makes everything unknown`(_ given: (group: String, resource: String)) throws {
    let isolation = try isolation(
      namespaces + policy("deny", in: "shop", "{podSelector: {}}"), unread: [.unread(given.group, given.resource)])
    #expect(isolation.unknownReason("shop") == "\(given.resource).\(given.group) unread: forbidden")
    #expect(!isolation.closesEveryPod(in: "shop", .ingress))
  }

  @Test func `a kind that was unread in one namespace leaves the others known`() throws {
    let read = KindCoverage(group: "networking.k8s.io", resource: "networkpolicies", namespace: "lab", status: .read)
    let isolation = try isolation(namespaces, unread: [.unread("networking.k8s.io", "networkpolicies", in: "shop"), read])
    #expect(isolation.unknownReason("shop") != nil)
    #expect(isolation.unknownReason("lab") == nil)
  }

  @Test func `kinds that are no policies may be unread, and kinds may be absent`() throws {
    let absent = KindCoverage(group: "cilium.io", resource: "ciliumnetworkpolicies", status: .absent)
    let isolation = try isolation(namespaces, unread: [.unread("", "services"), absent])
    #expect(isolation.unknownReason("shop") == nil)
  }

  @Test func `a state without coverage says nothing`() throws {
    let state = try ClusterState(yaml: namespaces)
    let blank = ClusterState(
      cluster: "x", entries: state.entries, coverage: [], enforcement: state.enforcement)
    #expect(Isolation(blank).unknownReason("shop")?.contains("not read") == true)
  }
}
