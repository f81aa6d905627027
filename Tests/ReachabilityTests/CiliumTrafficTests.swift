import KubeModel
import Reachability
import Testing

@Suite struct CiliumTrafficTests {
  static let portCases: [(port: String, fixed: TrafficSet)] = [
    ("{port: '80', protocol: TCP}", TrafficSet(.tcp, 80...80)),
    ("{port: '80', protocol: tcp}", TrafficSet(.tcp, 80...80)),
    ("{port: '53', protocol: ANY}", TrafficSet(.tcp, 53...53).union(TrafficSet(.udp, 53...53)).union(TrafficSet(.sctp, 53...53))),
    ("{port: '80', endPort: 444, protocol: UDP}", TrafficSet(.udp, 80...444)),
    ("{port: '80', endPort: 0, protocol: UDP}", TrafficSet(.udp, 80...80)),
    ("{port: '0', protocol: TCP}", TrafficSet(.tcp)),
    ("{port: '0'}", .everyPort),
    ("{port: '0', protocol: VRRP}", .ipProtocol(112)),
  ]

  @Test(arguments: portCases)
  func `ports are text, and 0 means all`(_ given: (port: String, fixed: TrafficSet)) throws {
    let read = try CiliumFixture(ingress: "{fromEndpoints: [{}], toPorts: [{ports: [\(given.port)]}]}")
    #expect(read.problems == [])
    let rule = try #require(read.rules(.ingress).first)
    #expect(rule.fixed == given.fixed && rule.named == [] && rule.who == [shopPods()])
  }

  @Test func `a name of a port is taken in lower case, with its protocol or any`() throws {
    let read = try CiliumFixture(ingress: "{toPorts: [{ports: [{port: HTTP-8080, protocol: TCP}, {port: dns}]}]}")
    #expect(read.rules(.ingress).first?.named == [NamedPort("http-8080", .tcp), NamedPort("dns", nil)])
    #expect(read.rules(.ingress).first?.fixed == TrafficSet.none)
  }

  @Test func `a rule on peers alone is about all traffic, and one on ICMP about its types`() throws {
    #expect(try #require(try CiliumFixture(ingress: "{fromEndpoints: [{}]}").rules(.ingress).first).fixed == nil)
    let read = try CiliumFixture(
      egress: "{icmps: [{fields: [{type: 8}, {type: EchoRequest, family: IPv6}, {type: '3', family: IPv4}]}]}")
    #expect(read.problems == [])
    let rule = try #require(read.rules(.egress).first)
    #expect(rule.who == nil)
    #expect(rule.fixed == .icmp(type: 8).union(.icmp(type: 3)).union(.icmp(version6: true, type: 128)))
  }

  @Test func `rules on requests make their ports conditional and no others`() throws {
    let read = try CiliumFixture(
      egress: """
        {toEndpoints: [{}], toPorts: [
          {ports: [{port: '80', protocol: TCP}], rules: {http: [{method: GET}]}},
          {ports: [{port: '81', protocol: TCP}]},
          {ports: [{port: '53', protocol: ANY}], rules: {dns: [{matchPattern: '*'}]}},
          {ports: [{port: '82', protocol: TCP}], rules: {}},
          {ports: [{port: '443', protocol: TCP}], serverNames: [a.example]}]}
        """)
    #expect(read.problems == [])
    let rules = read.rules(.egress)
    #expect(rules.map(\.condition?.code) == [nil, "http", "dns", "sni"])
    #expect(rules.map { $0.fixed?.ports(.tcp) } == [[81...82], [80...80], [53...53], [443...443]])
    #expect(rules.allSatisfy { $0.who == [shopPods()] && $0.path == "spec.egress[0]" })
  }

  @Test func `a name, a request and a proof of identity are one condition`() throws {
    let read = try CiliumFixture(
      egress: """
        {toFQDNs: [{matchName: a.example}], authentication: {mode: required},
          toPorts: [{ports: [{port: '80', protocol: TCP}], rules: {http: [{}]}}]}
        """)
    let condition = try #require(read.rules(.egress).first?.condition)
    #expect(condition.code == "domain-name")
    #expect(condition.text.contains("HTTP") && condition.text.contains("proved"))
    let off = try CiliumFixture(ingress: "{fromEndpoints: [{}], authentication: {mode: disabled}}")
    #expect(off.rules(.ingress).first?.condition == nil)
  }

  @Test func `rules on requests restrict even where the policy does not isolate`() throws {
    let read = try CiliumFixture(
      """
      spec: {endpointSelector: {}, enableDefaultDeny: {ingress: false},
        ingress: [{toPorts: [{ports: [{port: '80', protocol: TCP}], rules: {http: [{}]}}]}]}
      """)
    #expect(read.problems == ["spec.ingress[0]: surprising"])
    let node = try CiliumFixture(
      "spec: {endpointSelector: {}, enableDefaultDeny: {ingress: false}, ingress: [{fromEntities: [host]}]}")
    #expect(node.problems == [])
  }

  static let refused: [(spec: String, path: String)] = [
    ("{ingress: [{}]}", "spec"), ("{endpointSelector: null, ingress: [{}]}", "spec"),
    ("{endpointSelector: {}}", "spec"), ("{endpointSelector: {}, ingress: []}", "spec"),
    ("{endpointSelector: {}, nodeSelector: {}, ingress: [{}]}", "spec"),
    ("{nodeSelector: {}, ingress: [{}]}", "spec.nodeSelector"),
    ("{endpointSelector: {matchExpressions: [{key: a, operator: in, values: [b]}]}, ingress: [{}]}", "spec.endpointSelector"),
    ("{endpointSelector: {matchLabels: {a: true}}, ingress: [{}]}", "spec.endpointSelector"),
    ("{endpointSelector: {}, ingress: [{fromEndpoints: [{}], fromEntities: [host]}]}", "spec.ingress[0]"),
    ("{endpointSelector: {}, egress: [{toFQDNs: [{matchName: a.b}], toCIDR: [1.1.1.1/32]}]}", "spec.egress[0]"),
    ("{endpointSelector: {}, egressDeny: [{toFQDNs: [{matchName: a.b}]}]}", "spec.egressDeny[0].toFQDNs"),
    ("{endpointSelector: {}, egress: [{toFQDNs: [{matchName: 'a b'}]}]}", "spec.egress[0].toFQDNs[0]"),
    ("{endpointSelector: {}, ingress: [{fromEntities: [wrld]}]}", "spec.ingress[0].fromEntities[0]"),
    ("{endpointSelector: {}, ingress: [{fromCIDRSet: [{cidr: 1.1.1.1}]}]}", "spec.ingress[0].fromCIDRSet[0].cidr"),
    ("{endpointSelector: {}, ingress: [{fromCIDRSet: [{cidr: 1.0.0.0/8, cidrGroupRef: a}]}]}", "spec.ingress[0].fromCIDRSet[0]"),
    (
      "{endpointSelector: {}, ingress: [{fromCIDRSet: [{cidr: 1.0.0.0/8, except: [2.0.0.0/9]}]}]}",
      "spec.ingress[0].fromCIDRSet[0].except[0]"
    ),
    (
      "{endpointSelector: {}, ingressDeny: [{toPorts: [{ports: [{port: '80', protocol: TCP}], rules: {http: [{}]}}]}]}",
      "spec.ingressDeny[0].toPorts[0].rules"
    ),
    ("{endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: 80}]}]}]}", "spec.ingress[0].toPorts[0].ports[0].port"),
    ("{endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: '65536'}]}]}]}", "spec.ingress[0].toPorts[0].ports[0].port"),
    ("{endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: a_b}]}]}]}", "spec.ingress[0].toPorts[0].ports[0].port"),
    (
      "{endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: '80', protocol: HTTP}]}]}]}",
      "spec.ingress[0].toPorts[0].ports[0].protocol"
    ),
    (
      "{endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: '80'}], rules: {http: [{}]}}]}]}",
      "spec.ingress[0].toPorts[0].rules"
    ),
    (
      "{endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: '53', protocol: UDP}], rules: {dns: [{}]}}]}]}",
      "spec.ingress[0].toPorts[0].rules.dns"
    ),
    ("{endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: '1'}]}], icmps: [{fields: [{type: 8}]}]}]}", "spec.ingress[0]"),
    ("{endpointSelector: {}, ingress: [{icmps: [{fields: [{type: Ping}]}]}]}", "spec.ingress[0].icmps[0].fields[0].type"),
    (
      "{endpointSelector: {}, ingress: [{toPorts: [{ports: [\(Array(repeating: "{port: '1'}", count: 41).joined(separator: ","))]}]}]}",
      "spec.ingress[0].toPorts[0].ports"
    ),
  ]

  @Test(arguments: refused)
  func `what Cilium does not take puts the whole policy out of force`(_ given: (spec: String, path: String)) throws {
    let read = try CiliumFixture("spec: \(given.spec), specs: [{endpointSelector: {}, egress: [{}]}]")
    #expect(read.isRefused)
    #expect(read.problems.contains("\(given.path): refused"))
  }

  @Test func `an unknown field is dropped and told of`() throws {
    let read = try CiliumFixture(ingress: "{fromEndpoint: [{}], toPorts: [{ports: [{port: '1'}]}]}")
    #expect(read.problems == ["spec.ingress[0]: partIgnored"])
    #expect(read.set.problems.first?.message.contains("did you mean 'fromEndpoints'") == true)
    #expect(read.rules(.ingress).first?.who == nil)
  }
}
