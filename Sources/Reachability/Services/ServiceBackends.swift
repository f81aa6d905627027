package import KubeModel

/// The pods behind a Service, and the ports at which they get its traffic.
///
/// Policy decides behind the translation of a Service's address: about the pod and its own port. What a
/// Service means to policy is therefore its backends.
package struct ServiceBackends: Sendable {
  /// How a Service is reached.
  package enum Kind: String, Sendable {
    case clusterIP = "ClusterIP"
    /// Its name stands for its pods' addresses.
    case headless = "Headless"
    case nodePort = "NodePort"
    case loadBalancer = "LoadBalancer"
    /// A name for something outside.
    case externalName = "ExternalName"
  }

  package struct Port: Sendable {
    package let name: String?
    package let transport: TrafficSet.Transport
    package let number: UInt16
    /// The port at the pod: a number, or a name that each pod resolves.
    package let target: Value
    package let nodePort: UInt16?
  }

  package let namespace: String
  package let name: String
  package let kind: Kind
  package let ports: [Port]
  /// Places of the endpoints that it selects, ascending.
  package let endpoints: [Int]
  /// Whether it selects pods at all; otherwise somebody else writes its endpoints.
  package let hasSelector: Bool
  let spec: Value

  /// Reads a Service; nil where the object is none that can be read.
  init?(_ object: KubeObject, _ index: ServiceIndex) {
    guard let spec = object.spec, spec.map != nil else { return nil }
    self.spec = spec
    namespace = object.namespace ?? "default"
    name = object.name
    kind =
      switch spec["type"]?.string {
      case "ExternalName": .externalName
      case "LoadBalancer": .loadBalancer
      case "NodePort": .nodePort
      default: spec["clusterIP"]?.string == "None" ? .headless : .clusterIP
      }
    ports = (spec["ports"]?.list ?? []).compactMap(ServiceBackends.port)
    let selector = spec["selector"]?.map ?? Mapping()
    hasSelector = !selector.isEmpty && kind != .externalName
    endpoints = hasSelector ? index.endpoints(namespace, selector: .map(selector)) : []
  }

  private static func port(_ value: Value) -> Port? {
    guard let number = value["port"]?.int.flatMap({ UInt16(exactly: $0) }),
      let transport = TrafficSet.Transport(value["protocol"]?.string ?? "TCP")
    else { return nil }
    let target = value["targetPort"] ?? .null
    return Port(
      name: value["name"]?.string, transport: transport, number: number,
      target: target.isNull || target == 0 || target == "" ? .int(Int64(number)) : target,
      nodePort: value["nodePort"]?.int.flatMap { UInt16(exactly: $0) })
  }

  /// The traffic at an endpoint that a port of the Service stands for; none where the pod has no such port.
  package func traffic(_ port: Port, at endpoint: Endpoint) -> TrafficSet {
    switch port.target {
    case .string(let name):
      // A number in quotes is a number to no server, and a name of digits only is no port's name.
      endpoint.traffic(NamedPort(name, port.transport))
    case let number:
      // Of a headless Service too: its endpoints have the target port, and only whoever goes by the bare name
      // picks a port of his own.
      number.int.flatMap { UInt16(exactly: $0) }.map { TrafficSet(port.transport, $0...$0) } ?? .none
    }
  }

  /// The traffic at an endpoint of all ports.
  package func traffic(at endpoint: Endpoint) -> TrafficSet {
    ports.reduce(.none) { $0.union(traffic($1, at: endpoint)) }
  }
}

/// The Services of a cluster by namespace and name.
package struct ServiceIndex: Sendable {
  private struct Key: Hashable {
    let namespace: String
    let name: String
  }

  private let model: ClusterModel
  private var services: [Key: ServiceBackends] = [:]
  /// All of them, in the order of their places in the state.
  package private(set) var all: [ServiceBackends] = []

  package init(_ state: ClusterState, _ model: ClusterModel) {
    self.model = model
    for entry in state.entries where entry.type.group.isEmpty && entry.type.resource == "services" {
      guard let service = ServiceBackends(entry.object, self) else { continue }
      all.append(service)
      services[Key(namespace: service.namespace, name: service.name)] = service
    }
  }

  package func service(_ namespace: String, _ name: String) -> ServiceBackends? {
    services[Key(namespace: namespace, name: name)]
  }

  fileprivate func endpoints(_ namespace: String, selector: Value) -> [Int] {
    let wanted = selector.stringMap ?? [:]
    return (model.namespaceRanges[namespace] ?? 0..<0).filter { place in
      let labels = model.endpoints[place].labels
      return wanted.allSatisfy { labels[$0] == $1 }
    }
  }
}
