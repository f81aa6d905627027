import KubeModel
import Testing

@Suite struct CanonicalFormTests {
  func canonical(_ text: String) throws -> Value {
    let raw = try KubeObject(yaml: text)
    let type = try #require(ResourceCatalog.type(group: raw.group, kind: raw.kind))
    return CanonicalForm.object(raw, type: type).value
  }

  /// The canonical form of a NetworkPolicy with this in its metadata.
  func metadata(_ fields: String) throws -> Value {
    let text = """
      {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy,
       metadata: {name: a, namespace: shop, \(fields)}, spec: {podSelector: {}}}
      """
    return try #require(try canonical(text)["metadata"])
  }

  @Test func `uid and creationTimestamp stay, since they prove a re-creation`() throws {
    let metadata = try metadata("uid: 1-2, creationTimestamp: '2026-01-01T00:00:00Z'")
    #expect(metadata["uid"] == "1-2")
    #expect(metadata["creationTimestamp"] == "2026-01-01T00:00:00Z")
    #expect(try self.metadata("creationTimestamp: null") == ["name": "a", "namespace": "shop"])
  }

  @Test(arguments: [
    "resourceVersion: '7'", "generation: 3", "selfLink: /apis/x", "managedFields: [{manager: kubectl}]",
    "deletionTimestamp: '2026-01-01T00:00:00Z'", "deletionGracePeriodSeconds: 30",
    "finalizers: [foregroundDeletion]", "annotations: {}", "labels: {}", "ownerReferences: []",
    "annotations: null",
  ])
  func `what the server writes for itself, and empty metadata, goes`(_ field: String) throws {
    #expect(try metadata(field) == ["name": "a", "namespace": "shop"])
  }

  @Test(arguments: [
    "kubectl.kubernetes.io/last-applied-configuration", "control-plane.alpha.kubernetes.io/leader",
    "endpoints.kubernetes.io/last-change-trigger-time", "deployment.kubernetes.io/revision",
    "kubectl.kubernetes.io/restartedAt", "autoscaling.alpha.kubernetes.io/conditions",
    "pv.kubernetes.io/bind-completed", "kubernetes.io/service-account.uid", "cattle.io/status",
    "lifecycle.cattle.io/create.x", "field.cattle.io/publicEndpoints", "objectset.rio.cattle.io/applied",
  ])
  func `an annotation that controllers write for themselves goes`(_ key: String) throws {
    #expect(try metadata("annotations: {\(key): x, owner: me}")["annotations"] == ["owner": "me"])
  }

  @Test(arguments: [
    "argocd.argoproj.io/tracking-id", "meta.helm.sh/release-name", "kapp.k14s.io/identity",
    "kubernetes.io/change-cause",
  ])
  func `an annotation that tells where an object comes from stays`(_ key: String) throws {
    #expect(try metadata("annotations: {\(key): x}")["annotations"]?[key] == "x")
  }

  @Test func `labels stay, also those of tools`() throws {
    let labels = try metadata("labels: {app.kubernetes.io/managed-by: Helm, a: b}")["labels"]
    #expect(labels == ["app.kubernetes.io/managed-by": "Helm", "a": "b"])
  }

  @Test func `an owner is kept without its uid`() throws {
    let owners = try metadata(
      "ownerReferences: [{apiVersion: v1, kind: X, name: x, controller: true, uid: u, blockOwnerDeletion: true}]")[
        "ownerReferences"]
    #expect(owners == [["apiVersion": "v1", "kind": "X", "name": "x", "controller": true]])
  }

  @Test func `status goes, but a node keeps its addresses`() throws {
    let policy = try canonical(
      "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a}, spec: {}, status: {conditions: []}}")
    #expect(policy["status"] == nil)
    let node = try canonical(
      """
      apiVersion: v1
      kind: Node
      metadata: {name: node1, labels: {zone: a}, annotations: {x: y}}
      spec: {podCIDR: 10.0.0.0/24, podCIDRs: [10.0.0.0/24], providerID: kind, taints: []}
      status:
        addresses: [{type: InternalIP, address: 10.1.1.1}]
        conditions: [{type: Ready, lastHeartbeatTime: now}]
      """)
    #expect(node["status"] == ["addresses": [["type": "InternalIP", "address": "10.1.1.1"]]])
    #expect(node["spec"] == ["podCIDR": "10.0.0.0/24", "podCIDRs": ["10.0.0.0/24"]])
    #expect(node["metadata"] == ["name": "node1", "labels": ["zone": "a"]])
  }

  @Test func `a namespace keeps every label and loses its finalizers and phase`() throws {
    let namespace = try canonical(
      """
      apiVersion: v1
      kind: Namespace
      metadata: {name: shop, labels: {kubernetes.io/metadata.name: shop, pod-security.kubernetes.io/enforce: baseline}}
      spec: {finalizers: [kubernetes]}
      status: {phase: Active}
      """)
    #expect(
      namespace == [
        "apiVersion": "v1", "kind": "Namespace",
        "metadata": [
          "name": "shop",
          "labels": [
            "kubernetes.io/metadata.name": "shop", "pod-security.kubernetes.io/enforce": "baseline",
          ],
        ],
      ])
  }

  @Test func `a service keeps its addresses and node ports but not its health check port`() throws {
    let service = try canonical(
      """
      apiVersion: v1
      kind: Service
      metadata: {name: s, namespace: shop}
      spec: {clusterIP: 10.2.0.1, clusterIPs: [10.2.0.1], healthCheckNodePort: 31000,
        ports: [{port: 80, nodePort: 30080}], selector: {app: web}, type: LoadBalancer}
      status: {loadBalancer: {}}
      """)
    #expect(
      service["spec"] == [
        "clusterIP": "10.2.0.1", "clusterIPs": ["10.2.0.1"], "ports": [["port": 80, "nodePort": 30080]],
        "selector": ["app": "web"], "type": "LoadBalancer",
      ])
  }

  @Test(arguments: [
    "{podSelector: {}, ingress: []}", "{podSelector: {}, ingress: [{}]}", "{podSelector: {}, ingress: null}",
    "{podSelector: {}, ingress: [{from: []}]}", "{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}",
    "{podSelector: {matchLabels: {}}, egress: [{to: [{namespaceSelector: {}}]}]}", "{}",
  ])
  func `nothing empty in a spec is pruned`(_ spec: String) throws {
    let object = try canonical(
      "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a, namespace: shop}, spec: \(spec)}")
    #expect(object["spec"] == (try Value(yaml: spec)))
  }

  @Test func `lists keep the order of the server`() throws {
    let spec = "{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: [{podSelector: {}}]}, {}]}"
    let object = try canonical(
      "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a}, spec: \(spec)}")
    #expect(object["spec"]?["policyTypes"] == ["Ingress", "Egress"])
    #expect(object["spec"]?["ingress"]?.list?.last == [:])
  }

  @Test func `a namespaced object without a namespace stands in default, a cluster-wide one in none`() throws {
    let policy = try canonical(
      "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a}, spec: {podSelector: {}}}")
    #expect(policy["metadata"]?["namespace"] == "default")
    let node = try canonical("{apiVersion: v1, kind: Node, metadata: {name: node1, namespace: x}}")
    #expect(node["metadata"] == ["name": "node1"])
  }

  @Test func `Calico's own metadata is lifted out of the annotation that holds it`() throws {
    let stored = try canonical(
      #"""
      apiVersion: crd.projectcalico.org/v1
      kind: GlobalNetworkPolicy
      metadata:
        name: default.deny
        uid: of-the-crd
        annotations:
          projectcalico.org/metadata: '{"uid":"inner","creationTimestamp":null,"labels":{"a":"b"},"annotations":{"owner":"me","kubectl.kubernetes.io/last-applied-configuration":"{}"}}'
      spec: {selector: all()}
      """#)
    #expect(
      stored == [
        "apiVersion": "projectcalico.org/v3", "kind": "GlobalNetworkPolicy",
        "metadata": [
          "name": "default.deny", "uid": "of-the-crd", "labels": ["a": "b"], "annotations": ["owner": "me"],
        ], "spec": ["selector": "all()"],
      ])
  }

  @Test func `a Calico annotation that does not read stays as it is`() throws {
    let stored = try canonical(
      "{apiVersion: crd.projectcalico.org/v1, kind: GlobalNetworkPolicy, metadata: {name: a, annotations: {projectcalico.org/metadata: '{'}}}")
    #expect(stored["metadata"]?["annotations"] == ["projectcalico.org/metadata": "{"])
  }

  @Test func `only texts are lifted, so that an annotation cannot bring in what does not read back`() throws {
    let deep = String(repeating: "[", count: 190) + String(repeating: "]", count: 190)
    let stored = try canonical(
      "{apiVersion: crd.projectcalico.org/v1, kind: GlobalNetworkPolicy, metadata: {name: a, annotations: {projectcalico.org/metadata: '{\"labels\": {\"a\": \(deep), \"b\": \"c\", \"d\": 1}}'}}}")
    #expect(stored["metadata"]?["labels"] == ["b": "c"])
  }

  @Test func `the canonical form of a canonical form is itself`() throws {
    let raw = try KubeObject(
      yaml: "{apiVersion: crd.projectcalico.org/v1, kind: NetworkPolicy, metadata: {name: a, resourceVersion: '1', annotations: {x: y}}, spec: {order: 1}}")
    let type = try #require(ResourceCatalog.type(group: raw.group, kind: raw.kind))
    let once = CanonicalForm.object(raw, type: type)
    #expect(CanonicalForm.object(once, type: type) == once)
  }
}
