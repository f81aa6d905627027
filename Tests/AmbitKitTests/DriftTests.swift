import AmbitKit
import ClusterReader
import KubeModel
import Reachability
import Testing

@Suite struct DriftTests {
  private func state(_ documents: String...) throws -> ClusterState {
    try ManifestState(InputFiles(name: "in", bytes: Array(documents.joined(separator: "\n---\n").utf8))).state
  }

  private func drift(_ applied: ClusterState, _ intended: ClusterState) -> DriftReport {
    DriftReport(of: applied, from: intended, Semantics(Semantics.Profile(of: applied)))
  }

  private func entries(_ report: DriftReport) -> [String] {
    report.entries.map { "\($0.kind.rawValue) \($0.id.name)\($0.kind == .differs ? " \($0.fields.summary())" : "")" }
  }

  private static let service = """
    apiVersion: v1
    kind: Service
    metadata: {name: web, namespace: shop}
    spec: {selector: {app: web}, ports: [{port: 80}]}
    """

  @Test func `what a server fills in, and the marks of tools, are no drift`() throws {
    let intended = try state(
      DriftTests.service, SourceFixture.policy("a"), SourceFixture.deployment("web"),
      "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}",
      "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: b}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: r}\nsubjects: [{kind: User, name: ann}]")
    let applied = try state(
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web, namespace: shop, uid: u, creationTimestamp: "2026-01-01T00:00:00Z", labels: {argocd.argoproj.io/instance: shop}}
      spec: {selector: {app: web}, clusterIP: 10.0.0.1, clusterIPs: [10.0.0.1], ipFamilies: [IPv4], ipFamilyPolicy: SingleStack, type: ClusterIP,
        sessionAffinity: None, internalTrafficPolicy: Cluster, ports: [{port: 80, protocol: TCP, targetPort: 80}]}
      """,
      """
      apiVersion: networking.k8s.io/v1
      kind: NetworkPolicy
      metadata: {name: a, namespace: shop, uid: u, labels: {app.kubernetes.io/instance: shop}, annotations: {x: z}}
      spec: {podSelector: {}, policyTypes: [Ingress], ingress: [{ports: [{port: 80, protocol: TCP}]}]}
      """, SourceFixture.deployment("web") + "status: {readyReplicas: 1}\n",
      "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, uid: u, labels: {kubernetes.io/metadata.name: shop}}\nspec: {finalizers: [kubernetes]}\nstatus: {phase: Active}",
      "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: b, uid: u}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: r}\nsubjects: [{kind: User, apiGroup: rbac.authorization.k8s.io, name: ann}]")
    let report = drift(applied, intended)
    #expect(entries(report) == [])
    #expect(report.connections.changes.isEmpty)
    #expect(entries(drift(intended, applied)) == [])
  }

  @Test func `what differs, what is missing and what is more, with the connections that it opens`() throws {
    let web = SourceFixture.deployment("web")
    let client = SourceFixture.deployment("client", labels: "app: client")
    func only(_ name: String, _ port: Int) -> String { SourceFixture.policy(name, port: port).replacing("podSelector: {}", with: "podSelector: {matchLabels: {app: web}}") }
    let intended = try state(web, client, only("a", 443), only("gone", 8443))
    let applied = try state(web, client, only("a", 80), only("more", 22), SourceFixture.policy("far", namespace: "other"), DriftTests.service)
    let report = drift(applied, intended)
    #expect(entries(report) == ["differs a spec.ingress[0].ports[0].port", "missing gone", "extra more"])
    // What the manifests say nothing of, a Service and another namespace, is no drift.
    let change = report.connections.changes.first { $0.source == "shop/client[Deployment]" && $0.destination == "shop/web[Deployment]" }
    #expect(change?.old.connectionText == "TCP 443,8443" && change?.new.connectionText == "TCP 22,80")
  }

  @Test func `a label that a selector may name is drift on a workload, and none on a policy`() throws {
    let labelled = SourceFixture.deployment("web").replacing("name: web, namespace", with: "labels: {app.kubernetes.io/instance: x}, name: web, namespace")
    #expect(entries(drift(try state(labelled), try state(SourceFixture.deployment("web")))).count == 1)
  }

  @Test func `what one side did not read is told`() throws {
    let intended = try ManifestState(InputFiles(name: "in", bytes: Array(SourceFixture.policy("a").utf8))).state
    let partial = ClusterState(
      cluster: "c", entries: intended.entries,
      coverage: [KindCoverage(group: "networking.k8s.io", resource: "networkpolicies", status: .unread(reason: "forbidden"))],
      enforcement: intended.enforcement, ranges: intended.ranges)
    #expect(drift(partial, intended).unread == ["of the cluster, networkpolicies.networking.k8s.io were not all read: forbidden"])
  }
}
