import Controls
import KubeModel
import Registers
import Testing

/// NP-RBAC-01 and NP-RBAC-02.
@Suite struct AccessCheckTests {
  private func state(_ manifests: String..., coverage: [KindCoverage] = []) throws -> ClusterState {
    try ClusterState(yaml: (Manifest.namespace("shop") + manifests.joined()), coverage: coverage)
  }

  private func role(_ name: String, _ rules: String, in namespace: String? = nil, more: String = "") -> String {
    let place = namespace.map { ", namespace: \($0)" } ?? ""
    return
      "---\n{apiVersion: rbac.authorization.k8s.io/v1, kind: \(namespace == nil ? "ClusterRole" : "Role"), metadata: {name: \(name)\(place), labels: {role: \(name)}}, rules: \(rules)\(more)}\n"
  }

  private func binding(_ name: String, to role: String, _ subjects: String, in namespace: String? = nil, kind: String = "ClusterRole") -> String {
    let place = namespace.map { ", namespace: \($0)" } ?? ""
    return
      "---\n{apiVersion: rbac.authorization.k8s.io/v1, kind: \(namespace == nil ? "ClusterRoleBinding" : "RoleBinding"), metadata: {name: \(name)\(place)}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: \(kind), name: \"\(role)\"}, subjects: \(subjects)}\n"
  }

  private let alice = "[{kind: User, name: alice}]"
  private let write = "[{apiGroups: [networking.k8s.io], resources: [networkpolicies], verbs: [patch]}]"

  private func findings(_ manifests: String...) throws -> [String] {
    try #require(try state(manifests.joined()).result("NP-RBAC-01")).findings.map { "\($0.subject.title) \($0.message)" }
  }

  @Test func `RBAC-01 names each who can write policies, where and through what`() throws {
    #expect(
      try findings(role("w", write), binding("b", to: "w", alice)) == [
        "User alice can write policies: networkpolicies.networking.k8s.io everywhere through ClusterRoleBinding b (ClusterRole w)"
      ])
    #expect(
      try findings(role("w", write), binding("b", to: "w", "[{kind: ServiceAccount, name: bot, namespace: ci}]", in: "shop")) == [
        "ServiceAccount ci/bot can write policies: networkpolicies.networking.k8s.io in namespace shop through RoleBinding shop/b (ClusterRole w)"
      ])
    #expect(try findings(role("r", "[{apiGroups: [networking.k8s.io], resources: [networkpolicies], verbs: [get, list]}]"), binding("b", to: "r", alice)) == [])
    #expect(try findings(role("r", "[{apiGroups: [apps], resources: ['*'], verbs: ['*']}]"), binding("b", to: "r", alice)) == [])
  }

  @Test(arguments: [
    "[{apiGroups: ['*'], resources: ['*'], verbs: ['*']}]", "[{apiGroups: [cilium.io], resources: ['*'], verbs: [create]}]",
    "[{apiGroups: [crd.projectcalico.org], resources: [globalnetworkpolicies], verbs: [deletecollection]}]",
    "[{apiGroups: [policy.networking.k8s.io], resources: [adminnetworkpolicies], verbs: ['*']}]",
  ])
  func `RBAC-01 sees wildcards and every kind of policy`(_ rules: String) throws {
    #expect(try findings(role("w", rules), binding("b", to: "w", alice)).count == 1)
  }

  @Test func `RBAC-01 follows roles that gather others, and leaves policies of the cluster to bindings for the cluster`() throws {
    let gathering = role("all", "[]", more: ", aggregationRule: {clusterRoleSelectors: [{matchLabels: {role: w}}]}")
    #expect(try findings(role("w", write), gathering, binding("b", to: "all", alice)).count == 1)
    let admin = role("w", "[{apiGroups: [policy.networking.k8s.io], resources: [adminnetworkpolicies], verbs: [update]}]")
    #expect(try findings(admin, binding("b", to: "w", alice, in: "shop")) == [])
    let local = role("w", write, in: "shop")
    #expect(try findings(local, binding("b", to: "w", alice, in: "shop", kind: "Role")).count == 1)
  }

  @Test func `RBAC-01 tells Kubernetes' own parts apart, but not everyone, and lets the owner allow`() throws {
    let all = role("cluster-admin", "[{apiGroups: ['*'], resources: ['*'], verbs: ['*']}]")
    let bindings =
      binding("cluster-admin", to: "cluster-admin", "[{kind: Group, name: 'system:masters'}, {kind: User, name: eve}]")
      + binding("system:controller:gc", to: "cluster-admin", "[{kind: ServiceAccount, name: gc, namespace: kube-system}]")
      + binding("open", to: "cluster-admin", "[{kind: Group, name: 'system:authenticated'}]")
      + binding("user", to: "cluster-admin", "[{kind: User, name: 'system:serviceaccount:ci:bot'}]")
    let state = try state(all, bindings)
    let result = try #require(state.result("NP-RBAC-01"))
    #expect(result.findings.map(\.subject.title) == ["Group system:authenticated", "ServiceAccount ci/bot", "User eve"])
    #expect(result.outcome("Group system:masters") == .notApplicable)
    #expect(result.outcome("ServiceAccount kube-system/gc") == .notApplicable)
    let allowed = Rulings([("Parameters", "{checks: {NP-RBAC-01: {allowedPolicyWriters: [User/eve, ServiceAccount/ci/bot, Group/system:authenticated]}}}")])
    #expect(state.result("NP-RBAC-01", allowed)?.status == .pass)
  }

  @Test func `RBAC-01 is not evaluated where roles were not read, and does not apply where nobody can`() throws {
    #expect(try state().result("NP-RBAC-01")?.status == .notApplicable)
    #expect(try state(coverage: [.unread("rbac.authorization.k8s.io", "clusterroles")]).result("NP-RBAC-01")?.status == .notEvaluated)
    #expect(try state(binding("b", to: "gone", alice)).result("NP-RBAC-01")?.status == .notEvaluated)
  }

  @Test(arguments: [
    ("[{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [escalate]}]", "escalate clusterroles"),
    ("[{apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [bind]}]", "bind roles"),
    ("[{apiGroups: ['', authentication.k8s.io], resources: [users], verbs: [impersonate]}]", "impersonate users"),
    ("[{apiGroups: [admissionregistration.k8s.io], resources: [validatingwebhookconfigurations], verbs: [patch]}]", "edit validatingwebhookconfigurations"),
  ])
  func `RBAC-02 names each who can escalate or edit admission`(_ given: (rules: String, right: String)) throws {
    let result = try #require(try state(role("w", given.rules), binding("b", to: "w", alice)).result("NP-RBAC-02"))
    #expect(result.findings.map(\.message) == ["can escalate: \(given.right) everywhere through ClusterRoleBinding b (ClusterRole w)"])
    let allowed = Rulings([("Parameters", "{checks: {NP-RBAC-02: {allowedEscalators: [User/alice]}}}")])
    #expect(try state(role("w", given.rules), binding("b", to: "w", alice)).result("NP-RBAC-02", allowed)?.status == .pass)
    #expect(try state(role("w", write), binding("b", to: "w", alice)).result("NP-RBAC-02")?.status == .notApplicable)
  }
}
