import KubeModel
import Testing

@testable import Reachability

/// For every code what it finds, and what comes close and is none.
@Suite struct LintTests {
  private let web = "{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 80}]}"
  private let dns = "{ports: [{port: 53, protocol: UDP}]}"

  private func ingress(_ name: String, _ rules: String..., of pods: String = "{matchLabels: {app: api}}") -> String {
    LintCase.policy(name, "{podSelector: \(pods), policyTypes: [Ingress], ingress: [\(rules.joined(separator: ", "))]}")
  }

  private func egress(_ name: String, _ rules: String..., of pods: String = "{matchLabels: {app: api}}") -> String {
    LintCase.policy(name, "{podSelector: \(pods), policyTypes: [Egress], egress: [\(rules.joined(separator: ", "))]}")
  }

  @Test func `AL001: a policy that selects no pod, or only pods on the host's network`() throws {
    let found = try LintCase(
      ingress("typo", web, of: "{matchLabels: {app: apo}}"), ingress("host", web, of: "{matchLabels: {app: agent}}"),
      ingress("good", web))
    #expect(found.places(.selectsNothing) == ["host spec.podSelector", "typo spec.podSelector"])
    #expect(found.severities(.selectsNothing) == [.warning, .warning])
  }

  @Test func `AL001: a default for an empty namespace weighs little`() throws {
    let found = try LintCase(LintCase.policy("deny", "{podSelector: {}, policyTypes: [Ingress]}", in: "empty"))
    #expect(found.severities(.selectsNothing) == [.info])
  }

  @Test func `AL002: a peer that nobody is`() throws {
    let found = try LintCase(
      ingress("a", "{from: [{podSelector: {matchLabels: {app: web}}}, {podSelector: {matchLabels: {app: wbe}}}]}"),
      ingress("b", "{from: [{namespaceSelector: {matchLabels: {team: retail}}, podSelector: {matchLabels: {k8s-app: kube-dns}}}]}"),
      ingress("c", "{from: [{namespaceSelector: {matchLabels: {team: retail}}}, {ipBlock: {cidr: 10.0.0.0/8}}]}"))
    #expect(
      found.places(.peerSelectsNothing) == ["a spec.ingress[0].from[1]", "b spec.ingress[0].from[0]"])
  }

  @Test func `AL003: a rule within the union of others, be they in another policy`() throws {
    let found = try LintCase(
      ingress("a", "{from: [{podSelector: {}}], ports: [{port: 80, endPort: 90}]}"),
      ingress("b", "{from: [{podSelector: {}}], ports: [{port: 91, endPort: 99}]}"),
      ingress("c", "{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 85, endPort: 95}]}", "{ports: [{port: 100}]}"),
      ingress("d", "{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 95, endPort: 100}]}", "{ports: [{port: 100, endPort: 101}]}"))
    // d's first rule lies within b's and d's second one, and all of c within a's, b's and d's.
    #expect(found.places(.redundantRule) == ["d spec.ingress[0]"])
    #expect(found.places(.redundantPolicy) == ["c spec.podSelector"])
  }

  @Test func `AL003 and AL005: what a rule leaves out of its policy's pods, or of their ports, it does not cover`() throws {
    func calico(_ name: String, _ first: String, _ second: String) -> String {
      """
      {apiVersion: projectcalico.org/v3, kind: NetworkPolicy, metadata: {name: \(name), namespace: shop}, \
      spec: {selector: "has(app)", ingress: [\(first), \(second)]}}
      """
    }
    let all = "{action: Allow, protocol: TCP, source: {selector: \"app == 'web'\"}}"
    let part = "{action: Allow, protocol: TCP, source: {selector: \"app == 'web'\"}, destination: {selector: \"app == 'api'\"}}"
    let hole = "{action: Allow, protocol: TCP, source: {selector: \"app == 'web'\"}, destination: {notPorts: [grpc]}}"
    for first in [part, hole] {
      let found = try LintCase(calico("a", first, all), semantics: Semantics(.calico))
      #expect(!found.places(.redundantRule).contains("a spec.ingress[1]"))
      #expect(!found.places(.shadowedRule).contains("a spec.ingress[1]"))
    }
    let found = try LintCase(calico("a", all, part), semantics: Semantics(.calico))
    #expect((found.places(.redundantRule) + found.places(.shadowedRule)).contains("a spec.ingress[1]"))
  }

  @Test func `AL003: of two rules that are alike the later is named, once`() throws {
    let found = try LintCase(ingress("a", web, web, web))
    #expect(found.places(.redundantRule) == ["a spec.ingress[1]", "a spec.ingress[2]"])
  }

  @Test func `AL003: not where one port, one peer or one selected pod is not covered`() throws {
    let found = try LintCase(
      ingress("a", "{from: [{podSelector: {}}], ports: [{port: 80, endPort: 90}]}", "{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 90, endPort: 91}]}"),
      ingress("b", "{from: [{namespaceSelector: {}}], ports: [{port: 81}]}"),
      ingress("c", web, of: "{}"))
    #expect(found.places(.redundantRule).isEmpty && found.places(.redundantPolicy).isEmpty)
  }

  @Test func `AL004: a policy that another one makes needless`() throws {
    let found = try LintCase(
      ingress("all", "{from: [{podSelector: {}}]}", of: "{}"), ingress("one", web),
      ingress("deny", of: "{}"))
    #expect(found.places(.redundantPolicy) == ["deny spec.podSelector", "one spec.podSelector"])
    #expect(found.places(.redundantRule).isEmpty)
  }

  @Test func `AL004: not a default that others happen to repeat for each pod that is there`() throws {
    let found = try LintCase(
      ingress("deny", of: "{}"), ingress("a", web), ingress("b", web, of: "{matchLabels: {app: web}}"))
    #expect(found.places(.redundantPolicy).isEmpty)
  }

  @Test func `AL004: of two policies that are alike the later is named`() throws {
    let found = try LintCase(ingress("a", web), ingress("b", web))
    #expect(found.places(.redundantPolicy) == ["b spec.podSelector"])
  }

  @Test func `AL005: a rule behind one that decides all of it`() throws {
    let deny = "{action: Deny, from: [{namespaces: {}}]}"
    let allow = "{action: Accept, from: [{namespaces: {matchLabels: {team: retail}}}]}"
    #expect(
      try LintCase(LintCase.cluster("a", priority: 1, "ingress: [\(deny), \(allow)]")).places(.shadowedRule)
        == ["a spec.ingress[1]"])
    #expect(try LintCase(LintCase.cluster("a", priority: 1, "ingress: [\(allow), \(deny)]")).places(.shadowedRule).isEmpty)
    // A NetworkPolicy behind an administrators' denial.
    let behind = try LintCase(LintCase.cluster("a", priority: 1, "ingress: [\(deny)]"), ingress("np", web))
    #expect(behind.places(.shadowedRule) == ["np spec.ingress[0]"])
  }

  @Test func `AL005: what passes is not decided, and what NetworkPolicies isolate reaches no baseline`() throws {
    let pass = LintCase.cluster("a", priority: 1, "ingress: [{action: Pass, from: [{namespaces: {}}]}, {action: Deny, from: [{namespaces: {}}]}]")
    let found = try LintCase(pass, ingress("np", web))
    #expect(found.places(.shadowedRule) == ["a spec.ingress[1]"])
    let baseline = """
      {apiVersion: policy.networking.k8s.io/v1alpha2, kind: ClusterNetworkPolicy, metadata: {name: base}, \
      spec: {tier: Baseline, priority: 1, subject: {pods: {namespaceSelector: {matchLabels: {team: retail}}, podSelector: PODS}}, \
      ingress: [{action: Deny, from: [{namespaces: {}}]}]}}
      """
    let api = baseline.replacing("PODS", with: "{matchLabels: {app: api}}")
    let both = baseline.replacing("PODS", with: "{}")
    let isolated = ingress("np", of: "{matchLabels: {app: api}}")
    #expect(try !LintCase(isolated, api).findings.filter { [.shadowedRule, .redundantPolicy].contains($0.code) }.isEmpty)
    #expect(try LintCase(isolated, both).findings.filter { [.shadowedRule, .redundantPolicy].contains($0.code) }.isEmpty)
  }

  @Test func `AL006: a port by a name that no destination has`() throws {
    let found = try LintCase(
      ingress("in", "{ports: [{port: http}]}", "{ports: [{port: grpc}]}", "{ports: [{port: grpc, protocol: UDP}]}"),
      egress("out", "{to: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: http}]}", "{to: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: grpc}]}"))
    #expect(
      found.places(.unreachableNamedPort) == ["in spec.ingress[0]", "in spec.ingress[2]", "out spec.egress[1]"])
  }

  @Test func `AL007: a block with addresses of pods, services or nodes`() throws {
    let rule = { (block: String) in "{to: [{ipBlock: \(block)}], ports: [{port: 53, protocol: UDP}]}" }
    let policy = egress(
      "a", rule("{cidr: 10.0.0.0/8}"), rule("{cidr: 0.0.0.0/0}"), rule("{cidr: 10.96.0.0/16}"),
      rule("{cidr: 0.0.0.0/0, except: [10.244.0.0/16, 10.96.0.0/12]}"), rule("{cidr: 192.0.2.0/24}"))
    let ranges = ClusterState.Ranges(pods: ["10.244.0.0/16"], services: ["10.96.0.0/12"])
    let found = try LintCase(policy, ranges: ranges)
    #expect(found.places(.blockCoversCluster) == [0, 1, 2].map { "a spec.egress[\($0)].to[0]" })
    #expect(found.severities(.blockCoversCluster) == [.warning, .info, .warning])
    #expect(
      try LintCase(policy, semantics: Semantics(.calico), ranges: ranges).severities(.blockCoversCluster)
        == [.warning, .warning, .warning])
    #expect(try LintCase(policy).places(.blockCoversCluster).isEmpty)
  }

  @Test func `AL008: policyTypes and rules that do not fit`() throws {
    let found = try LintCase(
      LintCase.policy("a", "{podSelector: {}, policyTypes: [Ingress], egress: [\(dns)]}"),
      LintCase.policy("b", "{podSelector: {}, egress: [\(dns)]}"),
      LintCase.policy("c", "{podSelector: {}, egress: []}"),
      LintCase.policy("d", "{podSelector: {}, policyTypes: [Egress], egress: [\(dns)]}"),
      LintCase.policy("e", "{podSelector: {}, ingress: [\(web)]}"))
    #expect(found.places(.directionNotNamed) == ["a spec.egress", "b spec.egress", "c spec.egress"])
  }

  @Test func `AL009: a rule for everyone on every port, however it says so`() throws {
    let found = try LintCase(
      ingress("a", "{}"), ingress("b", "{ports: [{port: 1, endPort: 65535}, {protocol: UDP}, {protocol: SCTP}]}"),
      ingress("c", "{from: [{namespaceSelector: {}}, {ipBlock: {cidr: 0.0.0.0/0}}]}"),
      ingress("d", "{ports: [{port: 2, endPort: 65535}, {protocol: UDP}, {protocol: SCTP}]}"),
      ingress("e", "{from: [{namespaceSelector: {}}]}"), egress("f", "{}"))
    #expect(
      found.places(.allowsEverything)
        == ["a spec.ingress[0]", "b spec.ingress[0]", "c spec.ingress[0]", "f spec.egress[0]"])
  }

  @Test func `AL010: pods that may connect and resolve nothing`() throws {
    let https = "{to: [{ipBlock: {cidr: 192.0.2.0/24}}], ports: [{port: 443}]}"
    #expect(try LintCase(egress("a", https)).places(.egressWithoutDNS) == ["a spec.egress"])
    #expect(try LintCase(egress("a", https), egress("dns", dns)).places(.egressWithoutDNS).isEmpty)
    // The DNS pods listen elsewhere, and that is allowed.
    let named = "{to: [{namespaceSelector: {}}], ports: [{port: dns, protocol: UDP}]}"
    #expect(try LintCase(egress("a", https, named)).places(.egressWithoutDNS).isEmpty)
    #expect(try LintCase(egress("a")).severities(.egressWithoutDNS) == [.info])
    #expect(try LintCase(ingress("a", web)).places(.egressWithoutDNS).isEmpty)
  }

  @Test func `AL011: policies where nothing is enforced`() throws {
    let off = ClusterState.Enforcement(basis: .read, isOn: false, cni: "flannel", detail: "DaemonSet kube-flannel/kube-flannel-ds")
    #expect(try LintCase(ingress("a", web), enforcement: off).places(.notEnforced) == ["a kind"])
    #expect(try LintCase(ingress("a", web)).places(.notEnforced).isEmpty)
    let unknown = ClusterState.Enforcement(basis: .unknown, cni: nil, detail: "not read")
    #expect(try LintCase(ingress("a", web), enforcement: unknown).places(.notEnforced).isEmpty)
  }

  @Test func `AL012: what a server refuses or drops, and kinds that nobody reads here`() throws {
    let found = try LintCase(
      ingress("a", "{from: [{ipBlock: {cidr: 10.0.0/8}}]}"), ingress("b", "{form: [{podSelector: {}}]}"),
      "{apiVersion: crd.antrea.io/v1beta1, kind: NetworkPolicy, metadata: {name: c, namespace: shop}, spec: {}}",
      ingress("d", web))
    #expect(
      found.places(.notInForceAsWritten) == ["a spec.ingress[0].from[0].ipBlock.cidr", "b spec.ingress[0]", "c kind"])
    #expect(found.severities(.notInForceAsWritten) == [.error, .warning, .warning])
  }

  @Test func `AL013: one priority, one subject, two answers`() throws {
    let deny = "ingress: [{action: Deny, from: [{namespaces: {}}]}]"
    let allow = "ingress: [{action: Accept, from: [{namespaces: {matchLabels: {team: retail}}}]}]"
    func ties(_ priority: Int, _ second: String, before: String = "") throws -> [String] {
      try LintCase(
        LintCase.cluster("a", priority: 5, deny), LintCase.cluster("b", priority: priority, second),
        LintCase.cluster("first", priority: 1, before.isEmpty ? second : before)
      ).places(.undecidedOrder)
    }
    let other = "ingress: [{action: Pass, from: [{namespaces: {matchLabels: {team: none}}}]}]"
    #expect(try ties(5, allow, before: other) == ["b spec.priority"])
    #expect(try ties(6, allow, before: other).isEmpty)
    #expect(try ties(5, deny, before: other).isEmpty)
    // What is decided before is not in question.
    #expect(try ties(5, allow).isEmpty)
  }

  @Test func `AL014: a selector that no labels satisfy`() throws {
    func peer(_ selector: String) throws -> Int {
      try LintCase(ingress("a", "{from: [{podSelector: \(selector)}]}"), withPods: false).places(.contradiction).count
    }
    #expect(try peer("{matchLabels: {app: a}, matchExpressions: [{key: app, operator: In, values: [b, c]}]}") == 1)
    #expect(try peer("{matchExpressions: [{key: app, operator: Exists}, {key: app, operator: DoesNotExist}]}") == 1)
    #expect(try peer("{matchLabels: {app: a}, matchExpressions: [{key: app, operator: NotIn, values: [a]}]}") == 1)
    #expect(try peer("{matchLabels: {app: a}, matchExpressions: [{key: app, operator: In, values: [a, c]}]}") == 0)
    #expect(try peer("{matchExpressions: [{key: app, operator: NotIn, values: [a]}, {key: app, operator: DoesNotExist}]}") == 0)
    let unnamed = "{namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: DoesNotExist}]}}"
    #expect(try LintCase(ingress("a", "{from: [\(unnamed)]}")).places(.contradiction).count == 1)
  }

  @Test func `AL015: a peer that early servers read otherwise`() throws {
    let policy = """
      {apiVersion: policy.networking.k8s.io/v1alpha1, kind: AdminNetworkPolicy, metadata: {name: a}, spec: {priority: 1, \
      subject: {namespaces: {}}, ingress: [{action: Allow, from: [{pods: {PARTS}}]}]}}
      """
    func count(_ parts: String) throws -> Int {
      try LintCase(policy.replacing("PARTS", with: parts)).places(.surprising).count
    }
    #expect(try count("podSelector: {}") == 1)
    #expect(try count("podSelector: {}, namespaceSelector: {}") == 0)
  }

  @Test func `nothing is said of pods where there are none to ask`() throws {
    let found = try LintCase(ingress("a", web, "{}", of: "{matchLabels: {app: nobody}}"), withPods: false)
    #expect(found.findings.map(\.code) == [.allowsEverything])
    #expect(found.unknownPods != nil)
  }
}
