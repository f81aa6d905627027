import KubeModel

extension CalicoRuleReader {
  /// The traffic that a rule is about: protocols, ICMP messages, ports at the destination.
  func traffic(
    _ map: Mapping, _ destination: CalicoEntity, _ source: CalicoEntity, family: IPRange.Family?,
    _ path: String, _ reading: inout CalicoReading
  ) -> RuleTraffic {
    let stated = CalicoTraffic.transportProtocol(map["protocol"], "\(path).protocol", &reading)
    let excluded = CalicoTraffic.transportProtocol(map["notProtocol"], "\(path).notProtocol", &reading)
    for (match, field) in [(stated, "protocol"), (excluded, "notProtocol")] {
      if match?.isICMP == true, family == .v6 { reading.refuse("\(path).\(field)", "ICMP is IPv4's alone") }
      if match?.isICMP6 == true, family == .v4 { reading.refuse("\(path).\(field)", "ICMPv6 is IPv6's alone") }
    }
    var base = stated?.traffic ?? .everything
    if let excluded { base = base.subtracting(excluded.traffic) }
    base = messages(map, stated, base, path, &reading)
    checkPorts([destination, source], stated?.transport, &reading)
    if let service = destination.service {
      return .some(
        base.intersection(service.fixed),
        named: service.named.filter { $0.transport.map { !base.intersection(TrafficSet($0)).isEmpty } ?? true })
    }
    guard let transport = stated?.transport, !destination.ports.isEmpty || !destination.notPorts.isEmpty else {
      return base == .everything ? .everything : .some(base)
    }
    let ports = CalicoTraffic.ports(destination.ports, "\(destination.path).ports", transport, &reading)
    let not = CalicoTraffic.ports(destination.notPorts, "\(destination.path).notPorts", transport, &reading)
    return .some(
      destination.ports.isEmpty ? base : base.intersection(ports.fixed), named: ports.named, except: not.fixed,
      exceptNamed: not.named)
  }

  private func messages(
    _ map: Mapping, _ stated: CalicoTraffic.ProtocolMatch?, _ base: TrafficSet, _ path: String,
    _ reading: inout CalicoReading
  ) -> TrafficSet {
    var base = base
    let version6 = stated?.isICMP6 ?? false
    if let wanted = CalicoTraffic.icmp(map["icmp"], "\(path).icmp", version6: version6, &reading) {
      if stated?.isICMP != true, !version6 {
        reading.refuse("\(path).icmp", "needs the protocol ICMP or ICMPv6")
      }
      base = base.intersection(wanted)
    }
    if let not = CalicoTraffic.icmp(map["notICMP"], "\(path).notICMP", version6: version6, &reading) {
      base = base.subtracting(not)
    }
    return base
  }

  private func checkPorts(
    _ ends: [CalicoEntity], _ transport: TrafficSet.Transport?, _ reading: inout CalicoReading
  ) {
    for end in ends {
      for (ports, field) in [(end.ports, "ports"), (end.notPorts, "notPorts")] where !ports.isEmpty {
        let path = "\(end.path).\(field)"
        if end.isService { reading.refuse(path, "a service brings its own ports") }
        if transport == nil { reading.refuse(path, "ports need the protocol TCP, UDP or SCTP") }
      }
    }
    guard let transport, let source = ends.last else { return }
    // Which port a client sends from nobody knows; that the ports are ports has to hold all the same.
    _ = CalicoTraffic.ports(source.ports, "\(source.path).ports", transport, &reading)
    _ = CalicoTraffic.ports(source.notPorts, "\(source.path).notPorts", transport, &reading)
  }
}
