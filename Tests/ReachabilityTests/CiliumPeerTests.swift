import KubeModel
import Reachability
import Testing

@Suite struct CiliumPeerTests {
  static let endpointCases: [(selector: String, clusterwide: Bool, who: [PeerTerm.Who])] = [
    ("{}", false, [shopPods()]),
    ("{matchLabels: {app: web}}", false, [shopPods("app", "web")]),
    ("{matchLabels: {'k8s:app': web}}", false, [shopPods("app", "web")]),
    ("{matchLabels: {'any:app': web}}", true, [.pods(.is(.pod("app"), "web"))]),
    ("{matchLabels: {'k8s:io.kubernetes.pod.namespace': db}}", false, [.pods(.is(.namespaceName, "db"))]),
    ("{matchLabels: {io.kubernetes.pod.namespace: db}}", true, [.pods(.is(.namespaceName, "db"))]),
    (
      "{matchLabels: {io.cilium.k8s.namespace.labels.team: a}}", false,
      [.pods(.is(.namespace("team"), "a"))]
    ),
    (
      "{matchLabels: {io.cilium.k8s.policy.serviceaccount: leia}}", false,
      [.pods(.all([.is(.namespaceName, "shop"), .is(.serviceAccount, "leia")]))]
    ),
    (
      "{matchExpressions: [{key: 'k8s:app', operator: NotIn, values: [a]}, {key: b, operator: Exists}]}", true,
      [.pods(.all([.not(.isIn(.pod("app"), ["a"])), .has(.pod("b"))]))]
    ),
    ("{matchExpressions: [{key: io.cilium.k8s.policy.cluster, operator: Exists}]}", true, [.pods(.everything)]),
    ("{matchExpressions: [{key: io.cilium.k8s.policy.cluster, operator: DoesNotExist}]}", true, []),
    ("{matchLabels: {'reserved:world': ''}}", false, [.outside]),
    ("{matchLabels: {'reserved:init': ''}}", false, []),
    ("{matchExpressions: [{key: 'reserved:init', operator: DoesNotExist}]}", false, [.pods(.everything), .nodes(nil), .outside]),
    ("{matchLabels: {'container:a': b}}", true, []),
  ]

  @Test(arguments: endpointCases)
  func `a selector means the pods of its scope, or what has reserved labels`(
    _ given: (selector: String, clusterwide: Bool, who: [PeerTerm.Who])
  ) throws {
    let read = try CiliumFixture(ingress: "{fromEndpoints: [\(given.selector)]}", clusterwide: given.clusterwide)
    #expect(read.problems == [])
    let rule = try #require(read.rules(.ingress).first)
    #expect(rule.who == given.who)
    #expect(rule.condition == nil && rule.fixed == nil)
  }

  @Test func `a cluster's name is in no object, so that this cluster may be meant or another`() throws {
    let read = try CiliumFixture(
      ingress: "{fromEndpoints: [{matchLabels: {app: web, io.cilium.k8s.policy.cluster: far}}]}")
    let rules = read.rules(.ingress)
    #expect(rules.map(\.who) == [[.unresolved("pods of the cluster 'far'")], [shopPods("app", "web")]])
    #expect(rules.map(\.condition?.code) == [nil, "cluster-name"])
  }

  @Test func `the lack of a label alone means others than pods before Cilium 1_19`() throws {
    let read = try CiliumFixture(
      ingress: "{fromEndpoints: [{matchExpressions: [{key: io.kubernetes.pod.namespace, operator: NotIn, values: [a]}]}]}")
    let rules = read.rules(.ingress)
    #expect(rules.map(\.who) == [[.pods(.not(.isIn(.namespaceName, ["a"])))], [.nodes(nil), .outside]])
    #expect(rules.map(\.condition?.code) == [nil, "cilium-version"])
    #expect(read.problems == ["spec.ingress[0].fromEndpoints[0]: surprising"])
  }

  static let entityCases: [(entities: String, who: [[PeerTerm.Who]?], codes: [String?])] = [
    ("all", [nil], [nil]), ("world, all", [nil], [nil]), ("world", [[.outside]], [nil]),
    ("world-ipv4, world-ipv6", [[.addresses([.all4], reach: .outside), .addresses([.all6], reach: .outside)]], [nil]),
    ("cluster", [[.pods(.everything), .nodes(nil)]], [nil]),
    ("host", [[.nodes(nil)]], ["own-node"]), ("remote-node", [[.nodes(nil)]], ["other-node"]),
    ("host, remote-node", [[.nodes(nil), .nodes(nil)]], [nil]),
    ("host, world", [[.outside], [.nodes(nil)]], [nil, "own-node"]),
    ("none", [[]], [nil]), ("init, health", [[]], [nil]),
  ]

  @Test(arguments: entityCases)
  func `an entity means what it names`(
    _ given: (entities: String, who: [[PeerTerm.Who]?], codes: [String?])
  ) throws {
    let read = try CiliumFixture(egress: "{toEntities: [\(given.entities)]}")
    #expect(read.problems == [])
    #expect(read.rules(.egress).map(\.who) == given.who)
    #expect(read.rules(.egress).map(\.condition?.code) == given.codes)
  }

  @Test func `addresses are those outside of the cluster`() throws {
    let hole = try #require(IPRange("10.96.0.0/12"))
    let block = try #require(IPRange("10.0.0.0/8"))
    let read = try CiliumFixture(egress: "{toCIDR: [20.1.1.1]}, {toCIDRSet: [{cidr: 10.0.0.0/8, except: [10.96.0.0/12]}]}")
    #expect(read.problems == [])
    #expect(
      read.rules(.egress).map(\.who) == [
        [.addresses([try #require(IPRange("20.1.1.1/32"))], reach: .outside)],
        [.addresses(block.subtracting([hole]), reach: .outside)],
      ])
  }

  @Test(arguments: ["cidrGroupRef: office", "cidrGroupSelector: {matchLabels: {place: town}}"])
  func `groups of addresses are looked up`(_ form: String) throws {
    let group =
      "{apiVersion: cilium.io/v2, kind: CiliumCIDRGroup, metadata: {name: office, labels: {place: town}}, spec: {externalCIDRs: [192.0.2.0/24]}}\n"
    let rule = "{fromCIDRSet: [{\(form), except: [192.0.2.128/25]}]}"
    let read = try CiliumFixture(ingress: rule, others: group)
    #expect(read.problems == [])
    #expect(read.rules(.ingress).first?.who == [.addresses([try #require(IPRange("192.0.2.0/25"))], reach: .outside)])
    let missing = try CiliumFixture(ingress: rule)
    #expect(missing.rules(.ingress).first?.who == [.addresses([], reach: .outside)])
    #expect(missing.problems.map { $0.hasSuffix("surprising") } == [true])
    let unread = try CiliumFixture(ingress: rule, unread: [.unread("cilium.io", "ciliumcidrgroups")])
    #expect(unread.rules(.ingress).first?.who == [.unresolved("addresses of a CiliumCIDRGroup that was not read")])
  }

  static let services = """
    {apiVersion: v1, kind: Service, metadata: {name: db, namespace: data, labels: {tier: back}}, spec: {selector: {app: db}, ports: [{port: 5432}]}}
    ---
    {apiVersion: v1, kind: Service, metadata: {name: old, namespace: data}, spec: {ports: [{port: 80}]}}

    """

  static let serviceCases: [(service: String, who: [PeerTerm.Who])] = [
    ("{k8sService: {serviceName: db, namespace: data}}", [.pods(.all([.is(.namespaceName, "data"), .is(.pod("app"), "db")]))]),
    ("{k8sServiceSelector: {selector: {matchLabels: {'k8s:tier': back}}}}", [.pods(.all([.is(.namespaceName, "data"), .is(.pod("app"), "db")]))]),
    ("{k8sService: {serviceName: old, namespace: data}}", [.unresolved("addresses behind the service data/old, which has no selector")]),
    ("{k8sService: {serviceName: db, namespace: shop}}", []),
  ]

  @Test(arguments: serviceCases)
  func `a service stands for the pods behind it`(_ given: (service: String, who: [PeerTerm.Who])) throws {
    let read = try CiliumFixture(egress: "{toServices: [\(given.service)]}", others: Self.services)
    #expect(read.rules(.egress).first?.who == given.who)
    #expect(read.problems.isEmpty == !given.who.isEmpty)
  }

  @Test func `names, nodes and groups of a cloud hang on more than the objects tell`() throws {
    let read = try CiliumFixture(
      egress: """
        {toFQDNs: [{matchName: Example.com.}, {matchPattern: '*.example.com'}]},
        {toNodes: [{matchLabels: {'k8s:zone': a}}]}, {toGroups: [{aws: {securityGroupsIds: [sg-1]}}]}
        """)
    #expect(read.problems == [])
    let rules = read.rules(.egress)
    #expect(rules[0].who == [.domains(["example.com"]), .domains(["*.example.com"])])
    #expect(rules[1].who == [.nodes(LabelSelector(["matchLabels": ["zone": "a"]]))])
    #expect(rules[2].who == [.unresolved("addresses of a cloud provider's group")])
    #expect(rules.map(\.condition?.code) == ["domain-name", "node-selector", nil])
  }
}
