import KubeModel

/// An element of `toPorts`.
struct CiliumPorts: Sendable {
  private enum Port: Sendable {
    case numbers(Set<TransportProtocol>, ClosedRange<Int64>)
    case name(Set<TransportProtocol>, String)
  }

  private let ports: [Port]
  /// Whether requests are looked into, so that not all of them pass.
  private let isRestricted: Bool

  /// Nil for one that the agent refuses.
  init?(_ value: Value, _ direction: Direction, isDeny: Bool) {
    let listed = value["ports"]?.list ?? []
    ports = listed.compactMap(CiliumPorts.port)
    guard ports.count == listed.count, listed.count <= 40 else { return nil }
    let rules = value["rules"]?.map?.entries.filter { $0.value.list?.isEmpty != true && !$0.value.isNull } ?? []
    let others = ["terminatingTLS", "originatingTLS", "serverNames", "listener"].filter { key in
      value[key].map { !$0.isNull && $0.list?.isEmpty != true } ?? false
    }
    isRestricted = !rules.isEmpty || !others.isEmpty
    guard !(isDeny && isRestricted) else { return nil }
    // Requests are looked into on ports that are named, and those for names on the way out.
    let isOnAnyPort = ports.contains { port in if case .numbers(_, 0...65535) = port { true } else { false } }
    if !rules.isEmpty && isOnAnyPort { return nil }
    if direction == .ingress && rules.contains(where: { $0.key == "dns" }) { return nil }
  }

  private static func port(_ value: Value) -> Port? {
    let protocols: Set<TransportProtocol>
    switch value["protocol"]?.string?.uppercased() ?? "ANY" {
    case "ANY", "": protocols = Set(TransportProtocol.allCases)
    case let name:
      if let known = TransportProtocol(rawValue: name) {
        protocols = [known]
      } else {
        // Others have no ports that a packet of ours could go to.
        guard ["ICMP", "ICMPV6", "VRRP", "IGMP"].contains(name) else { return nil }
        protocols = []
      }
    }
    guard let text = value["port"]?.string ?? value["port"]?.int.map(String.init), !text.isEmpty else { return nil }
    guard let number = Int64(text) else { return .name(protocols, text.lowercased()) }
    guard (0...65535).contains(number) else { return nil }
    if number == 0 { return .numbers(protocols, 0...65535) }
    let end = value["endPort"]?.int ?? 0
    guard (0...65535).contains(end) else { return nil }
    // An end before the port is no fault; only the port is meant.
    return .numbers(protocols, number...max(number, end))
  }

  func matches(_ flow: Flow) -> Match {
    let isPort = Match.any(ports) { port in
      switch port {
      case .numbers(let protocols, let range):
        Match(protocols.contains(flow.protocol) && range.contains(Int64(flow.port)))
      case .name(let protocols, let name):
        protocols.contains(flow.protocol) ? flow.goesToPort(named: name) : .no
      }
    }
    return isPort.and(isRestricted ? .maybe(.conditional) : .yes)
  }
}
