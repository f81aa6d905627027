import KubeModel
import Reachability
import Testing

@Suite struct CalicoRuleTests {
  /// The rules of one policy in the namespace `shop`, in the direction that it states.
  func rules(_ direction: Direction, _ rules: String, _ others: String...) throws -> [PolicyRule] {
    var set = PolicySet()
    let objects = others + [calicoPolicy("{\(direction.rawValue): [\(rules)]}")]
    CalicoPolicies.read(
      try ClusterState(yaml: objects.joined(separator: "\n---\n")), Semantics(.calico), into: &set)
    #expect(set.problems.filter { $0.effect == .refused }.isEmpty)
    return try #require(set.policies.first?.sections[direction]).rules
  }

  func whos(_ rule: PolicyRule?) -> [PeerTerm.Who]? {
    if case .terms(let terms) = rule?.peers { terms.map(\.who) } else { nil }
  }

  let own = LabelExpression.is(.namespaceName, "shop")

  func range(_ text: String) throws -> IPRange { try #require(IPRange(text)) }

  @Test func `actions keep their order, and a rule that logs decides nothing`() throws {
    let read = try rules(.ingress, "{action: Log}, {action: Pass}, {action: Deny}, {action: Allow}")
    #expect(read.map(\.action) == [.pass, .deny, .allow])
    #expect(read.map(\.path) == ["spec.ingress[1]", "spec.ingress[2]", "spec.ingress[3]"])
    for rule in read {
      guard case .everyone = rule.peers, case .everything = rule.traffic else {
        Issue.record("a rule without criteria is about everything")
        continue
      }
    }
  }

  @Test(arguments: [
    ("{selector: app == 'a'}", .all([.is(.namespaceName, "shop"), .is(.pod("app"), "a")])),
    ("{selector: app == 'a', namespaceSelector: env == 'b'}", .all([.is(.namespace("env"), "b"), .is(.pod("app"), "a")])),
    ("{namespaceSelector: all()}", .everything),
    ("{serviceAccounts: {names: [bot, job]}}", .all([.is(.namespaceName, "shop"), .isIn(.serviceAccount, ["bot", "job"])])),
    ("{selector: all(), namespaceSelector: projectcalico.org/name == 'lab'}", .is(.namespaceName, "lab")),
  ] as [(String, LabelExpression)])
  func `selectors mean the policy's namespace unless they say otherwise`(source: String, pods: LabelExpression) throws {
    let read = try rules(.ingress, "{action: Allow, source: \(source)}")
    #expect(whos(read.first) == [.pods(pods)])
  }

  @Test func `a notSelector is about everything else within the namespace`() throws {
    let read = try rules(.ingress, "{action: Allow, source: {notSelector: app == 'a'}}")
    #expect(whos(read.first) == [.every([.pods(own), .not(.pods(.is(.pod("app"), "a")))])])
    let global = try calico(globalPolicy("{ingress: [{action: Allow, source: {notSelector: app == 'a'}}]}"))
    #expect(whos(global.policies.first?.sections[.ingress]?.rules.first) == [.not(.pods(.is(.pod("app"), "a")))])
  }

  @Test func `blocks narrow what selectors find`() throws {
    let read = try rules(
      .egress, "{action: Deny, destination: {selector: has(a), nets: [10.0.0.0/8, 10.0.0.0/9], notNets: [10.1.0.0/16]}}")
    #expect(
      whos(read.first) == [
        .every([
          .pods(.all([own, .has(.pod("a"))])), .addresses([try range("10.0.0.0/8")], reach: .everywhere),
          .not(.addresses([try range("10.1.0.0/16")], reach: .everywhere)),
        ])
      ])
  }

  @Test func `selectors find network sets and host endpoints too`() throws {
    let sets = [
      calicoObject("NetworkSet", "n", in: "shop", labels: "{role: db}", "{nets: [10.1.0.0/16]}"),
      calicoObject("NetworkSet", "other", in: "lab", labels: "{role: db}", "{nets: [10.2.0.0/16]}"),
      calicoObject("GlobalNetworkSet", "g", labels: "{role: db}", "{nets: [192.0.2.1]}"),
      calicoObject("HostEndpoint", "h", labels: "{role: db}", "{node: n, expectedIPs: [192.0.2.0]}"),
    ].joined(separator: "\n---\n")
    func found(_ destination: String) throws -> [PeerTerm.Who]? {
      whos(try rules(.egress, "{action: Allow, destination: \(destination)}", sets).first)
    }
    let db = LabelExpression.is(.pod("role"), "db")
    #expect(
      try found("{selector: role == 'db'}") == [
        .pods(.all([own, db])), .addresses([range("10.1.0.0/16")], reach: .everywhere),
      ])
    #expect(
      try found("{selector: role == 'db', namespaceSelector: global()}")
        == [.addresses([range("192.0.2.0/31")], reach: .everywhere)])
    #expect(
      try found("{selector: role == 'db', namespaceSelector: projectcalico.org/name == 'lab'}") == [
        .pods(.all([.is(.namespaceName, "lab"), db])), .addresses([range("10.2.0.0/16")], reach: .everywhere),
      ])
    #expect(try found("{selector: role == 'x', namespaceSelector: global()}") == [])
  }

  @Test func `sets that nobody read may be found`() throws {
    let set = try calico(
      globalPolicy("{ingress: [{action: Allow, source: {selector: has(a)}}]}"),
      unread: [.unread("projectcalico.org", "globalnetworksets")])
    let found = try #require(whos(set.policies.first?.sections[.ingress]?.rules.first))
    #expect(found == [.pods(.has(.pod("a"))), .unresolved("network sets that were not read: forbidden")])
  }

  @Test func `the pod's own end narrows whom a rule is about`() throws {
    let ingress = try rules(.ingress, "{action: Allow, destination: {selector: app == 'web'}}")
    #expect(ingress.first?.subject == .pods(.all([own, .is(.pod("app"), "web")])))
    let egress = try rules(.egress, "{action: Allow, source: {nets: [10.0.0.0/8]}}")
    #expect(egress.first?.subject == .addresses([try range("10.0.0.0/8")], reach: .everywhere))
    #expect(whos(egress.first) == nil)
  }

  @Test func `a label of the pod's own wins over its profile's`() throws {
    let workload: Value = [
      "apiVersion": "v1", "kind": "Workload", "metadata": ["name": "w", "namespace": "shop"],
      "spec": [
        "controller": ["kind": "Deployment", "name": "w"],
        "pods": [["labels": ["pcns.env": "mine"], "running": true]],
      ],
    ]
    let plain = try ClusterState(yaml: globalPolicy("{selector: pcns.env != 'prod'}"))
    let entry = ClusterState.Entry(object: KubeObject(workload), type: ResourceCatalog.workloads, path: "w")
    let state = ClusterState(
      cluster: "test", entries: plain.entries + [entry], coverage: plain.coverage, enforcement: plain.enforcement)
    var set = PolicySet()
    CalicoPolicies.read(state, Semantics(.calico), into: &set)
    let subjects = try #require(set.policies.first?.subjects)
    func selects(_ own: String?, _ inherited: String?) -> Bool {
      subjects.holds { key in
        switch key {
        case .pod: own
        case .namespace: inherited
        default: nil
        }
      }
    }
    #expect(selects("mine", "prod"))
    #expect(!selects(nil, "prod"))
    #expect(selects(nil, nil))
    #expect(!selects("prod", "lab"))
  }

  // MARK: Traffic

  func traffic(_ rule: String) throws -> (TrafficSet, [NamedPort], TrafficSet, [NamedPort])? {
    let traffic = try #require(try rules(.ingress, rule).first).traffic
    guard case .some(let set, let named, let except, let exceptNamed) = traffic else { return nil }
    return (set, named, except, exceptNamed)
  }

  @Test(arguments: [
    ("protocol: TCP", TrafficSet(.tcp)), ("protocol: udp", TrafficSet(.udp)), ("protocol: 47", .ipProtocol(47)),
    ("protocol: '132'", TrafficSet(.sctp)), ("protocol: UDPLite", .ipProtocol(136)),
    ("notProtocol: TCP", TrafficSet.everything.subtracting(TrafficSet(.tcp))),
    ("protocol: ICMP, icmp: {type: 8, code: 0}", .icmp(type: 8, code: 0)),
    ("protocol: ICMPv6, icmp: {type: 128}", .icmp(version6: true, type: 128)),
    ("protocol: ICMP, notICMP: {type: 8}", TrafficSet.icmp().subtracting(.icmp(type: 8))),
    ("protocol: TCP, destination: {ports: [80, '90:99', '443']}",
      TrafficSet(.tcp, 80...80).union(TrafficSet(.tcp, 90...99)).union(TrafficSet(.tcp, 443...443))),
  ])
  func `protocols and ports are read`(rule: String, wanted: TrafficSet) throws {
    let read = try #require(try traffic("{action: Allow, \(rule)}"))
    #expect(read.0 == wanted)
    #expect(read.1.isEmpty && read.2.isEmpty && read.3.isEmpty)
  }

  @Test func `ports may have names, and may be left out`() throws {
    let read = try #require(
      try traffic("{action: Allow, protocol: TCP, destination: {ports: [http, 80], notPorts: ['8000:8080', admin]}}"))
    #expect(read.0 == TrafficSet(.tcp, 80...80))
    #expect(read.1 == [NamedPort("http", .tcp)])
    #expect(read.2 == TrafficSet(.tcp, 8000...8080))
    #expect(read.3 == [NamedPort("admin", .tcp)])
    let all = try #require(try traffic("{action: Allow, protocol: UDP, destination: {notPorts: [53]}}"))
    #expect(all.0 == TrafficSet(.udp))
    #expect(all.2 == TrafficSet(.udp, 53...53))
  }

  @Test func `what only a packet tells is a condition`() throws {
    #expect(
      try rules(.ingress, "{action: Allow, http: {methods: [GET]}}").first?.condition?.code == "http")
    #expect(
      try rules(.ingress, "{action: Allow, protocol: TCP, source: {ports: ['1:1024']}}").first?.condition?.code
        == "source-port")
  }

  @Test func `a version of IP limits the peers to its addresses`() throws {
    let read = try rules(.ingress, "{action: Allow, ipVersion: 6}, {action: Allow, ipVersion: 4, source: {selector: has(a)}}")
    #expect(whos(read.first) == [.family(.v6)])
    #expect(
      whos(read.last) == [.every([.pods(.all([own, .has(.pod("a"))])), .family(.v4)])])
  }

  // MARK: Services

  @Test func `a service stands for its pods and their ports`() throws {
    let service = """
      {apiVersion: v1, kind: Service, metadata: {name: db, namespace: shop}, spec: {selector: {app: db}, ports:
      [{port: 5432, targetPort: pg}, {port: 53, targetPort: 5353, protocol: UDP}, {port: 80}]}}
      """
    let pods = PeerTerm.Who.pods(.all([own, .is(.pod("app"), "db")]))
    let rule = try #require(try rules(.egress, "{action: Allow, destination: {services: {name: db}}}", service).first)
    #expect(whos(rule) == [pods])
    guard case .some(let fixed, let named, _, _) = rule.traffic else {
      Issue.record("a service brings its ports")
      return
    }
    #expect(fixed == TrafficSet(.udp, 5353...5353).union(TrafficSet(.tcp, 80...80)))
    #expect(named == [NamedPort("pg", .tcp)])
    // As a source it stands for the pods alone.
    let source = try rules(.ingress, "{action: Allow, source: {services: {name: db}}}", service).first
    #expect(whos(source) == [pods])
    guard case .everything = source?.traffic else {
      Issue.record("a source has no ports")
      return
    }
  }

  @Test func `a service that is not there matches nothing`() throws {
    let rule = try rules(.egress, "{action: Allow, destination: {services: {name: db}}}").first
    #expect(whos(rule) == [])
  }

  @Test func `a service without a selector is unresolved`() throws {
    let service = "{apiVersion: v1, kind: Service, metadata: {name: db, namespace: shop}, spec: {ports: [{port: 1}]}}"
    let rule = try rules(.egress, "{action: Allow, destination: {services: {name: db}}}", service).first
    #expect(whos(rule) == [.unresolved("the endpoints of the Service shop/db, which has no selector")])
  }

  @Test func `a rule by labels of service accounts is unknown`() throws {
    let read = try rules(.ingress, "{action: Allow, source: {serviceAccounts: {names: [a], selector: team == 'x'}}}")
    #expect(read.map(\.action) == [.unknown])
    #expect(whos(read.first) == [.pods(.all([own, .is(.serviceAccount, "a")]))])
  }
}
