import Controls
import KubeModel
import Registers
import Testing

/// NP-RULE-03 to -08 and -10, and what the owner takes out of checks.
@Suite struct JustificationTests {
  private func state(_ manifests: String..., coverage: [KindCoverage] = [], cni: String = "calico") throws -> ClusterState {
    try ClusterState(
      yaml: manifests.joined(), coverage: coverage, enforcement: .init(basis: .read, cni: cni, detail: "DaemonSet"))
  }

  private let shop = Manifest.namespace("shop") + Manifest.deployment("web", in: "shop", labels: "{app: web}")
  private let deny = Manifest.policy("deny", in: "shop", Manifest.denyBoth)

  /// A policy with annotations.
  private func policy(_ spec: String, _ annotations: String = "{}") -> String {
    Manifest.object("networking.k8s.io/v1", "NetworkPolicy", "name: p, namespace: shop, annotations: \(annotations)", spec)
  }

  private let why = "{ambit.dev/justification: the shop is public, ambit.dev/owner: web}"

  // MARK: Rules

  private static let rules: [(check: String, spec: String, message: String)] = [
    (
      "NP-RULE-03", "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 8.8.8.0/24}}], ports: [{port: 443}]}]}",
      "allows ingress from 8.8.8.0/24 on TCP 443 without a justification"
    ),
    (
      "NP-RULE-03", "{podSelector: {}, ingress: [{}]}", "allows ingress from most public addresses on every port without a justification"
    ),
    (
      "NP-RULE-04", "{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 8.8.8.8/32}}]}]}",
      "allows egress to 8.8.8.8 on every port without a justification"
    ),
    (
      "NP-RULE-06", "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {a: b}}}]}]}",
      "allows ingress from whole namespaces without a justification"
    ),
    (
      "NP-RULE-07", "{podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {a: b}}}], ports: [{port: 80}]}]}",
      "allows ingress on TCP 80 without the annotations ambit.dev/owner, ambit.dev/justification"
    ),
  ]

  @Test(arguments: rules)
  func `a rule that needs a justification fails without one and passes with it`(
    _ given: (check: String, spec: String, message: String)
  ) throws {
    // Closed for egress, so that nothing but the rule is in question.
    let closed = Manifest.policy("deny", in: "shop", "{podSelector: {}, policyTypes: [Egress]}")
    let result = try #require(try state(shop, closed, policy(given.spec)).result(given.check))
    #expect(result.status == .fail)
    #expect(result.findings.map(\.message) == [given.message])
    #expect(result.findings.first?.remedyYAML?.contains("ambit.dev/justification") == true)
    #expect(try state(shop, closed, policy(given.spec, why)).result(given.check)?.status == .pass)
    let blank = "{ambit.dev/justification: ' ', ambit.dev/owner: ''}"
    #expect(try state(shop, closed, policy(given.spec, blank)).result(given.check)?.status == .fail)
  }

  @Test func `private addresses need none, and the owner's own do not either`() throws {
    let office = policy("{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}, {ipBlock: {cidr: 203.0.113.0/24}}]}]}")
    let state = try state(shop, office)
    #expect(state.result("NP-RULE-03")?.findings.first?.message.contains("203.0.113.0/24") == true)
    #expect(state.result("NP-RULE-03", Rulings([("Parameters", "{internalAddresses: [203.0.113.0/24]}")]))?.status == .pass)
  }

  @Test func `rules of other kinds need one too, also of policies of the cluster`() throws {
    let calico = Manifest.object(
      "projectcalico.org/v3", "GlobalNetworkPolicy", "name: g",
      "{selector: all(), types: [Egress], egress: [{action: Allow, protocol: TCP, destination: {nets: [8.8.8.8/32], ports: [53]}}]}")
    let global = try #require(try state(shop, calico).result("NP-RULE-04"))
    #expect(global.findings.map { "\($0.subject.title) \($0.message)" } == ["GlobalNetworkPolicy g allows egress to 8.8.8.8 on TCP 53 without a justification"])
    let cilium = Manifest.object(
      "cilium.io/v2", "CiliumNetworkPolicy", "name: c, namespace: shop", "{endpointSelector: {}, ingress: [{fromEntities: [world]}]}")
    #expect(try state(shop, cilium, cni: "cilium").result("NP-RULE-03")?.status == .fail)
    let names = Manifest.object(
      "cilium.io/v2", "CiliumNetworkPolicy", "name: c, namespace: shop", "{endpointSelector: {}, egress: [{toFQDNs: [{matchName: example.com}]}]}")
    #expect(try state(shop, names, cni: "cilium").result("NP-RULE-04")?.status == .pass)
  }

  @Test func `RULE-04 fails for a workload that nothing keeps from the Internet`() throws {
    let result = try #require(try state(shop).result("NP-RULE-04"))
    #expect(result.findings.map { "\($0.subject.title) \($0.message)" } == ["Deployment shop/web reaches public addresses, as no policy isolates it for egress"])
    #expect(try state(shop, deny).result("NP-RULE-04")?.status == .pass)
    #expect(try state(shop, coverage: [.unread("cilium.io", "ciliumnetworkpolicies")]).result("NP-RULE-04")?.status == .notEvaluated)
    #expect(try state(Manifest.namespace("shop")).result("NP-RULE-04")?.status == .notApplicable)
  }

  @Test func `whole namespaces, owners and insecure ports are looked for in rules of every kind`() throws {
    let calico = Manifest.object(
      "projectcalico.org/v3", "NetworkPolicy", "name: c, namespace: shop",
      "{selector: all(), ingress: [{action: Allow, protocol: TCP, source: {namespaceSelector: \"env == 'x'\"}, destination: {ports: [23]}}]}")
    let admin = Manifest.object(
      "policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy", "name: c",
      "{priority: 1, subject: {namespaces: {}}, ingress: [{name: t, action: Allow, from: [{namespaces: {matchLabels: {env: x}}}], ports: [{portNumber: {protocol: TCP, port: 23}}]}]}")
    let cilium = Manifest.object(
      "cilium.io/v2", "CiliumNetworkPolicy", "name: c, namespace: shop",
      "{endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {\"k8s:io.kubernetes.pod.namespace\": x}}], toPorts: [{ports: [{port: \"23\", protocol: TCP}]}]}]}")
    for (object, cni) in [(calico, "calico"), (admin, "ovn-kubernetes"), (cilium, "cilium")] {
      let state = try state(shop, object, cni: cni)
      for (check, message) in [
        ("NP-RULE-06", "allows ingress from whole namespaces without a justification"),
        ("NP-RULE-07", "allows ingress on TCP 23 without the annotations ambit.dev/owner, ambit.dev/justification"),
        ("NP-RULE-08", "allows ingress on TCP 23 (Telnet)"),
      ] {
        #expect(state.result(check)?.findings.map(\.message) == [message], "\(cni) \(check)")
      }
      #expect(state.status("NP-RULE-09") == .pass, "\(cni)")
    }
    let deny = Manifest.object("projectcalico.org/v3", "NetworkPolicy", "name: c, namespace: shop", "{selector: all(), ingress: [{action: Deny}]}")
    for id in ["NP-RULE-06", "NP-RULE-07"] { #expect(try state(shop, deny).status(id) == .notApplicable) }
    // An empty rule of Cilium's allows nothing.
    let empty = Manifest.object("cilium.io/v2", "CiliumNetworkPolicy", "name: c, namespace: shop", "{endpointSelector: {}, ingress: [{}]}")
    #expect(try state(shop, empty, cni: "cilium").status("NP-RULE-07") != .fail)
    #expect(try state(shop, coverage: [.unread("networking.k8s.io", "networkpolicies")]).status("NP-RULE-07") == .notEvaluated)
  }

  // MARK: Entry points

  private func service(_ spec: String, _ annotations: String = "{}") -> String {
    Manifest.object("v1", "Service", "name: web, namespace: shop, annotations: \(annotations)", spec)
  }

  private let balancer = "{type: LoadBalancer, selector: {app: web}, ports: [{port: 80, targetPort: 8080}], externalTrafficPolicy: Local, allocateLoadBalancerNodePorts: false}"

  @Test func `RULE-03 fails for an entry point that lets clients in without a justification`() throws {
    let result = try #require(try state(shop, service(balancer)).result("NP-RULE-03"))
    #expect(
      result.findings.map { "\($0.subject.title) \($0.message)" } == [
        "Service shop/web lets clients from outside reach Deployment/web on TCP 8080 (LoadBalancer) without a justification"
      ])
    #expect(try state(shop, service(balancer, why)).result("NP-RULE-03")?.status == .pass)
    #expect(try state(shop, deny, service(balancer)).result("NP-RULE-03")?.outcome("Service shop/web") == .pass)
    let inside = balancer.replacing("selector:", with: "loadBalancerSourceRanges: [10.0.0.0/8], selector:")
    #expect(try state(shop, service(inside)).result("NP-RULE-03")?.outcome("Service shop/web") == .pass)
    let cluster = "{selector: {app: web}, ports: [{port: 80}]}"
    #expect(try state(shop, service(cluster)).result("NP-RULE-03")?.status == .notApplicable)
    #expect(try state(shop, coverage: [.unread("", "services")]).result("NP-RULE-03")?.status == .notEvaluated)
  }

  @Test func `an Ingress lets in whom its backends let in from any pod, and a route of another namespace does too`() throws {
    let cluster = service("{selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}")
    let ingress = Manifest.object(
      "networking.k8s.io/v1", "Ingress", "name: front, namespace: shop", "{defaultBackend: {service: {name: web, port: {number: 80}}}}")
    #expect(try state(shop, cluster, ingress).result("NP-RULE-03")?.findings.map(\.subject.title) == ["Ingress shop/front"])
    let some = policy("{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {role: proxy}}}]}]}")
    #expect(try state(shop, cluster, ingress, some).result("NP-RULE-03")?.findings.map(\.subject.title) == ["Ingress shop/front"])
    #expect(try state(shop, cluster, ingress, deny).result("NP-RULE-03")?.status == .pass)
    let route = Manifest.object(
      "gateway.networking.k8s.io/v1", "HTTPRoute", "name: r, namespace: edge",
      "{parentRefs: [{name: gw}], rules: [{backendRefs: [{name: web, namespace: shop, port: 80}]}]}")
    #expect(try state(shop, cluster, Manifest.namespace("edge"), route).result("NP-RULE-03")?.findings.map(\.subject.title) == ["HTTPRoute edge/r"])
  }

  // MARK: In effect

  @Test func `RULE-05 fails where the metadata endpoint is reached, in effect`() throws {
    let result = try #require(try state(shop).result("NP-RULE-05"))
    #expect(result.findings.map(\.message) == ["reaches the metadata endpoint 169.254.169.254, fd00:ec2::254 on TCP 80"])
    #expect(result.findings.first?.remedyYAML != nil)
    #expect(try state(shop, deny).result("NP-RULE-05")?.status == .pass)
    func world(_ except: String) -> String { policy("{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0\(except)}}]}]}") }
    #expect(try state(shop, world("")).result("NP-RULE-05")?.status == .fail)
    #expect(try state(shop, world(", except: [169.254.169.254/32]")).result("NP-RULE-05")?.status == .pass)
    #expect(try state(shop, policy("{podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: 443}]}]}")).result("NP-RULE-05")?.status == .pass)
    let guardrail = Manifest.object(
      "policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy", "name: a",
      "{priority: 1, subject: {namespaces: {}}, egress: [{name: m, action: Deny, to: [{networks: [169.254.0.0/16]}]}]}")
    #expect(try state(shop, guardrail, cni: "ovn-kubernetes").result("NP-RULE-05")?.status == .pass)
    #expect(try state(shop, coverage: [.unread("networking.k8s.io", "networkpolicies")]).result("NP-RULE-05")?.status == .notEvaluated)
    #expect(try state(Manifest.namespace("shop")).result("NP-RULE-05")?.status == .notApplicable)
    let host = Manifest.namespace("shop") + Manifest.deployment("web", in: "shop", pod: "{hostNetwork: true}")
    #expect(try state(host, deny).result("NP-RULE-05")?.findings.first?.message.hasSuffix("as it runs on the host's network") == true)
  }

  @Test func `RULE-10 fails where kubelets or API servers are reached, in effect`() throws {
    #expect(try state(shop).result("NP-RULE-10")?.findings.map(\.message) == ["reaches nodes or API servers on TCP 6443,10250,10255"])
    #expect(try state(shop, deny).result("NP-RULE-10")?.status == .pass)
    let pods = policy("{podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}]}]}")
    #expect(try state(shop, pods).result("NP-RULE-10")?.status == .pass)
    let world = policy("{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: 443}]}]}")
    #expect(try state(shop, world).result("NP-RULE-10")?.status == .pass)
    // Nobody knows whether a block holds nodes where their addresses are not known.
    let some = policy("{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}")
    #expect(try state(shop, some).result("NP-RULE-10")?.status == .notEvaluated)
    let managed = Rulings([("Parameters", "{checks: {NP-RULE-10: {apiServers: [198.51.100.7]}}}")])
    #expect(try state(shop, world).result("NP-RULE-10", managed)?.findings.map(\.message) == ["reaches nodes or API servers on TCP 443"])
  }

  @Test func `RULE-08 fails for rules that name insecure ports, or open those that a workload has`() throws {
    func rule(_ ports: String) -> String { policy("{podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {a: b}}}]\(ports)}]}") }
    #expect(try state(shop, rule(", ports: [{port: 443}]")).result("NP-RULE-08")?.status == .pass)
    #expect(
      try state(shop, rule(", ports: [{port: 20, endPort: 25}]")).result("NP-RULE-08")?.findings.map(\.message)
        == ["allows ingress on TCP 20-21 (FTP)", "allows ingress on TCP 23 (Telnet)"])
    #expect(try state(shop, rule("")).result("NP-RULE-08")?.status == .pass)
    let telnet = Manifest.namespace("shop") + Manifest.deployment("web", in: "shop", pod: "{containers: [{name: c, ports: [{containerPort: 23}]}]}")
    #expect(try state(telnet, rule("")).result("NP-RULE-08")?.findings.map(\.subject.title) == ["NetworkPolicy shop/p"])
    #expect(try state(telnet).result("NP-RULE-08")?.findings.map(\.message) == ["anyone reaches TCP 23 (Telnet)"])
    #expect(try state(telnet, deny).result("NP-RULE-08")?.status == .pass)
  }

  // MARK: Exclusions

  @Test func `what the owner takes out does not apply, and is never a pass`() throws {
    let state = try state(shop, Manifest.namespace("lab"), Manifest.policy("deny", in: "lab", Manifest.denyBoth))
    let rulings = Rulings([(
      "Exclusions",
      "{exclusions: [{namespaces: [shop], checks: [NP-COV-01], owner: ops, reason: no data}, {workloads: [shop/Deployment/web], checks: ['*'], owner: web, reason: public}]}"
    )])
    let existence = try #require(state.result("NP-COV-01", rulings))
    #expect(existence.status == .pass && existence.findings.isEmpty)
    #expect(existence.outcomes.first { $0.subject.name == "shop" }?.status == .notApplicable)
    #expect(existence.outcomes.first { $0.subject.name == "shop" }?.reason == "excluded by the owner (ops): no data")
    #expect(existence.counted == 1)
    #expect(state.result("NP-COV-04", rulings)?.status == .notApplicable)
    #expect(state.result("NP-COV-02", rulings)?.status == .fail)
  }
}
