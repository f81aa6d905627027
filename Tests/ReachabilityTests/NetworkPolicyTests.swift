import KubeModel
import Reachability
import Testing

@Suite struct NetworkPolicyTests {
  func policy(_ spec: String) throws -> NetworkPolicy {
    let text = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: shop}, spec: \(spec)}"
    let document = try #require(YAMLReader.documents(Array(text.utf8)).documents.first, "\(text)")
    return NetworkPolicy(KubeObject(document.value))
  }

  static let directionCases: [(spec: String, directions: Set<Direction>)] = [
    ("{podSelector: {}}", [Direction.ingress]),
    ("{podSelector: {}, policyTypes: []}", [.ingress]),
    ("{podSelector: {}, policyTypes: null}", [.ingress]),
    ("{podSelector: {}, ingress: [{}]}", [.ingress]),
    ("{podSelector: {}, egress: []}", [.ingress]),
    ("{podSelector: {}, egress: null}", [.ingress]),
    ("{podSelector: {}, egress: [{}]}", [.ingress, .egress]),
    ("{podSelector: {}, policyTypes: [Egress]}", [.egress]),
    ("{podSelector: {}, policyTypes: [Egress], ingress: [{}]}", [.egress]),
    ("{podSelector: {}, policyTypes: [Ingress], egress: [{}]}", [.ingress]),
    ("{podSelector: {}, policyTypes: [Ingress, Egress]}", [.ingress, .egress]),
  ]

  @Test(arguments: directionCases)
  func `policyTypes decides, and by default egress counts where it has rules`(
    _ given: (spec: String, directions: Set<Direction>)
  ) throws {
    let policy = try policy(given.spec)
    #expect(policy.directions == given.directions)
    #expect(policy.defect == nil)
  }

  @Test(arguments: ["{}", "{podSelector: null}", "{podSelector: {}}", "{podSelector: {matchLabels: {}}}"])
  func `an empty podSelector selects every pod, and so does none`(_ spec: String) throws {
    let policy = try policy(spec)
    #expect(policy.podSelector.isEmpty)
    #expect(policy.defect == nil)
    #expect(policy.isolates([:], .ingress))
    #expect(!policy.isolates([:], .egress))
  }

  @Test func `a policy isolates the pods that it selects and no others`() throws {
    let policy = try policy("{podSelector: {matchExpressions: [{key: app, operator: In, values: [web]}]}}")
    #expect(policy.isolates(["app": "web"], .ingress))
    #expect(!policy.isolates(["app": "db"], .ingress))
    #expect(!policy.isolates([:], .ingress))
  }

  /// Everyone that the only ingress rule with these peers lets through.
  func everyone(from peers: String) throws -> String? {
    let policy = try policy("{podSelector: {}, ingress: [{from: \(peers)}]}")
    #expect(policy.defect == nil)
    return try #require(policy.rules[.ingress]?.first).everyone
  }

  static let everyoneCases: [(peers: String, everyone: String)] = [
    ("[]", "anyone"), ("null", "anyone"),
    ("[{ipBlock: {cidr: 0.0.0.0/0}}]", "any address"), ("[{ipBlock: {cidr: '::/0'}}]", "any address"),
    ("[{ipBlock: {cidr: 0.0.0.0/1}}, {ipBlock: {cidr: 128.0.0.0/1}}]", "any address"),
    ("[{ipBlock: {cidr: 0.0.0.0/0, except: [10.1.2.3/32]}}]", "any address"),
    ("[{podSelector: {}}, {ipBlock: {cidr: 0.0.0.0/0}}]", "any address"),
    ("[{namespaceSelector: {}}]", "every pod in the cluster"),
    ("[{namespaceSelector: {}, podSelector: {}}]", "every pod in the cluster"),
    ("[{namespaceSelector: {}, podSelector: null}]", "every pod in the cluster"),
    (
      "[{namespaceSelector: {matchExpressions: [{key: env, operator: NotIn, values: [prod]}]}}]",
      "every pod in the cluster"
    ),
    (
      "[{namespaceSelector: {matchExpressions: [{key: env, operator: DoesNotExist}]}}]",
      "every pod in the cluster"
    ),
    (
      "[{namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: Exists}]}}]",
      "every pod in the cluster"
    ),
    (
      "[{namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [x]}]}}]",
      "every pod in the cluster"
    ),
    (
      "[{namespaceSelector: {}, podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [x]}]}}]",
      "every pod in the cluster"
    ),
    ("[{podSelector: {}, ipBlock: null, namespaceSelector: {}}]", "every pod in the cluster"),
  ]

  @Test(arguments: everyoneCases)
  func `peers that let everyone through are seen in any spelling`(
    _ given: (peers: String, everyone: String)
  ) throws {
    #expect(try everyone(from: given.peers) == given.everyone)
  }

  @Test(arguments: [
    "[{podSelector: {}}]", "[{podSelector: {}, namespaceSelector: null}]",
    "[{namespaceSelector: {matchLabels: {env: prod}}}]",
    "[{namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}]",
    "[{namespaceSelector: {matchExpressions: [{key: env, operator: Exists}]}}]",
    "[{namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: In, values: [a]}]}}]",
    "[{namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: DoesNotExist}]}}]",
    "[{ipBlock: {cidr: 10.0.0.0/8}}]", "[{ipBlock: {cidr: 0.0.0.0/2}}]",
    "[{ipBlock: {cidr: 0.0.0.0/0, except: [0.0.0.0/1, 128.0.0.0/2]}}]",
  ])
  func `peers that are limited are not everyone`(_ peers: String) throws {
    #expect(try everyone(from: peers) == nil)
  }

  static let portCases: [(ports: String, isEvery: Bool)] = [
    ("[]", true), ("null", true), ("[{protocol: UDP}]", true), ("[{port: null}]", true),
    ("[{port: 1, endPort: 65535}]", true), ("[{port: 0, endPort: 65535}]", true),
    ("[{port: 1, endPort: 32767}, {port: 32768, endPort: 65535}]", true),
    ("[{port: 30000, endPort: 65535}, {port: 1, endPort: 40000}]", true),
    ("[{port: 80}]", false), ("[{port: 2, endPort: 65535}]", true), ("[{port: http}]", false),
    ("[{port: 1, endPort: 100}, {port: 102, endPort: 65535}]", true),
    ("[{port: 1, endPort: 32767, protocol: UDP}, {port: 32768, endPort: 65535}]", false),
  ]

  @Test(arguments: portCases)
  func `ports that are every port are seen in any spelling`(_ given: (ports: String, isEvery: Bool)) throws {
    let rule = try #require(
      try policy("{podSelector: {}, ingress: [{ports: \(given.ports)}]}").rules[.ingress]?.first)
    #expect(rule.ports.isEveryPort == given.isEvery)
  }

  @Test func `a rule knows its place, and which key holds its peers`() throws {
    let policy = try policy("{podSelector: {}, ingress: [{}, {from: [{podSelector: {}}]}], egress: [{to: [{podSelector: {}}]}]}")
    #expect(policy.rules[.ingress]?.map(\.path) == ["spec.ingress[0]", "spec.ingress[1]"])
    #expect(policy.rules[.ingress]?.map(\.everyone) == ["anyone", nil])
    #expect(policy.rules[.egress]?.map(\.everyone) == [nil])
    // `from` says nothing in an egress rule.
    let misplaced = try self.policy("{podSelector: {}, egress: [{from: [{podSelector: {}}]}]}")
    #expect(misplaced.rules[.egress]?.map(\.everyone) == ["anyone"])
  }

  static let defectCases: [(spec: String, defect: String)] = [
    ("{podSelector: x}", "spec.podSelector is no selector"),
    ("{podSelector: {matchLabels: {a: 1}}}", "spec.podSelector has an operator or a value that is not known"),
    ("{podSelector: {}, policyTypes: [ingress]}", "spec.policyTypes names neither Ingress nor Egress"),
    ("{podSelector: {}, policyTypes: Ingress}", "spec.policyTypes is no list"),
    ("{podSelector: {}, ingress: {}}", "spec.ingress is no list"),
    ("{podSelector: {}, ingress: [{from: {podSelector: {}}}]}", "spec.ingress[0].from is no list"),
    ("{podSelector: {}, ingress: [{ports: 80}]}", "spec.ingress[0].ports is no list"),
    ("{podSelector: {}, ingress: [{from: [{}]}]}", "spec.ingress[0].from[0] names no one"),
    ("{podSelector: {}, ingress: [{from: [{podSelector: x}]}]}", "spec.ingress[0].from[0].podSelector is no selector"),
    (
      "{podSelector: {}, egress: [{to: [{podSelector: {}, namespaceSelector: x}]}]}",
      "spec.egress[0].to[0].namespaceSelector is no selector"
    ),
    (
      "{podSelector: {}, egress: [{}, {to: [{podSelector: {}}, {ipBlock: {cidr: 10.0.0.0}}]}]}",
      "spec.egress[1].to[1].ipBlock is no valid CIDR"
    ),
    ("{podSelector: {}, ingress: [{from: [{ipBlock: {}}]}]}", "spec.ingress[0].from[0].ipBlock is no valid CIDR"),
  ]

  @Test(arguments: defectCases)
  func `what no server takes is a defect with its place`(_ given: (spec: String, defect: String)) throws {
    #expect(try policy(given.spec).defect == given.defect)
  }
}
