import KubeModel
import Reachability
import Testing

@Suite struct IsolationTests {
  private func isolation(
    _ objects: String, in namespace: String = "shop", cni: String? = "calico", unread: [KindCoverage] = []
  ) throws -> Isolation {
    let state = try ClusterState(yaml: namespaces + objects, unread: unread)
    return Isolation(
      namespace,
      ClusterState(
        cluster: "test", entries: state.entries, coverage: state.coverage,
        enforcement: .init(basis: cni == nil ? .unknown : .read, cni: cni, detail: "")))
  }

  private func policy(_ name: String, in namespace: String = "shop", _ spec: String) -> String {
    object("networking.k8s.io/v1", "NetworkPolicy", "name: \(name), namespace: \(namespace)", spec)
  }

  private func object(_ version: String, _ kind: String, _ metadata: String, _ spec: String = "{}") -> String {
    "\n---\n{apiVersion: \(version), kind: \(kind), metadata: {\(metadata)}, spec: \(spec)}\n"
  }

  private func pod(_ name: String, _ labels: String = "{}", _ more: String = "") -> String {
    "\n---\n{apiVersion: v1, kind: Workload, metadata: {name: pod.\(name), namespace: shop}, spec: {controller: {kind: Pod, name: \(name)}, pods: [{labels: \(labels), running: true\(more)}]}}\n"
  }

  private let namespaces = """
    {apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {env: prod}}}
    ---
    {apiVersion: v1, kind: Namespace, metadata: {name: lab, labels: {env: test}}}
    """
  private let closed = "{podSelector: {}, policyTypes: [Ingress, Egress]}"
  private let web = Isolation.Subject.workload("Pod/web")
  private let db = Isolation.Subject.workload("Pod/db")

  // MARK: NetworkPolicy

  @Test func `a policy isolates in its own namespace and its own direction only`() throws {
    let deny = policy("deny", "{podSelector: {}, policyTypes: [Ingress]}")
    let isolation = try isolation(pod("web") + deny)
    #expect(isolation.verdicts(web, .ingress) == [.closed])
    #expect(isolation.verdicts(.newcomer, .ingress) == [.closed])
    #expect(isolation.verdicts(web, .egress) == [.notIsolated])
    #expect(isolation.closesEveryPod(.ingress) && !isolation.closesEveryPod(.egress))
    #expect(try self.isolation(deny, in: "lab").verdicts(.newcomer, .ingress) == [.notIsolated])
  }

  @Test func `matchLabels may hit while matchExpressions excludes the pod`() throws {
    let spec = "{podSelector: {matchLabels: {tier: fe}, matchExpressions: [{key: app, operator: In, values: [zzz]}]}}"
    let isolation = try isolation(pod("web", "{tier: fe, app: web}") + pod("db", "{tier: fe, app: zzz}") + policy("p", spec))
    #expect(isolation.verdicts(web, .ingress) == [.notIsolated])
    #expect(isolation.verdicts(db, .ingress) == [.closed])
  }

  @Test func `NotIn isolates a pod that lacks the label, and the next one with it stays open`() throws {
    let spec = "{podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [db]}]}}"
    let isolation = try isolation(pod("db", "{app: db}") + policy("p", spec))
    #expect(isolation.verdicts(.newcomer, .ingress) == [.closed])
    #expect(isolation.verdicts(db, .ingress) == [.notIsolated])
    #expect(!isolation.closesEveryPod(.ingress))
  }

  @Test func `one rule for everyone opens what another policy closes, and is named`() throws {
    let isolation = try isolation(
      pod("web", "{app: web}") + pod("db", "{app: db}") + policy("deny", closed)
        + policy("open", "{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {}}]}, {}]}"))
    guard case .open(let opening) = isolation.verdicts(web, .ingress).first else {
      Issue.record("\(isolation.verdicts(web, .ingress))")
      return
    }
    #expect(opening.policy?.name == "open" && opening.path == "spec.ingress[1]" && opening.everyone == "anyone")
    #expect(isolation.verdicts(db, .ingress) == [.closed])
    #expect(!isolation.closesEveryPod(.ingress))
  }

  @Test func `a rule for everyone on some ports leaves the rest closed`() throws {
    let isolation = try isolation(policy("web", "{podSelector: {}, ingress: [{ports: [{port: 443}]}]}"))
    #expect(isolation.verdicts(.newcomer, .ingress) == [.closed])
  }

  @Test func `rules of a direction that policyTypes leaves out open nothing`() throws {
    let isolation = try isolation(policy("p", "{podSelector: {}, policyTypes: [Egress], ingress: [{}]}"))
    #expect(isolation.verdicts(.newcomer, .egress) == [.closed])
    #expect(isolation.verdicts(.newcomer, .ingress) == [.notIsolated])
  }

  @Test func `workloads on the network of their node have no verdict`() throws {
    #expect(try isolation(pod("web", "{}", ", hostNetwork: true")).verdicts(web, .ingress) == [])
  }

  // MARK: Other kinds, and several of them together

  private func admin(_ kind: String, _ spec: String) -> String {
    object("policy.networking.k8s.io/v1alpha1", kind, "name: \(kind == "AdminNetworkPolicy" ? "x" : "default")", spec)
  }

  @Test func `an administrator's default closes the namespaces that it selects, and a policy of the namespace replaces it`() throws {
    let baseline = admin(
      "BaselineAdminNetworkPolicy",
      "{subject: {namespaces: {matchLabels: {env: prod}}}, ingress: [{name: all, action: Deny, from: [{namespaces: {}}]}]}")
    // Addresses outside are no peers of such a rule: from there everything still comes in.
    #expect(try isolation(baseline, cni: "ovn-kubernetes").verdicts(.newcomer, .ingress) == [.notIsolated])
    let egress = admin(
      "BaselineAdminNetworkPolicy",
      "{subject: {namespaces: {matchLabels: {env: prod}}}, egress: [{name: all, action: Deny, to: [{namespaces: {}}, {networks: [0.0.0.0/0]}]}]}")
    #expect(try isolation(egress, cni: "ovn-kubernetes").verdicts(.newcomer, .egress) == [.closed])
    #expect(try isolation(egress, in: "lab", cni: "ovn-kubernetes").verdicts(.newcomer, .egress) == [.notIsolated])
    let open = policy("open", "{podSelector: {}, policyTypes: [Egress], egress: [{}]}")
    guard case .open = try isolation(egress + open, cni: "ovn-kubernetes").verdicts(.newcomer, .egress).first else {
      Issue.record("a NetworkPolicy outranks the default")
      return
    }
  }

  @Test func `an administrator's denial closes what a policy of the namespace opens`() throws {
    let deny = admin(
      "AdminNetworkPolicy",
      "{priority: 1, subject: {namespaces: {}}, egress: [{name: all, action: Deny, to: [{namespaces: {}}, {networks: [0.0.0.0/0]}]}]}")
    let open = policy("open", "{podSelector: {}, policyTypes: [Egress], egress: [{}]}")
    #expect(try isolation(deny + open, cni: "ovn-kubernetes").verdicts(.newcomer, .egress) == [.closed])
  }

  @Test func `Cilium's rules close and open as Cilium takes them`() throws {
    func cilium(_ spec: String) -> String { object("cilium.io/v2", "CiliumNetworkPolicy", "name: c, namespace: shop", spec) }
    // A rule without peers selects nobody there.
    #expect(try isolation(cilium("{endpointSelector: {}, ingress: [{}]}"), cni: "cilium").verdicts(.newcomer, .ingress) == [.closed])
    for rule in ["{fromEntities: [all]}", "{fromEntities: [world]}", "{fromCIDR: [0.0.0.0/0]}", "{fromEntities: [cluster]}"] {
      guard case .open(let opening) = try isolation(cilium("{endpointSelector: {}, ingress: [\(rule)]}"), cni: "cilium")
        .verdicts(.newcomer, .ingress).first
      else {
        Issue.record("\(rule)")
        continue
      }
      #expect(opening.policy?.kind == "CiliumNetworkPolicy" && opening.path?.hasPrefix("spec.ingress[0]") == true)
    }
    // Names and the API server are not everyone, wherever their addresses are.
    for rule in ["{toFQDNs: [{matchName: example.com}]}", "{toEntities: [kube-apiserver]}"] {
      #expect(
        try isolation(cilium("{endpointSelector: {}, egress: [\(rule)]}"), cni: "cilium").verdicts(.newcomer, .egress) == [.closed])
    }
    // What is allowed under conditions is open.
    let http = "{fromEntities: [all], toPorts: [{ports: [{port: \"0\", protocol: TCP}]}]}"
    guard case .open = try isolation(cilium("{endpointSelector: {}, ingress: [\(http)]}"), cni: "cilium").verdicts(.newcomer, .ingress).first
    else {
      Issue.record("every port of TCP")
      return
    }
  }

  @Test func `Calico's tiers decide before NetworkPolicies, and one that passes leaves it to them`() throws {
    func global(_ spec: String) -> String { object("projectcalico.org/v3", "GlobalNetworkPolicy", "name: g", spec) }
    let deny = global("{selector: all(), types: [Ingress, Egress]}")
    #expect(try isolation(deny).verdicts(.newcomer, .ingress) == [.closed])
    #expect(try isolation(deny).closesEveryPod(.egress))
    let open = global("{selector: all(), order: 1, types: [Ingress], ingress: [{action: Allow}]}")
    guard case .open(let opening) = try isolation(open + policy("deny", closed)).verdicts(.newcomer, .ingress).first else {
      Issue.record("a global policy opens")
      return
    }
    #expect(opening.policy?.kind == "GlobalNetworkPolicy" && opening.everyone == "anyone")
    let tier = object("projectcalico.org/v3", "Tier", "name: first", "{order: 1}")
    let pass = object(
      "projectcalico.org/v3", "GlobalNetworkPolicy", "name: first.g",
      "{tier: first, selector: all(), types: [Ingress], ingress: [{action: Pass}]}")
    #expect(try isolation(tier + pass + policy("deny", closed)).verdicts(.newcomer, .ingress) == [.closed])
    #expect(try isolation(tier + pass).verdicts(.newcomer, .ingress) == [.notIsolated])
  }

  // MARK: What is not known

  @Test(arguments: [
    ("crd.antrea.io/v1beta1", "NetworkPolicy"), ("security.istio.io/v1", "AuthorizationPolicy"),
    ("example.com/v1", "FancyNetworkPolicy"),
  ])
  func `a policy that is not modelled makes its namespace unknown, and no other`(
    _ given: (version: String, kind: String)
  ) throws {
    let objects = policy("deny", closed) + object(given.version, given.kind, "name: x, namespace: shop")
    guard case .unknown(let reason) = try isolation(objects).verdicts(.newcomer, .ingress).first else {
      Issue.record("not unknown")
      return
    }
    #expect(reason.contains("\(given.kind) x"))
    #expect(try isolation(objects, in: "lab").verdicts(.newcomer, .ingress) == [.notIsolated])
  }

  @Test func `a policy for the whole cluster that is not modelled makes everything unknown`() throws {
    let objects = object("crd.antrea.io/v1beta1", "ClusterNetworkPolicy", "name: x")
    for namespace in ["shop", "lab"] { #expect(try isolation(objects, in: namespace).unknownReason != nil) }
  }

  @Test func `a policy of another CNI changes nothing, and leaves all open where the CNI is not known`() throws {
    let cilium = object(
      "cilium.io/v2", "CiliumNetworkPolicy", "name: x, namespace: shop", "{endpointSelector: {}, ingress: [{fromEntities: [all]}]}")
    #expect(try isolation(policy("deny", closed) + cilium).verdicts(.newcomer, .ingress) == [.closed])
    #expect(try isolation(policy("deny", closed) + cilium, cni: nil).unknownReason?.contains("the CNI is not known") == true)
    #expect(try isolation(policy("deny", closed) + cilium, in: "lab", cni: nil).unknownReason == nil)
  }

  @Test func `policies of one rank that disagree are not judged`() throws {
    let priority = "priority: 5, subject: {namespaces: {}}"
    let objects =
      object(
        "policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy", "name: a",
        "{\(priority), egress: [{name: a, action: Allow, to: [{namespaces: {}}, {networks: [0.0.0.0/0]}]}]}")
      + object(
        "policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy", "name: b",
        "{\(priority), egress: [{name: a, action: Deny, to: [{namespaces: {}}, {networks: [0.0.0.0/0]}]}]}")
    guard case .unknown(let reason) = try isolation(objects, cni: "ovn-kubernetes").verdicts(.newcomer, .egress).first else {
      Issue.record("judged")
      return
    }
    #expect(reason.contains("one rank"))
  }

  @Test(arguments: [
    ("networking.k8s.io", "networkpolicies"), ("cilium.io", "ciliumclusterwidenetworkpolicies"),
    ("projectcalico.org", "globalnetworkpolicies"), ("policy.networking.k8s.io", "adminnetworkpolicies"),
    ("crd.antrea.io", "clusternetworkpolicies"),
  ])
  func `a kind of policy that was not read makes everything unknown`(_ given: (group: String, resource: String)) throws {
    let isolation = try isolation(policy("deny", closed), unread: [.unread(given.group, given.resource)])
    #expect(isolation.unknownReason == "\(given.resource).\(given.group) unread: forbidden")
    #expect(!isolation.closesEveryPod(.ingress))
  }

  @Test func `a kind that was unread in one namespace leaves the others known`() throws {
    let unread = [
      KindCoverage.unread("networking.k8s.io", "networkpolicies", in: "shop"),
      KindCoverage(group: "networking.k8s.io", resource: "networkpolicies", namespace: "lab", status: .read),
    ]
    #expect(try isolation("", unread: unread).unknownReason != nil)
    #expect(try isolation("", in: "lab", unread: unread).unknownReason == nil)
  }

  @Test func `sets that a rule speaks of and that were not read leave the namespace unknown`() throws {
    let spec = "{endpointSelector: {}, egress: [{toCIDRSet: [{cidrGroupRef: office}]}]}"
    let objects = object("cilium.io/v2", "CiliumNetworkPolicy", "name: c, namespace: shop", spec)
    let unread = [KindCoverage.unread("cilium.io", "ciliumcidrgroups")]
    #expect(try isolation(objects, cni: "cilium", unread: unread).unknownReason?.contains("ciliumcidrgroups") == true)
    #expect(try isolation(policy("deny", closed), cni: "cilium", unread: unread).unknownReason == nil)
  }

  @Test func `kinds that are no policies may be unread, and kinds may be absent`() throws {
    let absent = KindCoverage(group: "cilium.io", resource: "ciliumnetworkpolicies", status: .absent)
    #expect(try isolation("", unread: [.unread("", "services"), absent]).unknownReason == nil)
  }

  @Test func `a state without coverage says nothing`() throws {
    let state = try ClusterState(yaml: namespaces)
    let blank = ClusterState(cluster: "x", entries: state.entries, coverage: [], enforcement: state.enforcement)
    #expect(Isolation("shop", blank).unknownReason?.contains("not read") == true)
  }

  // MARK: Addresses and nodes

  @Test func `what reaches an address is told of the pod, also of one on the network of its node`() throws {
    let metadata = try #require(IPRange("169.254.169.254"))
    func reached(_ objects: String) throws -> Bool {
      try !isolation(objects).outcome(web, to: [metadata], TrafficSet(.tcp, 80...80)).isDenied
    }
    #expect(try reached(pod("web")))
    #expect(try !reached(pod("web") + policy("deny", closed)))
    #expect(try reached(pod("web", "{}", ", hostNetwork: true") + policy("deny", closed)))
    let world = "{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0%}}]}]}"
    #expect(try reached(pod("web") + policy("p", world.replacing("%", with: ""))))
    #expect(try !reached(pod("web") + policy("p", world.replacing("%", with: ", except: [169.254.169.254/32]"))))
  }

  @Test func `a block of addresses reaches nodes where the CNI takes it so`() throws {
    let world = policy("p", "{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]}")
    let kubelet = TrafficSet(.tcp, 10_250...10_250)
    #expect(try isolation(pod("web") + world).outcomeToNodes(web, kubelet).allowed == kubelet)
    #expect(try isolation(pod("web") + world, cni: "cilium").outcomeToNodes(web, kubelet).isDenied)
  }
}
