internal import KubeModel

/// Pods that no policy can tell apart: of one namespace, with the same labels, service account and ports.
package struct Endpoint: Sendable, Hashable {
  package struct Port: Sendable, Hashable {
    package let name: String?
    package let transport: TrafficSet.Transport
    package let number: UInt16
  }

  package let namespace: String
  package let labels: [String: String]
  package let serviceAccount: String
  package let ports: [Port]
  /// Whether the pods are on their node's network, where policy for pods does not reach.
  package let isOnHostNetwork: Bool
  /// Addresses of its pods, where they are known.
  package let addresses: [IPRange]

  init(_ variant: Workload.Variant, namespace: String) {
    self.namespace = namespace
    labels = variant.labels
    serviceAccount = variant.value["serviceAccountName"]?.string ?? "default"
    isOnHostNetwork = variant.hostNetwork
    addresses = (variant.value["addresses"]?.strings ?? []).compactMap { IPRange($0) }
    ports = (variant.value["ports"]?.list ?? []).compactMap { port in
      guard let number = port["containerPort"]?.int.flatMap({ UInt16(exactly: $0) }),
        let transport = TrafficSet.Transport(port["protocol"]?.string ?? "TCP")
      else { return nil }
      return Port(name: port["name"]?.string, transport: transport, number: number)
    }
  }

  /// The traffic that a port's name stands for here.
  func traffic(_ name: NamedPort) -> TrafficSet {
    // On the network of its node it is the node, which gives its ports no names.
    guard !isOnHostNetwork else { return .none }
    return ports.reduce(.none) { traffic, port in
      guard port.name == name.name, name.transport == nil || name.transport == port.transport else { return traffic }
      return traffic.union(TrafficSet(port.transport, port.number...port.number))
    }
  }

  /// The traffic that any of these names stands for here.
  func traffic(_ names: [NamedPort]) -> TrafficSet {
    names.isEmpty ? .none : names.reduce(.none) { $0.union(traffic($1)) }
  }

  /// The value of a label, given the labels of the namespace.
  func value(_ key: LabelExpression.Key, _ namespaceLabels: [String: String]) -> String? {
    switch key {
    case .pod(let key): labels[key]
    case .namespace(let key): namespaceLabels[key]
    case .namespaceName: namespace
    case .serviceAccount: serviceAccount
    }
  }
}

extension RuleTraffic {
  /// Whether it speaks of ports by name.
  var isByName: Bool {
    guard case .some(_, let named, _, let exceptNamed) = self else { return false }
    return !named.isEmpty || !exceptNamed.isEmpty
  }

  /// The traffic, where names stand for what an endpoint calls so; nil for addresses, which have no names.
  func traffic(at endpoint: Endpoint?) -> TrafficSet {
    switch self {
    case .everything: .everything
    case .some(let fixed, let named, let except, let exceptNamed):
      fixed.union(endpoint?.traffic(named) ?? .none).subtracting(except)
        .subtracting(endpoint?.traffic(exceptNamed) ?? .none)
    }
  }
}
