import KubeModel
import Testing

@Suite struct ClusterStateTests {
  func state(_ objects: [String], coverage: [KindCoverage] = []) throws -> ClusterState {
    ClusterState(
      cluster: "c",
      entries: try objects.map { text in
        let object = try KubeObject(yaml: text)
        let type = try #require(ResourceCatalog.type(group: object.group, kind: object.kind))
        return ClusterState.Entry(object: object, type: type, path: object.name)
      }, coverage: coverage, enforcement: .init(basis: .unknown, cni: nil, detail: ""))
  }

  func pods(_ status: KindCoverage.Status, in namespace: String? = nil) -> KindCoverage {
    KindCoverage(group: "", resource: "pods", namespace: namespace, status: status)
  }

  @Test func `a namespace exists where an object stands in it, and carries its own name as a label`() throws {
    let state = try state([
      "{apiVersion: v1, kind: Service, metadata: {name: s, namespace: b}}",
      "{apiVersion: v1, kind: Namespace, metadata: {name: a, labels: {env: prod}}}",
      "{apiVersion: v1, kind: Service, metadata: {name: s, namespace: a}}",
      "{apiVersion: v1, kind: Namespace, metadata: {name: c, labels: {kubernetes.io/metadata.name: given}}}",
      "{apiVersion: v1, kind: Node, metadata: {name: node1}}",
    ])
    #expect(state.namespaces.map(\.name) == ["a", "b", "c"])
    #expect(
      state.namespaces.map(\.labels) == [
        ["env": "prod", "kubernetes.io/metadata.name": "a"], ["kubernetes.io/metadata.name": "b"],
        ["kubernetes.io/metadata.name": "given"],
      ])
  }

  @Test func `objects are found by group and resource`() throws {
    let state = try state([
      "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: k8s, namespace: a}}",
      "{apiVersion: projectcalico.org/v3, kind: NetworkPolicy, metadata: {name: calico, namespace: a}}",
    ])
    #expect(state.entries(of: ResourceCatalog.networkPolicies).map(\.object.name) == ["k8s"])
  }

  let podType = ResourceType(group: "", resource: "pods", kind: "Pod", isNamespaced: true, role: .folded)

  @Test func `what no coverage mentions was not read`() throws {
    #expect(try state([]).unreadReason(podType) == "not read")
    #expect(try state([], coverage: [pods(.read, in: "a")]).unreadReason(podType, namespace: "b") == "not read")
  }

  @Test func `what was read, or is not served, has no reason`() throws {
    #expect(try state([], coverage: [pods(.read)]).unreadReason(podType) == nil)
    #expect(try state([], coverage: [pods(.read)]).unreadReason(podType, namespace: "a") == nil)
    #expect(try state([], coverage: [pods(.absent)]).unreadReason(podType) == nil)
  }

  @Test func `one namespace that was unread leaves the cluster unread, and the others read`() throws {
    let state = try state([], coverage: [pods(.read, in: "a"), pods(.unread(reason: "no"), in: "b")])
    #expect(state.unreadReason(podType) == "no")
    #expect(state.unreadReason(podType, namespace: "a") == nil)
    #expect(state.unreadReason(podType, namespace: "b") == "no")
  }

  @Test func `a namespace's own list outranks that of the cluster`() throws {
    let state = try state([], coverage: [pods(.unread(reason: "no")), pods(.read, in: "a")])
    #expect(state.unreadReason(podType, namespace: "a") == nil)
    #expect(state.unreadReason(podType, namespace: "b") == "no")
  }

  @Test func `kinds outside of the catalogue are told apart`() throws {
    let antrea = KindCoverage(group: "crd.antrea.io", resource: "networkpolicies", status: .read)
    #expect(try state([], coverage: [pods(.read), antrea]).unmodelledCoverage == [antrea])
  }
}
