package import KubeModel

/// What of a cluster can be reached from outside, and through what.
///
/// Whether policy lets the traffic through is another question; this is where it arrives.
package struct EntryPoints: Sendable {
  package let services: ServiceIndex
  /// In the order of the objects that make them.
  package private(set) var all: [EntryPoint] = []
  private let model: ClusterModel

  package init(_ state: ClusterState, _ model: ClusterModel) {
    self.model = model
    services = ServiceIndex(state, model)
    for entry in state.entries {
      let object = entry.object
      switch (entry.type.group, entry.type.kind) {
      case ("networking.k8s.io", "Ingress"): addIngress(object)
      case ("route.openshift.io", "Route"): addRoute(object)
      case ("gateway.networking.k8s.io", let kind):
        if let kind = EntryPoint.Kind(rawValue: kind) { addGatewayRoute(object, kind) }
      default: break
      }
    }
    for service in services.all { add(service) }
    addHosts()
  }

  // MARK: Backends of proxies

  /// The pods behind ports of a Service.
  private func targets(
    _ namespace: String, _ name: String, where isWanted: (ServiceBackends.Port) -> Bool
  ) -> [EntryPoint.Target] {
    guard let service = services.service(namespace, name) else { return [] }
    return targets(service, where: isWanted)
  }

  private func targets(
    _ service: ServiceBackends, where isWanted: (ServiceBackends.Port) -> Bool
  ) -> [EntryPoint.Target] {
    let ports = service.ports.filter(isWanted)
    return service.endpoints.compactMap { place in
      let traffic = ports.reduce(TrafficSet.none) {
        $0.union(service.traffic($1, at: model.endpoints[place]))
      }
      return traffic.isEmpty ? nil : EntryPoint.Target(endpoint: place, traffic: traffic)
    }
  }

  /// Targets with each endpoint once.
  private static func joined(_ targets: [EntryPoint.Target]) -> [EntryPoint.Target] {
    var traffic: [Int: TrafficSet] = [:]
    for target in targets {
      traffic[target.endpoint] = traffic[target.endpoint].map { $0.union(target.traffic) } ?? target.traffic
    }
    return traffic.sorted { $0.key < $1.key }.map { EntryPoint.Target(endpoint: $0.key, traffic: $0.value) }
  }

  private mutating func addProxy(
    _ kind: EntryPoint.Kind, _ object: KubeObject, _ targets: [EntryPoint.Target], detail: String? = nil
  ) {
    guard !targets.isEmpty else { return }
    all.append(
      EntryPoint(
        kind, object.namespace ?? "default", object.name, source: .controller,
        targets: EntryPoints.joined(targets), detail: detail))
  }

  private mutating func addIngress(_ object: KubeObject) {
    let spec = object.spec
    var backends = [spec?["defaultBackend"], spec?["backend"]].compactMap(\.self)
    for rule in spec?["rules"]?.list ?? [] {
      backends += (rule["http"]?["paths"]?.list ?? []).compactMap { $0["backend"] }
    }
    let namespace = object.namespace ?? "default"
    addProxy(
      .ingress, object,
      backends.flatMap { backend -> [EntryPoint.Target] in
        // The second spelling is that of v1beta1.
        guard let name = (backend["service"]?["name"] ?? backend["serviceName"])?.string else { return [] }
        let port = backend["service"]?["port"]
        let wanted = port?["name"] ?? port?["number"] ?? backend["servicePort"] ?? .null
        return targets(namespace, name) { $0.isCalled(wanted) }
      })
  }

  private mutating func addRoute(_ object: KubeObject) {
    let spec = object.spec
    let target = spec?["port"]?["targetPort"] ?? .null
    let backends = [spec?["to"]].compactMap(\.self) + (spec?["alternateBackends"]?.list ?? [])
    addProxy(
      .route, object,
      backends.flatMap { backend -> [EntryPoint.Target] in
        guard let name = backend["name"]?.string, (backend["kind"]?.string ?? "Service") == "Service" else { return [] }
        // A Route names the port at the endpoints; a number may be that of the Service too, as people write it.
        return targets(object.namespace ?? "default", name) {
          target.isNull || target == $0.target || $0.isCalled(target)
        }
      })
  }

  private mutating func addGatewayRoute(_ object: KubeObject, _ kind: EntryPoint.Kind) {
    let namespace = object.namespace ?? "default"
    let parents = object.spec?["parentRefs"]?.list ?? []
    // A route whose parent is a Service is for traffic inside of a mesh.
    let gateways = parents.filter { ($0["kind"]?.string ?? "Gateway") == "Gateway" }
    guard parents.isEmpty || !gateways.isEmpty else { return }
    var found: [EntryPoint.Target] = []
    for rule in object.spec?["rules"]?.list ?? [] {
      for backend in rule["backendRefs"]?.list ?? [] {
        guard (backend["kind"]?.string ?? "Service") == "Service", (backend["group"]?.string ?? "").isEmpty,
          let name = backend["name"]?.string, let port = backend["port"]
        else { continue }
        found += targets(backend["namespace"]?.string ?? namespace, name) { $0.isCalled(port) }
      }
    }
    let names = gateways.map { "\($0["namespace"]?.string ?? namespace)/\($0["name"]?.string ?? "")" }
    addProxy(kind, object, found, detail: names.isEmpty ? nil : "Gateway \(names.joined(separator: ", "))")
  }

  // MARK: Services and hosts

  private static let everyAddress = [IPRange.all4, .all6]

  private mutating func add(_ service: ServiceBackends) {
    // `Cluster`, the default, lets any node take the traffic, which then has a node's address.
    let keepsClients = service.spec["externalTrafficPolicy"]?.string == "Local"
    func add(_ kind: EntryPoint.Kind, _ clients: [IPRange], detail: String? = nil, _ ports: (ServiceBackends.Port) -> Bool) {
      let targets = targets(service, where: ports)
      guard !targets.isEmpty else { return }
      all.append(
        EntryPoint(
          kind, service.namespace, service.name, source: keepsClients ? .clients(clients) : .nodes,
          targets: targets, detail: detail))
    }
    let ranges = service.spec["loadBalancerSourceRanges"]?.strings ?? []
    if service.kind == .loadBalancer {
      let clients = ranges.compactMap { IPRange($0.trimmed) }
      add(
        .loadBalancer, ranges.isEmpty ? EntryPoints.everyAddress : clients,
        detail: ranges.isEmpty ? nil : "from \(ranges.map(\.trimmed).joined(separator: ", "))") { _ in true }
    }
    let hasNodePorts =
      service.kind == .nodePort
      || service.kind == .loadBalancer && service.spec["allocateLoadBalancerNodePorts"]?.bool != false
    if hasNodePorts {
      // Source ranges of a load balancer are no filter on node ports everywhere.
      add(.nodePort, EntryPoints.everyAddress) { _ in true }
    }
    if let addresses = service.spec["externalIPs"]?.strings, !addresses.isEmpty {
      add(.externalIP, EntryPoints.everyAddress, detail: addresses.joined(separator: ", ")) { _ in true }
    }
  }

  /// Pods that are reached at their node's address.
  private mutating func addHosts() {
    for entry in model.workloads {
      var ports: [EntryPoint.Target] = []
      var hosts: [EntryPoint.Target] = []
      for (variant, endpoint) in zip(entry.workload.variants, entry.endpoints) {
        if variant.hostNetwork {
          let declared = model.endpoints[endpoint].declared
          hosts.append(EntryPoint.Target(endpoint: endpoint, traffic: declared.isEmpty ? .everyPort : declared))
          continue
        }
        let traffic = (variant.value["ports"]?.list ?? []).reduce(TrafficSet.none) { traffic, port in
          guard port["hostPort"]?.int != nil, let number = port["containerPort"]?.int.flatMap({ UInt16(exactly: $0) }),
            let transport = TrafficSet.Transport(port["protocol"]?.string ?? "TCP")
          else { return traffic }
          return traffic.union(TrafficSet(transport, number...number))
        }
        if !traffic.isEmpty { ports.append(EntryPoint.Target(endpoint: endpoint, traffic: traffic)) }
      }
      let workload = entry.workload
      for (kind, targets) in [(EntryPoint.Kind.hostPort, ports), (.hostNetwork, hosts)] where !targets.isEmpty {
        all.append(
          EntryPoint(
            kind, workload.namespace, workload.name, source: .clients(EntryPoints.everyAddress),
            targets: EntryPoints.joined(targets)))
      }
    }
  }
}

extension ServiceBackends.Port {
  /// Whether a reference means it, by its name or its number.
  fileprivate func isCalled(_ reference: Value) -> Bool {
    switch reference {
    case .string(let name): name == self.name
    case .int(let number): number == Int64(self.number)
    default: false
    }
  }
}

extension Endpoint {
  /// The traffic of the ports that it declares.
  package var declared: TrafficSet {
    ports.reduce(.none) { $0.union(TrafficSet($1.transport, $1.number...$1.number)) }
  }
}

extension String {
  /// The API server takes blanks around a source range.
  fileprivate var trimmed: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
