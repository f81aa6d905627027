import KubeModel
import Reachability
import Testing

@Suite struct EntryPointTests {
  private static let pods = """
    {apiVersion: v1, kind: Namespace, metadata: {name: shop}}
    ---
    {apiVersion: ambit/v1, kind: Workload, metadata: {name: deployment.web, namespace: shop},
     spec: {controller: {apiVersion: apps/v1, kind: Deployment, name: web},
            pods: [{labels: {app: web, v: old}, ports: [{name: http, containerPort: 8080, protocol: TCP}]},
                   {labels: {app: web, v: new}, ports: [{name: http, containerPort: 9090, protocol: TCP}]}]}}
    ---
    {apiVersion: ambit/v1, kind: Workload, metadata: {name: pod.agent, namespace: shop},
     spec: {controller: {apiVersion: v1, kind: Pod, name: agent},
            pods: [{labels: {app: agent}, ports: [{containerPort: 53, hostPort: 5353, protocol: UDP}]}]}}

    """

  private func read(_ objects: String) throws -> (model: ClusterModel, entryPoints: EntryPoints) {
    let state = try ClusterState(yaml: EntryPointTests.pods + "---\n" + objects)
    let model = ClusterModel(state)
    return (model, EntryPoints(state, model))
  }

  private func service(_ spec: String, name: String = "web") -> String {
    "{apiVersion: v1, kind: Service, metadata: {name: \(name), namespace: shop}, spec: \(spec)}\n"
  }

  @Test func `a target port by name is resolved by each pod`() throws {
    let (model, points) = try read(service("{selector: {app: web}, ports: [{port: 80, targetPort: http}]}"))
    let service = try #require(points.services.service("shop", "web"))
    #expect(service.kind == .clusterIP)
    let texts = service.endpoints.map { service.traffic(at: model.endpoints[$0]).connectionText }
    #expect(Set(texts) == ["TCP 8080", "TCP 9090"])
  }

  @Test func `a port without a target is its own`() throws {
    let (model, points) = try read(
      service("{selector: {app: web, v: old}, ports: [{port: 80}, {port: 81, targetPort: 0, protocol: UDP}]}"))
    let service = try #require(points.services.service("shop", "web"))
    #expect(service.endpoints.count == 1)
    #expect(service.traffic(at: model.endpoints[service.endpoints[0]]).connectionText == "TCP 80,UDP 81")
  }

  @Test func `a Service without a selector and an external name select nobody`() throws {
    let (_, points) = try read(
      service("{ports: [{port: 80}]}") + "---\n"
        + service("{type: ExternalName, externalName: db.example.com, selector: {app: web}}", name: "db"))
    let bare = try #require(points.services.service("shop", "web"))
    #expect(!bare.hasSelector && bare.endpoints.isEmpty)
    let external = try #require(points.services.service("shop", "db"))
    #expect(external.kind == .externalName && external.endpoints.isEmpty)
  }

  @Test func `a load balancer that keeps clients' addresses lets in its source ranges`() throws {
    let (_, points) = try read(
      service(
        """
        {type: LoadBalancer, externalTrafficPolicy: Local, loadBalancerSourceRanges: ["203.0.113.0/24", " 198.51.100.0/24 "],
         allocateLoadBalancerNodePorts: false, selector: {app: web}, ports: [{port: 80, targetPort: http}]}
        """))
    let point = try #require(points.all.first { $0.kind == .loadBalancer })
    let ranges = ["203.0.113.0/24", "198.51.100.0/24"].compactMap { IPRange($0) }
    #expect(point.source == .clients(ranges))
    #expect(point.targets.map(\.traffic.connectionText).sorted() == ["TCP 8080", "TCP 9090"])
    #expect(!points.all.contains { $0.kind == .nodePort })
  }

  @Test func `traffic that any node takes comes from a node`() throws {
    let (_, points) = try read(
      service("{type: NodePort, externalIPs: [192.0.2.7], selector: {app: web}, ports: [{port: 80}]}"))
    #expect(points.all.filter { $0.kind == .nodePort }.map(\.source) == [.nodes])
    #expect(points.all.first { $0.kind == .externalIP }?.title == "ExternalIP shop/web (192.0.2.7)")
  }

  @Test func `an Ingress leads to the port that it names`() throws {
    let ports = "[{name: a, port: 80, targetPort: http}, {name: b, port: 81, targetPort: 7000}]"
    let (_, points) = try read(
      service("{selector: {app: web, v: new}, ports: \(ports)}") + """
        ---
        {apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: front, namespace: shop},
         spec: {rules: [{http: {paths: [{backend: {service: {name: web, port: {name: a}}}}]}}]}}
        ---
        {apiVersion: route.openshift.io/v1, kind: Route, metadata: {name: front, namespace: shop},
         spec: {to: {kind: Service, name: web}, port: {targetPort: 7000}}}
        ---
        {apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: front, namespace: shop},
         spec: {parentRefs: [{name: edge, namespace: infra}], rules: [{backendRefs: [{name: web, port: 81}]}]}}
        ---
        {apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: mesh, namespace: shop},
         spec: {parentRefs: [{kind: Service, group: "", name: web}], rules: [{backendRefs: [{name: web, port: 81}]}]}}
        """)
    let found = points.all.filter { $0.source == .controller }
      .map { "\($0.title): \($0.targets.map(\.traffic.connectionText).joined(separator: "; "))" }
    #expect(
      found.sorted() == [
        "HTTPRoute shop/front (Gateway infra/edge): TCP 7000", "Ingress shop/front: TCP 9090",
        "Route shop/front: TCP 7000",
      ])
  }

  @Test func `a port of the node leads to the pod's own port`() throws {
    let (_, points) = try read(service("{ports: [{port: 80}]}"))
    let point = try #require(points.all.first { $0.kind == .hostPort })
    #expect(point.name == "agent")
    #expect(point.targets.map(\.traffic.connectionText) == ["UDP 53"])
  }
}

@Suite struct RepresentativeTests {
  private func selector(_ namespace: String, _ labels: [String: String] = [:]) -> LabelExpression {
    .all(
      of: [.is(.namespaceName, namespace)]
        + labels.sorted { $0.key < $1.key }.map { .is(.pod($0.key), $0.value) })
  }

  @Test func `a rule for the same pods speaks of them, however it is spelled`() {
    let own = Representative(selector("shop", ["app": "web"]), matching: .equal)
    let other = LabelExpression.all(
      of: [.is(.pod("app"), "web"), .is(.namespace("kubernetes.io/metadata.name"), "shop")])
    #expect(own.isSelected(by: Requirements(other)))
    #expect(!own.isSelected(by: Requirements(selector("lab", ["app": "web"]))))
  }

  @Test func `a rule that asks for nothing speaks of all`() {
    let own = Representative(selector("shop", ["app": "web"]), matching: .equal)
    #expect(own.isSelected(by: Requirements(.everything)))
    #expect(own.isSelected(by: Requirements(selector("shop"))))
    #expect(own.isSelected(by: Requirements(.is(.pod("app"), "web"))))
    #expect(Representative.arbitrary.isSelected(by: Requirements(.everything)))
    #expect(!Representative.arbitrary.isSelected(by: Requirements(selector("shop"))))
    #expect(!Representative.arbitrary.isSelected(by: Requirements(.nothing)))
  }

  @Test func `a rule that asks for less speaks of them only where that counts`() {
    let wanted = selector("shop", ["app": "web", "tier": "front"])
    let less = Requirements(selector("shop", ["app": "web"]))
    #expect(!Representative(wanted, matching: .equal).isSelected(by: less))
    #expect(Representative(wanted, matching: .implied).isSelected(by: less))
    #expect(!Representative(selector("shop", ["app": "web"])).isSelected(by: Requirements(wanted)))
  }
}
