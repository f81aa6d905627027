import Controls
import KubeModel
import Testing

/// What is open in any spelling is found open.
@Suite struct OpennessTests {
  private func status(_ rules: [[String]], _ check: String = "NP-COV-02") throws -> ControlStatus {
    let policies = rules.enumerated().map { index, rules in
      """
      ---
      {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p\(index), namespace: shop},
       spec: {podSelector: {}, policyTypes: [Ingress], ingress: [\(rules.joined(separator: ", "))]}}

      """
    }
    let manifests = "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}\n" + policies.joined()
    return try #require(try ClusterState(yaml: manifests, coverage: []).status(check))
  }

  private let quarters = ["0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2", "192.0.0.0/2"].map { "{from: [{ipBlock: {cidr: \($0)}}]}" }

  @Test func `the world in quarters over rules and over policies is the world`() throws {
    #expect(try status([quarters]) == .fail)
    #expect(try status(quarters.map { [$0] }) == .fail)
    #expect(try status([quarters], "NP-RULE-01") == .fail)
    #expect(try status(quarters.map { [$0] }, "NP-RULE-01") == .fail)
    #expect(try status([[quarters[0]]]) == .pass)
    #expect(try status([[quarters[0]]], "NP-RULE-01") == .pass)
  }

  @Test func `ports in halves over rules are every port`() throws {
    let (low, high) = ("{ports: [{port: 1, endPort: 32767}]}", "{ports: [{port: 32768, endPort: 65535}]}")
    #expect(try status([[low, high]]) == .fail)
    #expect(try status([[low], [high]]) == .fail)
    #expect(try status([["{ports: [{port: 1, endPort: 65534}]}"]]) == .fail)
    #expect(try status([[low]]) == .pass)
    #expect(try status([["{ports: [{port: 443}]}"]]) == .pass)
  }

  @Test(arguments: [
    "{ports: [{port: 1, endPort: 9223372036854775807}, {port: 2}]}", "{ports: [{port: 1, endPort: \"65535\"}]}",
    "{ports: [{port: 1.0, endPort: 65535.0}]}", "{ports: [{port: true}]}", "{ports: [{port: 80, endPort: 79}]}",
    "{ports: [{port: 0}]}", "{ports: [{port: http, endPort: 90}]}", "{ports: [{port: 80, protocol: tcp}]}", "{ports: [5]}",
  ])
  func `ports that no server takes leave the policy unjudged`(_ rule: String) throws {
    #expect(try status([[rule]]) == .notEvaluated)
    #expect(try status([[rule]], "NP-RULE-01") == .notEvaluated)
  }

  @Test func `a list of names that no namespace has speaks of every namespace`() throws {
    let rule =
      "{from: [{namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [\"\"]}]}}]}"
    #expect(try status([[rule]]) == .fail)
  }

  @Test(arguments: ["x", "[]", "5"])
  func `a spec that is no mapping is not evaluated`(_ spec: String) throws {
    let manifests =
      "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}\n---\n{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: shop}, spec: \(spec)}\n"
    #expect(try ClusterState(yaml: manifests, coverage: []).status("NP-COV-02") == .notEvaluated)
  }
}
