import KubeModel
import Reachability
import Registers
import Testing

@Suite struct RulingsTests {
  private func file(_ kind: String, _ spec: String) -> [UInt8] {
    Array("apiVersion: ambit/v1\nkind: \(kind)\nspec:\n\(spec)".utf8)
  }

  private func problems(_ kind: String, _ spec: String) -> [String] {
    KnownRegister.read(file(kind, spec)).problems.map(\.description)
  }

  // MARK: Zones

  private let zones = """
      default: deny
      zones:
        - name: cde
          description: card data
          members:
            - namespaces: [payments]
            - namespaceSelector: {matchLabels: {pci: cde}}
              podSelector: {matchLabels: {tier: db}}
        - name: office
          members: [{cidrs: [10.9.0.0/16, 10.8.0.1]}]
      flows:
        permitted: [{from: office, to: cde, ports: [TCP/443, udp/5000-5001], reason: the API}]
        forbidden: [{from: cde, to: cde, ports: [TCP/22], reason: no remote shells}]
    """

  @Test func `a workload is in every zone that a member of it means`() throws {
    let zones = try #require(Zones(recorded: file("Zones", zones)))
    #expect(zones.names == ["cde", "office", "outside", "unclassified"])
    #expect(zones.zones(of: [:], in: "payments", labelled: [:]) == ["cde"])
    #expect(zones.zones(of: ["tier": "db"], in: "x", labelled: ["pci": "cde"]) == ["cde"])
    #expect(zones.zones(of: ["tier": "web"], in: "x", labelled: ["pci": "cde"]) == [])
    #expect(zones.addresses(of: "office").map(\.shortText) == ["10.8.0.1", "10.9.0.0/16"])
    #expect(!zones.addresses(of: "outside").contains { $0.overlaps(zones.addresses(of: "office")[0]) })
  }

  @Test func `what no flow permits is forbidden between zones, and what a flow forbids within one`() throws {
    let zones = try #require(Zones(recorded: file("Zones", zones)))
    let office = try #require(zones.forbidden(from: "office", to: "cde"))
    #expect(!office.traffic.contains(.tcp, 443) && !office.traffic.contains(.udp, 5001) && office.traffic.contains(.tcp, 80))
    #expect(office.reasons == ["no flow permits it"])
    #expect(zones.forbidden(from: "cde", to: "office")?.traffic == .everything)
    #expect(zones.forbidden(from: "cde", to: "cde")?.traffic == TrafficSet(.tcp, 22...22))
    #expect(zones.forbidden(from: "office", to: "office") == nil)
  }

  @Test func `every mistake of a file of zones is told at once`() {
    #expect(
      problems("Zones", """
          default: dney
          zones:
            - name: cde
              members: [{namespaces: [a], namespaceSelector: {}}, {cidr: [10.0.0.0/8]}, {cidrs: [10.0.0.0/99]}]
            - {name: cde, members: []}
            - {name: outside, members: [{podSelector: {matchLabels: {a: 1}}}]}
          flows:
            permitted: [{from: cde, to: cdee, ports: [HTTP/80], reason: x}, {from: cde, to: cde, ports: [TCP/80], reason: x}]
            forbidden: [{from: cde, to: cde, reason: x}, {from: outside, to: outside, reason: x}]
        """) == [
          "4: 'dney' is no default; there are deny, allow",
          "7: '10.0.0.0/99' is no address and no CIDR block; write 10.0.0.0/8",
          "7: 'namespaces' and 'namespaceSelector' are two ways to say the same; keep one",
          "7: one of namespaces, namespaceSelector, podSelector, cidrs is needed",
          "7: unknown key 'cidr'; did you mean 'cidrs'?",
          "8: a zone needs a member",
          "8: the zone 'cde' is declared already",
          "9: 'outside' is a zone that is there anyway",
          "9: 'podSelector' has an operator or a value that no server takes; operators are In, NotIn, Exists, DoesNotExist",
          "11: 'HTTP/80' names no ports; write TCP/443, UDP/53, TCP/8000-8080 or SCTP",
          "11: 'cdee' is no zone; did you mean 'cde'?",
          "12: 'cde' to 'cde' is permitted and forbidden for the same traffic",
          "12: what flows between addresses outside does not pass through the cluster",
        ])
  }

  // MARK: Parameters

  @Test func `parameters replace defaults, and internal addresses add to them`() throws {
    let parameters = try #require(
      Parameters(recorded: file("Parameters", """
          annotations: {owner: team}
          internalAddresses: [203.0.113.0/24]
          checks:
            NP-RULE-05: {ports: [TCP/80, TCP/988]}
            NP-RULE-08: {protocols: [{name: LDAP, ports: [TCP/389]}]}
            NP-RBAC-01: {allowedPolicyWriters: [Group/admins, ServiceAccount/argocd/controller]}
        """)))
    #expect(parameters.ownerAnnotation == "team")
    #expect(parameters.justificationAnnotation == "ambit.dev/justification")
    #expect(parameters.metadataPorts.contains(.tcp, 988))
    #expect(parameters.metadataAddresses.map(\.shortText) == ["169.254.169.254", "fd00:ec2::254"])
    #expect(parameters.insecureProtocols.map(\.name) == ["LDAP"])
    #expect(parameters.allowedPolicyWriters == ["Group/admins", "ServiceAccount/argocd/controller"])
    let own = try #require(IPRange("203.0.113.7"))
    let ten = try #require(IPRange("10.1.2.3"))
    #expect(parameters.internalAddresses.contains { $0.contains(own) } && parameters.internalAddresses.contains { $0.contains(ten) })
    #expect(!Parameters.none.internalAddresses.contains { $0.contains(own) })
  }

  @Test func `what of the Internet's addresses is public is what remains of them`() throws {
    for (text, isInternal) in [
      ("8.8.8.8", false), ("100.64.1.1", true), ("169.254.169.254", true), ("172.32.0.1", false), ("192.168.0.1", true),
      ("2001:4860::1", false), ("fd00::1", true), ("fe80::1", true), ("::1", true), ("224.0.0.1", true), ("223.255.255.255", false),
    ] {
      let address = try #require(IPRange(text))
      #expect(Parameters.none.internalAddresses.contains { $0.contains(address) } == isInternal, "\(text)")
    }
  }

  @Test func `every mistake of a file of parameters is told at once`() {
    #expect(
      problems("Parameters", """
          checks:
            NP-RULE-5: {}
            NP-RULE-05: {address: [x]}
            NP-RBAC-02: {allowedEscalators: [alice]}
        """) == [
          "5: unknown key 'NP-RULE-5'; did you mean 'NP-RULE-05'?",
          "6: unknown key 'address'; did you mean 'addresses'?",
          "7: 'alice' is no subject; write User/NAME, Group/NAME or ServiceAccount/NAMESPACE/NAME",
        ])
  }

  // MARK: Exclusions and assertions

  @Test func `an exclusion names its checks, its owner and its reason`() throws {
    let exclusions = try #require(
      Exclusions(recorded: file("Exclusions", """
          exclusions:
            - {namespaces: [lab], checks: ["*"], owner: ops, reason: thrown away}
            - {workloads: [kube-system/DaemonSet/cni], checks: [NP-COV-06, OWN-A], owner: ops, reason: it is the network}
        """)))
    #expect(exclusions.entries(for: "NP-COV-01").map(\.namespaces) == [["lab"]])
    #expect(exclusions.entries(for: "OWN-A").count == 2)
    #expect(
      problems("Exclusions", "  exclusions:\n    - {checks: [NP-COV-9], owner: ops}\n    - {workloads: [cni], checks: ['*'], owner: a, reason: b}") == [
        "5: 'NP-COV-9' is no check; did you mean 'NP-COV-01'?",
        "5: 'namespaces' or 'workloads' are needed, to say what is excluded",
        "5: the key 'reason' is missing",
        "6: 'cni' is no workload; write NAMESPACE/KIND/NAME, such as kube-system/DaemonSet/kube-proxy",
      ])
  }

  @Test func `an assertion is an allowed or a denied connection with an id of its own`() throws {
    let assertions = try #require(
      Assertions(recorded: file("Assertions", """
          assertions:
            - id: OWN-DB-01
              title: t
              reason: r
              deny: {from: {zone: dev}, to: {namespaces: [shop]}, ports: [TCP/5432]}
            - {id: OWN-DB-02, title: t, reason: r, allow: {from: {cidrs: [10.0.0.0/8]}, to: {namespaces: [shop]}}}
        """)))
    #expect(assertions.all.map(\.isAllowed) == [false, true])
    #expect(assertions.all[0].ports == TrafficSet(.tcp, 5432...5432) && assertions.all[1].ports == nil)
    #expect(
      problems("Assertions", """
          assertions:
            - {id: NP-COV-01, title: t, reason: r, deny: {from: {zone: a}, to: {zone: b}}}
            - {id: OWN-A, title: t, reason: r}
            - {id: OWN-B, title: t, reason: r, deny: {from: {zone: outside}, to: {cidrs: [10.0.0.0/8]}}}
            - {id: OWN-B, title: t, reason: r, deny: {from: {zone: a, namespaces: [b]}, to: {}}}
        """) == [
          "5: 'NP-COV-01' is no id of an own check; write OWN- and capital letters, digits, dashes",
          "6: one of 'allow' and 'deny' is needed, and not both",
          "7: what flows between addresses outside does not pass through the cluster",
          "8: one of namespaces, namespaceSelector, podSelector, cidrs is needed",
          "8: the assertion 'OWN-B' is there already",
          "8: unknown key 'namespaces'",
        ])
  }

  // MARK: Together

  @Test func `equal texts have equal digests, and one that does not read is told`() throws {
    func rulings(_ texts: [String: [UInt8]]) -> Rulings { Rulings { (name) -> [UInt8]? in texts[name] } }
    let one = rulings(["zones": file("Zones", zones)])
    #expect(one.digest == rulings(["zones": file("Zones", zones)]).digest)
    #expect(one.digest != Rulings.none.digest)
    #expect(one.zones.zones.count == 2 && one.unreadable.isEmpty)
    let later = rulings(["zones": file("Zones", "  default: maybe"), "exclusions": []])
    #expect(later.unreadable == ["zones", "exclusions"] && later.zones.isEmpty)
    #expect(later.digest != Rulings.none.digest)
  }
}
