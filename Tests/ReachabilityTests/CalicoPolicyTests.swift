import KubeModel
import Reachability
import TestSupport
import Testing

/// A cluster of Calico's objects, read.
func calico(
  _ objects: String..., unread: [KindCoverage] = [], under profile: Semantics.Profile = .calico
) throws -> PolicySet {
  var set = PolicySet()
  let state = try ClusterState(yaml: objects.joined(separator: "\n---\n"), unread: unread)
  CalicoPolicies.read(state, Semantics(profile), into: &set)
  return set
}

func calicoObject(_ kind: String, _ name: String, in namespace: String? = nil, labels: String = "{}", _ spec: String) -> String {
  let place = namespace.map { ", namespace: \($0)" } ?? ""
  return
    "{apiVersion: projectcalico.org/v3, kind: \(kind), metadata: {name: \(name)\(place), labels: \(labels)}, spec: \(spec)}"
}

/// A policy of the namespace `shop`.
func calicoPolicy(_ spec: String) -> String { calicoPolicy("p", spec) }
func calicoPolicy(_ name: String, _ spec: String) -> String {
  calicoObject("NetworkPolicy", name, in: "shop", spec)
}

func globalPolicy(_ spec: String) -> String { globalPolicy("g", spec) }
func globalPolicy(_ name: String, _ spec: String) -> String {
  calicoObject("GlobalNetworkPolicy", name, spec)
}

@Suite struct CalicoPolicyTests {
  @Test(arguments: [
    ("{}", [.ingress]),
    ("{egress: [{action: Allow}]}", [.egress]),
    ("{ingress: [{action: Allow}], egress: [{action: Allow}]}", [.ingress, .egress]),
    ("{types: [Egress]}", [.egress]),
    ("{types: []}", [.ingress]),
  ] as [(String, Set<Direction>)])
  func `types have their default`(spec: String, directions: Set<Direction>) throws {
    let policy = try #require(try calico(calicoPolicy(spec)).policies.first)
    #expect(Set(policy.sections.keys) == directions)
    #expect(policy.sections.values.allSatisfy { $0.isolates })
  }

  @Test func `rules of a direction that types leave out are not in force`() throws {
    let set = try calico(calicoPolicy("{types: [Ingress], egress: [{action: Deny}]}"))
    #expect(set.policies.first?.sections[.egress] == nil)
    #expect(set.problems.map(\.effect) == [.surprising])
  }

  @Test func `a policy of a namespace selects pods there`() throws {
    let set = try calico(calicoPolicy("{selector: app == 'web'}"))
    #expect(set.policies.first?.subjects == .all([.is(.pod("app"), "web"), .is(.namespaceName, "shop")]))
  }

  @Test func `a global policy selects by labels of pods and of namespaces`() throws {
    let spec = "{selector: projectcalico.org/orchestrator == 'k8s', namespaceSelector: env == 'prod' && projectcalico.org/name != 'lab'}"
    #expect(
      try calico(globalPolicy(spec)).policies.first?.subjects
        == .all([.is(.namespace("env"), "prod"), .not(.is(.namespaceName, "lab"))]))
    #expect(try calico(globalPolicy("{namespaceSelector: all()}")).policies.first?.subjects == .everything)
    #expect(
      try calico(globalPolicy("{selector: pcns.env == 'prod'}")).policies.first?.subjects
        == .is(.namespace("env"), "prod"))
  }

  @Test func `rank and tier come from the policy and its tier`() throws {
    let tier = calicoObject("Tier", "outer", "{order: 5.5, defaultAction: Pass}")
    let set = try calico(
      tier, calicoObject("Tier", "last", "{}"), calicoPolicy("outer.p", "{tier: outer, order: 10}"),
      calicoPolicy("last.p", "{tier: last}"), globalPolicy("{}"))
    #expect(set.problems.isEmpty)
    #expect(
      set.policies.map(\.tier) == [
        Tier(name: "outer", order: 5.5, end: .pass), Tier(name: "last", order: .infinity, end: .deny), .default,
      ])
    #expect(
      set.policies.map(\.rank) == [
        Policy.Rank(order: 10, tieBreak: "outer.p/shop/NetworkPolicy"),
        Policy.Rank(order: .infinity, tieBreak: "last.p/shop/NetworkPolicy"),
        Policy.Rank(order: .infinity, tieBreak: "g//GlobalNetworkPolicy"),
      ])
  }

  @Test func `a tier's object outranks what is known of its name`() throws {
    let set = try calico(calicoObject("Tier", "kube-admin", "{order: 7}"), globalPolicy("{tier: kube-admin}"))
    #expect(set.policies.first?.tier == Tier(name: "kube-admin", order: 7, end: .pass))
  }

  @Test func `a policy in a tier that is not there is not enforced`() throws {
    let set = try calico(calicoPolicy("{tier: nowhere}"))
    #expect(set.policies.isEmpty)
    #expect(set.unenforced.map(\.reason) == ["there is no tier 'nowhere'"])
    #expect(set.problems.map(\.path) == ["spec.tier"])
  }

  @Test func `a policy in a tier that nobody read is unknown`() throws {
    let set = try calico(calicoPolicy("{tier: secret}"), unread: [.unread("projectcalico.org", "tiers")])
    #expect(set.policies.first?.sections[.ingress]?.rules.map(\.action) == [.unknown])
    #expect(set.problems.map(\.effect) == [.unknown])
  }

  @Test func `no other network enforces Calico's policies`() throws {
    let set = try calico(calicoPolicy("{}"), globalPolicy("{}"), under: .cilium)
    #expect(set.policies.isEmpty)
    #expect(set.unenforced.map(\.policy.title) == ["NetworkPolicy shop/p", "GlobalNetworkPolicy g"])
  }

  @Test func `labels of service accounts are not recorded, their names are`() throws {
    let known = try calico(calicoPolicy("{serviceAccountSelector: projectcalico.org/name == 'bot'}"))
    #expect(known.problems.isEmpty)
    #expect(known.policies.first?.subjects == .all([.is(.namespaceName, "shop"), .is(.serviceAccount, "bot")]))
    let unknown = try calico(calicoPolicy("{serviceAccountSelector: team == 'a', ingress: [{action: Allow}]}"))
    #expect(unknown.policies.first?.sections[.ingress]?.rules.map(\.action) == [.unknown])
    #expect(unknown.problems.map(\.effect) == [.unknown])
  }

  @Test(arguments: [
    ("{selector: 'a ='}", "spec.selector"), ("{selector: global()}", "spec.selector"),
    ("{types: [Both]}", "spec.types[0]"), ("{types: [Ingress, Ingress]}", "spec.types[1]"),
    ("{order: '1'}", "spec.order"), ("{ingress: {}}", "spec.ingress"),
    ("{ingress: [{}]}", "spec.ingress[0].action"), ("{ingress: [{action: allow}]}", "spec.ingress[0].action"),
    ("{ingress: [{action: Allow, source: {nets: [10.0.0.0/33]}}]}", "spec.ingress[0].source.nets[0]"),
    ("{ingress: [{action: Allow, source: {nets: [10.0.0.0/8], notNets: ['fd00::/8']}}]}", "spec.ingress[0]"),
    ("{ingress: [{action: Allow, destination: {ports: [80]}}]}", "spec.ingress[0].destination.ports"),
    ("{ingress: [{action: Allow, protocol: TCP, destination: {ports: ['10:1']}}]}", "spec.ingress[0].destination.ports[0]"),
    ("{ingress: [{action: Allow, protocol: TCP, source: {ports: [0]}}]}", "spec.ingress[0].source.ports[0]"),
    ("{ingress: [{action: Allow, protocol: IGMP}]}", "spec.ingress[0].protocol"),
    ("{ingress: [{action: Allow, icmp: {type: 8}}]}", "spec.ingress[0].icmp"),
    ("{ingress: [{action: Allow, protocol: ICMP, icmp: {code: 1}}]}", "spec.ingress[0].icmp.code"),
    ("{ingress: [{action: Allow, protocol: ICMP, ipVersion: 6}]}", "spec.ingress[0].protocol"),
    ("{ingress: [{action: Deny, http: {methods: [GET]}}]}", "spec.ingress[0].http"),
    ("{egress: [{action: Allow, http: {methods: [GET]}}]}", "spec.egress[0].http"),
    ("{egress: [{action: Allow, source: {services: {name: a, namespace: b}}}]}", "spec.egress[0].source.services"),
    ("{egress: [{action: Allow, destination: {selector: a == 'b', services: {name: a, namespace: b}}}]}",
      "spec.egress[0].destination.services"),
    ("{egress: [{action: Allow, destination: {namespaceSelector: global() || all()}}]}",
      "spec.egress[0].destination.namespaceSelector"),
  ])
  func `what no server takes is not in force`(spec: String, path: String) throws {
    let service = "{apiVersion: v1, kind: Service, metadata: {name: a, namespace: b}, spec: {selector: {x: y}}}"
    let set = try calico(service, calicoPolicy(spec))
    #expect(set.policies.isEmpty)
    #expect(set.problems.map(\.path) == [path])
    #expect(set.problems.map(\.effect) == [.refused])
  }

  @Test func `fields that Calico does not know are dropped`() throws {
    let set = try calico(calicoPolicy("{podSelector: {}, ingress: [{action: Allow, from: [], source: {podSelector: {}}}]}"))
    #expect(set.policies.count == 1)
    #expect(
      set.problems.map(\.path) == ["spec.podSelector", "spec.ingress[0].from", "spec.ingress[0].source.podSelector"])
    #expect(set.problems.allSatisfy { $0.effect == .partIgnored })
  }

  @Test func `policies for host endpoints alone do nothing to pods`() throws {
    let host = calicoObject("HostEndpoint", "node1-eth0", labels: "{role: node}", "{node: node1, interfaceName: eth0}")
    let set = try calico(
      host, globalPolicy("a", "{selector: role == 'node'}"), globalPolicy("b", "{selector: '!has(projectcalico.org/namespace)'}"),
      globalPolicy("c", "{doNotTrack: true, applyOnForward: true}"), globalPolicy("d", "{preDNAT: true, applyOnForward: true}"))
    #expect(set.policies.map(\.identity.name) == ["a", "b"])
    #expect(set.policies.last?.subjects == .nothing)
    #expect(set.unenforced.map(\.policy.name) == ["c", "d"])
    #expect(set.problems.map(\.policy.name) == ["a", "b", "c", "d"])
    #expect(set.problems.allSatisfy { $0.effect == .partIgnored })
  }

  @Test func `staged policies are no policies, and can be put in force`() throws {
    let state = try ClusterState(
      yaml: [
        calicoPolicy("gone", "{}"), calicoPolicy("kept", "{}"),
        calicoObject("StagedNetworkPolicy", "new", in: "shop", "{stagedAction: Set, selector: a == 'b'}"),
        calicoObject("StagedNetworkPolicy", "gone", in: "shop", "{stagedAction: Delete}"),
        calicoObject("StagedGlobalNetworkPolicy", "learnt", "{stagedAction: Learn}"),
        calicoObject("StagedNetworkPolicy", "kept", in: "shop", "{stagedAction: Ignore, selector: c == 'd'}"),
        calicoObject("StagedKubernetesNetworkPolicy", "knp", in: "shop", "{podSelector: {}}"),
      ].joined(separator: "\n---\n"))
    var set = PolicySet()
    CalicoPolicies.read(state, Semantics(.calico), into: &set)
    #expect(set.policies.map(\.identity.name) == ["gone", "kept"])
    let staged = CalicoPolicies.staged(state)
    #expect(staged.map(\.identity.title) == ["NetworkPolicy shop/new", "GlobalNetworkPolicy learnt"])
    let promoted = CalicoPolicies.promotingStaged(state)
    var then = PolicySet()
    CalicoPolicies.read(promoted, Semantics(.calico), into: &then)
    #expect(then.policies.map(\.identity.name) == ["kept", "new", "learnt"])
    #expect(then.problems.isEmpty)
    #expect(promoted.entries(of: ResourceCatalog.networkPolicies).map(\.object.name) == ["knp"])
  }
}

/// Policies of Calico's own end-to-end tests.
@Suite(
  .enabled(
    if: SharedFolder.has("golden/calico-tier-cases"),
    "the corpus ../shared/golden/calico-tier-cases is not beside this package"))
struct CalicoTierCorpusTests {
  @Test func `every policy is read without a problem`() throws {
    let files = SharedFolder.files(under: "golden/calico-tier-cases", suffix: ".yaml").filter { !$0.hasSuffix("/base.yaml") }
    #expect(!files.isEmpty)
    for file in files {
      let set = try calico(SharedFolder.text(file))
      #expect(set.problems.isEmpty && set.unenforced.isEmpty, "\(file)")
    }
  }
}
