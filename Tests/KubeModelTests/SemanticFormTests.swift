import KubeModel
import Testing

@Suite struct SemanticFormTests {
  func digest(_ spec: String, metadata: String = "") throws -> String {
    let object = try KubeObject(
      yaml: "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a, namespace: b\(metadata)}, spec: \(spec)}")
    return SemanticForm.digest(of: object, type: ResourceCatalog.networkPolicies)
  }

  @Test(arguments: [
    // policyTypes, its default
    ("{podSelector: {}}", "{podSelector: {}, policyTypes: [Ingress]}"),
    ("{podSelector: {}, policyTypes: []}", "{podSelector: {}, policyTypes: [Ingress]}"),
    ("{podSelector: {}, egress: [{}]}", "{podSelector: {}, egress: [{}], policyTypes: [Ingress, Egress]}"),
    ("{podSelector: {}, egress: []}", "{podSelector: {}, policyTypes: [Ingress]}"),
    // an absent selector is the empty one
    ("{policyTypes: [Ingress]}", "{podSelector: {}, policyTypes: [Ingress]}"),
    ("{podSelector: null}", "{podSelector: {}}"),
    ("{podSelector: {matchLabels: {}, matchExpressions: []}}", "{podSelector: {}}"),
    // no rules, in three spellings
    ("{podSelector: {}, ingress: []}", "{podSelector: {}}"),
    ("{podSelector: {}, ingress: null}", "{podSelector: {}}"),
    // no limit on peers, ports, exceptions
    ("{podSelector: {}, ingress: [{from: [], ports: []}]}", "{podSelector: {}, ingress: [{}]}"),
    (
      "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: []}}]}]}",
      "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}"
    ),
    // the protocol's default
    (
      "{podSelector: {}, ingress: [{ports: [{port: 80}]}]}",
      "{podSelector: {}, ingress: [{ports: [{port: 80, protocol: TCP}]}]}"
    ),
    // lists are sets of alternatives
    (
      "{podSelector: {}, policyTypes: [Egress, Ingress], ingress: [{ports: [{port: 1}, {port: 2}]}, {from: [{podSelector: {}}, {namespaceSelector: {}}]}]}",
      "{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: [{namespaceSelector: {}}, {podSelector: {}}]}, {ports: [{port: 2}, {port: 1}]}]}"
    ),
    (
      "{podSelector: {matchExpressions: [{key: a, operator: In, values: [x, b]}, {key: b, operator: Exists}]}}",
      "{podSelector: {matchExpressions: [{key: b, operator: Exists}, {key: a, operator: In, values: [b, x]}]}}"
    ),
  ])
  func `two spellings of one meaning are equal`(_ pair: (String, String)) throws {
    #expect(try digest(pair.0) == digest(pair.1))
  }

  @Test(arguments: [
    ("{podSelector: {}, ingress: [{}]}", "{podSelector: {}, ingress: []}"),
    ("{podSelector: {}}", "{podSelector: {}, policyTypes: [Ingress, Egress]}"),
    (
      "{podSelector: {}, ingress: [{from: []}]}",
      "{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}"
    ),
    (
      "{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}",
      "{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}"
    ),
    (
      "{podSelector: {}, ingress: [{from: [{podSelector: {}, namespaceSelector: {}}]}]}",
      "{podSelector: {}, ingress: [{from: [{podSelector: {}}, {namespaceSelector: {}}]}]}"
    ),
    (
      "{podSelector: {}, ingress: [{ports: [{port: 80}]}]}",
      "{podSelector: {}, ingress: [{ports: [{port: '80'}]}]}"
    ),
    (
      "{podSelector: {}, ingress: [{ports: [{port: 80}]}]}",
      "{podSelector: {}, ingress: [{ports: [{port: 80, protocol: UDP}]}]}"
    ),
  ])
  func `two meanings are not`(_ pair: (String, String)) throws {
    #expect(try digest(pair.0) != digest(pair.1))
  }

  @Test func `when an object was made, and its notes, are not its meaning`() throws {
    let plain = try digest("{podSelector: {}}")
    #expect(
      try digest(
        "{podSelector: {}}",
        metadata: ", uid: u, creationTimestamp: '2026-01-01T00:00:00Z', annotations: {a: b}, generateName: x")
        == plain)
    #expect(try digest("{podSelector: {}}", metadata: ", labels: {a: b}") != plain)
  }

  @Test(arguments: [
    ("projectcalico.org/v3", "NetworkPolicy", "ingress", "{action: Allow}", "{action: Deny}"),
    ("projectcalico.org/v3", "GlobalNetworkPolicy", "egress", "{action: Pass}", "{action: Log}"),
    ("policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy", "ingress", "{action: Deny}", "{action: Allow}"),
  ])
  func `lists whose order means something keep it`(
    _ given: (version: String, kind: String, list: String, first: String, second: String)
  ) throws {
    func digest(_ rules: String) throws -> String {
      let object = try KubeObject(
        yaml: "{apiVersion: \(given.version), kind: \(given.kind), metadata: {name: a}, spec: {\(given.list): [\(rules)]}}")
      let type = try #require(ResourceCatalog.type(group: object.group, kind: object.kind))
      return SemanticForm.digest(of: object, type: type)
    }
    #expect(try digest("\(given.first), \(given.second)") != digest("\(given.second), \(given.first)"))
    #expect(try digest(given.first) == digest(given.first))
  }
}
