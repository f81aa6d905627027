/// Something through which traffic from outside of the cluster reaches pods.
package struct EntryPoint: Sendable {
  /// What it is, in the word of its API where it has one.
  package enum Kind: String, Sendable, CaseIterable {
    case ingress = "Ingress"
    case route = "Route"
    case httpRoute = "HTTPRoute"
    case grpcRoute = "GRPCRoute"
    case tcpRoute = "TCPRoute"
    case tlsRoute = "TLSRoute"
    case udpRoute = "UDPRoute"
    case loadBalancer = "LoadBalancer"
    case nodePort = "NodePort"
    case externalIP = "ExternalIP"
    case hostPort = "HostPort"
    case hostNetwork = "HostNetwork"
  }

  /// Whom policy sees as the source of the traffic.
  package enum Source: Sendable, Hashable {
    /// A proxy in the cluster, of which nothing is known: an arbitrary pod.
    case controller
    /// A node, as the address of the client is replaced on the way.
    case nodes
    /// The client, from one of these addresses.
    case clients([IPRange])
  }

  /// Pods that it leads to.
  package struct Target: Sendable, Hashable {
    /// A place in the model's `endpoints`.
    package let endpoint: Int
    /// The traffic as it arrives at the pod.
    package let traffic: TrafficSet
  }

  package let kind: Kind
  package let namespace: String
  package let name: String
  package let source: Source
  package let targets: [Target]
  /// What more there is to tell, such as the Gateways that a route hangs on.
  package let detail: String?

  init(
    _ kind: Kind, _ namespace: String, _ name: String, source: Source, targets: [Target], detail: String? = nil
  ) {
    self.kind = kind
    self.namespace = namespace
    self.name = name
    self.source = source
    self.targets = targets
    self.detail = detail
  }

  /// `Ingress shop/front`
  package var title: String { "\(kind.rawValue) \(namespace)/\(name)" + (detail.map { " (\($0))" } ?? "") }
}
