/// One end of a packet, as policies see it.
struct Party: Sendable {
  /// The endpoint, unless the other end is outside of the cluster or a node itself.
  let endpoint: Endpoint?
  let address: Address?
  /// A node or a pod in its network.
  let isHost: Bool
  /// The node that a host's packets come from, where it is known.
  let node: String?

  /// What selectors can select. Pods in a node's network look like the node and are never selected.
  var pod: Endpoint? { isHost ? nil : endpoint }
  var isOutside: Bool { pod == nil && !isHost }
}

/// A packet on its way between two addresses, which are of one family where both are known.
struct Flow: Sendable {
  let source: Party
  let destination: Party
  let `protocol`: TransportProtocol
  let port: Int

  /// The end whose policies decide in a direction, and the one they decide about.
  func subject(_ direction: Direction) -> Party { direction == .ingress ? destination : source }
  func peer(_ direction: Direction) -> Party { direction == .ingress ? source : destination }

  var family: Address.Family? { source.address?.family ?? destination.address?.family }

  /// A name stands for a number of the pod that the packet goes to, and never for one of an address.
  func goesToPort(named name: String) -> Match {
    destination.pod?.hasPort(named: name, `protocol`, port) ?? .no
  }
}
