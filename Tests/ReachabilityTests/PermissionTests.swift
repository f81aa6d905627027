import KubeModel
import Reachability
import Testing

/// What rules allow, and what of it is for everyone.
@Suite struct PermissionTests {
  private func isolation(_ spec: String) throws -> Isolation {
    Isolation(
      "shop",
      try ClusterState(
        yaml: "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: shop}, spec: \(spec)}"))
  }

  private func permissions(_ spec: String) throws -> [Permission] {
    let isolation = try isolation(spec)
    #expect(isolation.policies.map(\.defect) == [nil])
    return isolation.permissions
  }

  /// Everyone that the only ingress rule with these peers lets through.
  private func everyone(from peers: String) throws -> String? {
    try #require(try permissions("{podSelector: {}, ingress: [{from: \(peers)}]}").first).everyone
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

  /// Blocks, each with its exceptions, as peers of one rule.
  private func isEveryone(_ blocks: [(cidr: String, except: [String])]) throws -> Bool {
    let peers = blocks.map { block in
      "{ipBlock: {cidr: '\(block.cidr)', except: [\(block.except.map { "'\($0)'" }.joined(separator: ", "))]}}"
    }
    return try everyone(from: "[\(peers.joined(separator: ", "))]") != nil
  }

  @Test func `half of the addresses of a family is everyone, and less is not`() throws {
    for blocks in [
      [("10.1.2.3/0", [])], [("2000::/3", [])], [("0.0.0.0/2", []), ("64.0.0.0/2", [])], [("::/1", []), ("8000::/1", [])],
      [("2000::/4", [])], [("0.0.0.0/0", ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"])], [("::/0", ["2001:db8::1/128"])],
      [("::/0", ["fc00::/7"])], [("64.0.0.0/2", []), ("0.0.0.0/2", []), ("32.0.0.0/3", [])],
      // An exception counts for its own block only.
      [("0.0.0.0/0", ["0.0.0.0/1", "128.0.0.0/1"]), ("0.0.0.0/1", [])],
    ] as [[(cidr: String, except: [String])]] {
      #expect(try isEveryone(blocks), "\(blocks)")
    }
    for blocks in [
      [("0.0.0.0/0", ["0.0.0.0/1", "128.0.0.0/1"])], [("0.0.0.0/1", ["10.0.0.1/32"])], [("::/0", ["2000::/3"])],
      [("2000::/5", [])], [("fd00::/8", [])], [("0.0.0.0/2", []), ("0.0.0.0/2", [])],
      [("0.0.0.0/2", []), ("32.0.0.0/3", []), ("0.0.0.0/3", [])],
    ] as [[(cidr: String, except: [String])]] {
      #expect(try !isEveryone(blocks), "\(blocks)")
    }
  }

  @Test(arguments: [
    ("[]", true), ("null", true), ("[{protocol: UDP}]", true), ("[{port: null}]", true), ("[{port: 1, endPort: 65535}]", true),
    ("[{port: 1, endPort: 32767}, {port: 32768, endPort: 65535}]", true),
    ("[{port: 30000, endPort: 65535}, {port: 1, endPort: 40000}]", true), ("[{port: 80}]", false),
    ("[{port: 2, endPort: 65535}]", true), ("[{port: 1, endPort: 100}, {port: 102, endPort: 65535}]", true),
    ("[{port: 1, endPort: 32767, protocol: UDP}, {port: 32768, endPort: 65535}]", false),
  ])
  func `ports that are every port are seen in any spelling`(_ given: (ports: String, isEvery: Bool)) throws {
    let rule = try #require(try permissions("{podSelector: {}, ingress: [{ports: \(given.ports)}]}").first)
    #expect(rule.isEveryPort == given.isEvery)
  }

  @Test func `a rule knows its place, and which key holds its peers`() throws {
    let rules = try permissions(
      "{podSelector: {}, ingress: [{}, {from: [{podSelector: {}}]}], egress: [{to: [{podSelector: {}}]}]}")
    #expect(rules.map(\.path) == ["spec.ingress[0]", "spec.ingress[1]", "spec.egress[0]"])
    #expect(rules.map(\.everyone) == ["anyone", nil, nil])
    #expect(rules.map(\.isForWholeNamespaces) == [true, true, true])
    // `from` says nothing in an egress rule.
    #expect(try permissions("{podSelector: {}, egress: [{from: [{podSelector: {}}]}]}").map(\.everyone) == ["anyone"])
  }

  @Test func `addresses that a rule names are those outside, without its exceptions`() throws {
    let rules = try permissions(
      "{podSelector: {}, egress: [{to: [{ipBlock: {cidr: 8.8.8.0/24, except: [8.8.8.0/25]}}, {podSelector: {matchLabels: {a: b}}}]}]}")
    #expect(rules.map { $0.addresses.map(\.shortText) } == [["8.8.8.128/25"]])
    #expect(rules.map(\.isForWholeNamespaces) == [false])
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
    #expect(try isolation(given.spec).policies.map(\.isolates) == [given.directions])
    let object = try #require(
      YAMLReader.documents(Array("{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, spec: \(given.spec)}".utf8)).documents.first)
    #expect(WrittenRule.closedDirections(of: KubeObject(object.value)) == given.directions)
  }

  @Test(arguments: [
    "{podSelector: x}", "{podSelector: {matchLabels: {a: 1}}}", "{podSelector: {}, policyTypes: [ingress]}",
    "{podSelector: {}, policyTypes: Ingress}", "{podSelector: {}, ingress: {}}", "{podSelector: {}, ingress: [{from: {podSelector: {}}}]}",
    "{podSelector: {}, ingress: [{ports: 80}]}", "{podSelector: {}, ingress: [{from: [{}]}]}",
    "{podSelector: {}, ingress: [{from: [{podSelector: x}]}]}", "{podSelector: {}, ingress: [{from: [{ipBlock: {}}]}]}",
    "{podSelector: {}, egress: [{to: [{podSelector: {}, namespaceSelector: x}]}]}",
    "{podSelector: {}, egress: [{}, {to: [{podSelector: {}}, {ipBlock: {cidr: 10.0.0.0}}]}]}",
    "{podSelector: {}, ingress: [{ports: [{port: 0, endPort: 65535}]}]}",
  ])
  func `what no server takes leaves a policy, and its namespace, unjudged`(_ spec: String) throws {
    let isolation = try isolation(spec)
    #expect(isolation.unknownReason?.hasPrefix("NetworkPolicy p cannot be evaluated: spec") == true)
    guard case .notEvaluated = isolation.policies.first?.defect else {
      Issue.record("it is judged")
      return
    }
  }

  @Test(arguments: [
    "", "/", "/0", "0.0.0.0", "0.0.0.0/", "0.0.0.0/33", "0.0.0.0/-1", "0.0.0.0/+0", "0.0.0.0/0/0", "0.0.0/0",
    "0.0.0.0.0/0", "256.0.0.0/0", "+1.0.0.0/8", "1.2.3.x/8", " 0.0.0.0/0", "0.0.0.0/ 0", "any", "::/129", ":::/0",
    "1::2::3/64", "12345::/16", "+1::/16", "g::/16", "1:2:3:4:5:6:7/64", "1:2:3:4:5:6:7:8:9/64", "fe80::1%eth0/64",
    "::1.2.3/96", "::1.2.3.256/96",
  ])
  func `what is no CIDR is refused, as a block and as an exception`(_ cidr: String) throws {
    for block in ["{cidr: '\(cidr)'}", "{cidr: 0.0.0.0/0, except: ['\(cidr)']}"] {
      #expect(try isolation("{podSelector: {}, ingress: [{from: [{ipBlock: \(block)}]}]}").unknownReason != nil, "\(block)")
    }
  }
}
