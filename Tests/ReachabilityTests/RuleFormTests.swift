import KubeModel
import Reachability
import Testing

@Suite struct RuleFormTests {
  /// The statements of one policy, as texts.
  private static func forms(_ yaml: String) throws -> [String] {
    let state = try ClusterState(yaml: yaml)
    return try #require(WrittenRule.all(of: state.entries[0].object)).map(\.form.text)
  }

  @Sendable private static func networkPolicy(_ spec: String) -> String {
    "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: shop}, spec: \(spec)}"
  }

  @Sendable private static func calico(_ spec: String) -> String {
    "{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: p}, spec: \(spec)}"
  }

  @Sendable private static func cilium(_ spec: String) -> String {
    "{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: p, namespace: shop}, spec: \(spec)}"
  }

  @Sendable private static func admin(_ spec: String) -> String {
    "{apiVersion: policy.networking.k8s.io/v1alpha1, kind: AdminNetworkPolicy, metadata: {name: p}, spec: \(spec)}"
  }

  @Test func `a NetworkPolicy is told in plain words`() throws {
    let yaml = RuleFormTests.networkPolicy(
      """
      {podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress, Egress], ingress: [{from: [{podSelector: {matchLabels:
      {app: web}}}, {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ops}}}, {ipBlock: {cidr: 10.0.0.0/8,
      except: [10.2.0.0/16]}}], ports: [{port: 5432}, {port: metrics}]}], egress: [{ports: [{protocol: UDP, port: 53}]}]}
      """)
    #expect(
      try RuleFormTests.forms(yaml) == [
        "applies to pods with app=db", "denies ingress that no rule allows", "denies egress that no rule allows",
        "allow ingress from addresses 10.0.0.0/8 except 10.2.0.0/16 or every pod in the namespace ops or "
          + "pods with app=web of its namespace on TCP 5432, TCP port metrics",
        "allow egress to everyone on UDP 53",
      ])
  }

  static let equal: [(String, String)] = [
    // Defaults.
    ("{podSelector: {}, ingress: [{ports: [{port: 80}]}]}",
      "{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [], ports: [{port: 80, protocol: TCP}]}]}"),
    ("{ingress: [{ports: [{port: 80, endPort: 80}]}]}", "{podSelector: {}, ingress: [{ports: [{port: 80}], from: null}]}"),
    // Spellings of selectors.
    ("{podSelector: {matchLabels: {a: b, c: d}}}",
      "{podSelector: {matchExpressions: [{key: c, operator: In, values: [d]}], matchLabels: {a: b}}}"),
    ("{podSelector: {matchExpressions: [{key: a, operator: NotIn, values: [v, w]}]}}",
      "{podSelector: {matchExpressions: [{key: a, operator: NotIn, values: [w, v]}]}}"),
    // Ports that touch, and blocks with host bits.
    ("{podSelector: {}, ingress: [{ports: [{port: 80}, {port: 81}]}]}",
      "{podSelector: {}, ingress: [{ports: [{port: 80, endPort: 81}]}]}"),
    ("{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}",
      "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.1.2.3/8, except: []}}]}]}"),
  ]

  @Test(arguments: equal)
  func `two spellings of one meaning have one form`(_ left: String, _ right: String) throws {
    let forms = try [left, right].map { Set(try RuleFormTests.forms(RuleFormTests.networkPolicy($0))) }
    #expect(forms[0] == forms[1])
  }

  static let different: [(String, @Sendable (String) -> String)] = [
    "{podSelector: {}}", "{podSelector: {matchLabels: {a: b}}}", "{podSelector: {matchLabels: {a: 'b,c=d'}}}",
    "{podSelector: {matchLabels: {a: b, c: d}}}", "{podSelector: {matchExpressions: [{key: a, operator: Exists}]}}",
    "{podSelector: {}, policyTypes: [Egress]}", "{podSelector: {}, policyTypes: [Ingres]}", "{podSelector: {}, ingress: {}}",
    "{podSelector: {}, ingress: [{}]}", "{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}",
    "{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}",
    "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: a}}}]}]}",
    "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: a}}, podSelector: {matchLabels: {a: b}}}]}]}",
    "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: a}}}, {podSelector: {matchLabels: {a: b}}}]}]}",
    "{podSelector: {}, ingress: [{from: [{}]}]}", "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}",
    "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/8]}}]}]}",
    "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/8]}}]}]}",
    "{podSelector: {}, ingress: [{ports: [{port: 80}]}]}", "{podSelector: {}, ingress: [{ports: [{port: '80'}]}]}",
    "{podSelector: {}, ingress: [{ports: [{port: 80, protocol: UDP}]}]}", "{podSelector: {}, ingress: [{ports: [{protocol: TCP}]}]}",
    "{podSelector: {}, ingress: [{ports: [{port: 80, endPort: 79}]}]}", "{podSelector: {}, ingress: [{ports: [{endPort: 79}]}]}",
    "{podSelector: {}, policyTypes: [Ingress], egress: [{ports: [{port: 80}]}]}",
  ].map { ($0, networkPolicy) } + [
    "{}", "{selector: a == 'b'}", "{selector: \"a == 'b' || c == 'd'\"}", "{order: 5}", "{tier: x}", "{types: [Egress]}",
    "{ingress: [{action: Allow}]}", "{ingress: [{action: Deny}]}", "{ingress: [{action: Log}]}",
    "{ingress: [{action: Allow, protocol: TCP}]}", "{ingress: [{action: Allow, notProtocol: TCP}]}",
    "{ingress: [{action: Allow, protocol: TCP, destination: {ports: [80]}}]}",
    "{ingress: [{action: Allow, protocol: TCP, destination: {notPorts: [80]}}]}",
    "{ingress: [{action: Allow, protocol: TCP, source: {ports: [80]}}]}",
    "{ingress: [{action: Allow, source: {nets: [10.0.0.0/8]}}]}", "{ingress: [{action: Allow, source: {notNets: [10.0.0.0/8]}}]}",
    "{ingress: [{action: Allow, destination: {nets: [10.0.0.0/8]}}]}", "{ingress: [{action: Allow, ipVersion: 4}]}",
    "{ingress: [{action: Allow, source: {selector: a == 'b'}}]}", "{ingress: [{action: Allow, source: {notSelector: a == 'b'}}]}",
    "{ingress: [{action: Allow, source: {namespaceSelector: a == 'b'}}]}",
    "{ingress: [{action: Allow, source: {serviceAccounts: {names: [b]}}}]}", "{ingress: [{action: Allow, http: {methods: [GET]}}]}",
    "{ingress: [{action: Allow, protocol: ICMP, icmp: {type: 8}}]}", "{egress: [{action: Allow, destination: {services: {name: a}}}]}",
    "{egress: [{action: Allow, destination: {domains: [a.example]}}]}", "{ingress: [{action: Allow, madeUp: 1}]}",
  ].map { ($0, calico) } + [
    "{endpointSelector: {}}", "{endpointSelector: {matchLabels: {a: b}}}", "{endpointSelector: {}, ingress: [{}]}",
    "{endpointSelector: {}, ingress: [{fromEndpoints: [{}]}]}", "{endpointSelector: {}, ingress: [{fromEndpoints: []}]}",
    "{endpointSelector: {}, ingressDeny: [{}]}", "{endpointSelector: {}, ingress: [{fromEntities: [world]}]}",
    "{endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {'k8s:a': b}}]}]}",
    "{endpointSelector: {}, ingress: [{fromCIDR: [10.0.0.0/8]}]}", "{endpointSelector: {}, ingress: [{fromRequires: [{}]}]}",
    "{endpointSelector: {}, ingress: [{fromCIDRSet: [{cidr: 10.0.0.0/8, except: [10.1.0.0/16]}]}]}",
    "{endpointSelector: {}, ingress: [{fromCIDRSet: [{cidrGroupRef: a}]}]}",
    "{endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: '80'}]}]}]}",
    "{endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: '80', protocol: TCP}]}]}]}",
    "{endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: '80', protocol: TCP}], rules: {http: [{method: GET}]}}]}]}",
    "{endpointSelector: {}, ingress: [{toPorts: [{ports: []}]}]}", "{endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: http}]}]}]}",
    "{endpointSelector: {}, ingress: [{}], enableDefaultDeny: {ingress: false}}", "{endpointSelector: {}, egress: [{toFQDNs: [{matchName: a.b}]}]}",
    "{endpointSelector: {}, egress: [{toFQDNs: [{matchPattern: a.b}]}]}", "{endpointSelector: {}, ingress: [{icmps: [{fields: [{type: 8}]}]}]}",
  ].map { ($0, cilium) } + [
    "{priority: 5, subject: {namespaces: {}}}", "{priority: 6, subject: {namespaces: {}}}",
    "{priority: 5, subject: {pods: {namespaceSelector: {}, podSelector: {matchLabels: {a: b}}}}}",
    "{priority: 5, subject: {namespaces: {}}, ingress: [{action: Allow, from: [{namespaces: {}}]}]}",
    "{priority: 5, subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}]}]}",
    "{priority: 5, subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}], ports: [{portNumber: {port: 80}}]}]}",
    "{priority: 5, subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}], ports: [{namedPort: http}]}]}",
    "{priority: 5, subject: {namespaces: {}}, egress: [{action: Deny, to: [{networks: [10.0.0.0/8]}]}]}",
    "{priority: 5, subject: {namespaces: {}}, egress: [{action: Allow, to: [{domainNames: [a.example]}]}]}",
    "{priority: 5, subject: {namespaces: {}}, egress: [{action: Deny, to: [{nodes: {}}]}]}",
  ].map { ($0, admin) }

  @Test func `policies of different meaning never have the same statements`() throws {
    var seen: [Set<String>: String] = [:]
    for (spec, kind) in RuleFormTests.different {
      let yaml = kind(spec)
      let forms = Set(try RuleFormTests.forms(yaml))
      #expect(seen[forms] == nil, "\(yaml) reads as \(seen[forms] ?? "")")
      seen[forms] = yaml
    }
  }

  // MARK: Properties

  private struct Random: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state
    }
  }

  /// The value with the elements of every list of alternatives in another order, some of them twice.
  private static func shuffled(_ value: Value, _ random: inout Random) -> Value {
    switch value {
    case .map(let map): return .map(Mapping(map.entries.map { ($0.key, shuffled($0.value, &random)) }))
    case .list(let list):
      var list = list.map { shuffled($0, &random) }
      if let one = list.randomElement(using: &random), Bool.random(using: &random) { list.append(one) }
      return .list(list.shuffled(using: &random))
    default: return value
    }
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `the order of lists says nothing`(_ seed: UInt64) throws {
    var random = Random(state: seed)
    let rich: [String] = RuleFormTests.different.filter { !$0.0.contains("ports: []") }.map { $0.1($0.0) } + [
      RuleFormTests.networkPolicy(
        """
        {podSelector: {matchExpressions: [{key: a, operator: In, values: [u, v, w]}, {key: b, operator: Exists}]},
        policyTypes: [Egress, Ingress], ingress: [{from: [{podSelector: {matchLabels: {a: b}}}, {namespaceSelector: {}},
        {ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16, 10.2.0.0/16]}}], ports: [{port: 1}, {port: 5, endPort: 9},
        {port: web}]}, {from: [{ipBlock: {cidr: 0.0.0.0/0}}]}], egress: [{to: [{podSelector: {}}]}]}
        """),
      RuleFormTests.cilium(
        """
        {endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {a: b}}, {matchLabels: {c: d}}], toPorts: [{ports:
        [{port: '80'}, {port: '81', protocol: TCP}], rules: {http: [{method: GET}, {method: PUT}]}}, {ports: [{port: dns}]}]}]}
        """),
      RuleFormTests.calico(
        "{ingress: [{action: Allow, protocol: TCP, source: {nets: [10.0.0.0/8, 11.0.0.0/8]}, destination: {ports: [1, '2:5', x]}}]}"),
    ]
    for yaml in rich {
      let object = try ClusterState(yaml: yaml).entries[0].object
      let other = KubeObject(RuleFormTests.shuffled(object.value, &random))
      let forms = try [object, other].map { Set(try #require(WrittenRule.all(of: $0)).map(\.form.digest)) }
      #expect(forms[0] == forms[1], "seed \(seed): \(JSONWriter.line(of: other.value))")
    }
  }

  @Test func `Calico's selectors have one form for one meaning`() throws {
    let texts = ["\"a == 'b' && has(c)\"", "\"has(c) && a in {'b'}\"", "'a==\"b\"  && has( c )'"]
    let forms = try texts.map { try RuleFormTests.forms(RuleFormTests.calico("{selector: \($0)}")) }
    #expect(Set(forms).count == 1)
  }

  @Test func `a hostile label stays in its quotes`() throws {
    let yaml = RuleFormTests.networkPolicy(#"{podSelector: {matchLabels: {app: "x or every pod\e[2J"}}}"#)
    #expect(try RuleFormTests.forms(yaml)[0] == #"applies to pods with app="x or every pod\u001b[2J""#)
  }
}
