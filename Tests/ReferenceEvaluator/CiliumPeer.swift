import KubeModel

/// One peer of a rule of Cilium.
enum CiliumPeer: Sendable {
  case endpoints(CiliumSelector)
  case entity(String)
  case block(Block)
  case group(String, except: [Prefix])
  case groups(LabelSelector, except: [Prefix])
  case nodes(CiliumSelector)
  /// Names, and groups of a cloud: addresses that nothing offline tells.
  case elsewhere
  case service(Value)

  static let entities: Set<String> = [
    "all", "world", "world-ipv4", "world-ipv6", "cluster", "host", "remote-node", "kube-apiserver", "ingress", "init",
    "health", "unmanaged", "none",
  ]

  /// Nil for one that the agent refuses.
  init?(_ member: String, _ value: Value) {
    switch member {
    case "Endpoints":
      guard let selector = CiliumSelector(value) else { return nil }
      self = .endpoints(selector)
    case "Nodes":
      guard let selector = CiliumSelector(value) else { return nil }
      self = .nodes(selector)
    case "Entities":
      guard let name = value.string, CiliumPeer.entities.contains(name) else { return nil }
      self = .entity(name)
    case "CIDR":
      guard let prefix = value.string.flatMap({ Prefix($0, needsLength: false) }) else { return nil }
      self = .block(Block(prefix))
    case "CIDRSet": self.init(set: value)
    case "Services": self = .service(value)
    default: self = .elsewhere
    }
  }

  private init?(set value: Value) {
    var exceptions: [Prefix] = []
    for exception in value["except"]?.list ?? [] {
      guard let exception = exception.string.flatMap({ Prefix($0) }) else { return nil }
      exceptions.append(exception)
    }
    let cidr = value["cidr"]?.string
    let name = value["cidrGroupRef"]?.string
    let selector = LabelSelector(value["cidrGroupSelector"])
    switch (cidr, name, selector) {
    case (let cidr?, nil, nil):
      guard let prefix = Prefix(cidr), exceptions.allSatisfy({ prefix.contains($0) }) else { return nil }
      self = .block(Block(prefix, except: exceptions))
    case (nil, let name?, nil): self = .group(name, except: exceptions)
    case (nil, nil, let selector?): self = .groups(selector, except: exceptions)
    default: return nil
    }
  }

  /// - Parameter isLocal: whether a host is the node that the subject runs on.
  func matches(_ party: Party, isLocal: Bool, namespace: String?, _ reference: Reference) -> Match {
    switch self {
    case .endpoints(let selector): return matches(selector, party, isLocal: isLocal, namespace: namespace, reference)
    case .entity(let name): return CiliumPeer.matches(entity: name, party, isLocal: isLocal)
    // Blocks mean what is neither a pod nor a node.
    case .block(let block): return party.isOutside ? block.contains(party.address) : .no
    case .group(let name, let exceptions):
      return isIn(reference, exceptions, party) { $0.name == name ? .yes : .no }
    case .groups(let selector, let exceptions):
      return isIn(reference, exceptions, party) { selector.match($0.labels) }
    case .nodes(let selector): return matches(node: selector, party, reference)
    case .elsewhere: return party.isOutside ? .maybe(.conditional) : .no
    case .service(let value): return matches(service: value, party, namespace: namespace, reference)
    }
  }

  /// Without a word on the namespace, a selector means its policy's own, or pods of any namespace.
  private func matches(
    _ selector: CiliumSelector, _ party: Party, isLocal: Bool, namespace: String?, _ reference: Reference
  ) -> Match {
    guard let pod = party.pod else {
      // Pods of another cluster are outside of this one.
      if party.isOutside && selector.namesCluster { return .maybe(.conditional) }
      guard selector.namesItsPlace(isClusterwide: namespace == nil) else { return .no }
      let family = party.address.map { $0.family == .v4 ? "world-ipv4" : "world-ipv6" }
      let names = party.isHost ? [isLocal ? "host" : "remote-node"] : ["world"] + [family].compactMap(\.self)
      return selector.matches(CiliumLabels(reserved: Set(names)))
    }
    let isHere =
      namespace == nil || namespace == pod.namespace || selector.namesItsPlace(isClusterwide: false)
    return Match(isHere).and(selector.matches(CiliumLabels(pod, reference.cluster)))
  }

  private static func matches(entity name: String, _ party: Party, isLocal: Bool) -> Match {
    switch name {
    case "all": .yes
    case "world": Match(party.isOutside)
    case "world-ipv4": Match(party.isOutside && party.address?.family == .v4)
    case "world-ipv6": Match(party.isOutside && party.address?.family == .v6)
    case "cluster": Match(!party.isOutside)
    case "host": Match(party.isHost && isLocal)
    case "remote-node": Match(party.isHost && !isLocal)
    // Which addresses the API server has is in no object; it is no pod of the cluster's network.
    case "kube-apiserver": party.pod == nil ? .maybe(.conditional) : .no
    default: .no
    }
  }

  private typealias Group = (name: String, labels: [String: String], prefixes: [Prefix?])

  /// A group that is not there holds nothing.
  private func isIn(
    _ reference: Reference, _ exceptions: [Prefix], _ party: Party, _ isMeant: (Group) -> Match
  ) -> Match {
    guard party.isOutside else { return .no }
    return Match.any(reference.policies.cilium.groups) { group in
      let holds = Match.any(group.prefixes) { prefix in
        prefix.map { Block($0, except: exceptions).contains(party.address) } ?? .maybe(.unknown)
      }
      return isMeant(group).and(holds)
    }
  }

  /// Selectors of nodes count only where the agent is told to give nodes labels.
  private func matches(node selector: CiliumSelector, _ party: Party, _ reference: Reference) -> Match {
    guard party.isHost else { return .no }
    let node = reference.cluster.nodes.first { $0.name == party.node }
    return (node.map { selector.matches(CiliumLabels(node: $0.labels)) } ?? .yes).and(.maybe(.conditional))
  }

  /// Versions differ on services with selectors, and endpoints of those without are in no object.
  private func matches(service value: Value, _ party: Party, namespace: String?, _ reference: Reference) -> Match {
    let services = reference.cluster.services.filter { service in
      let own = service.namespace ?? "default"
      if let named = value["k8sService"], !named.isNull {
        return service.name == named["serviceName"]?.string && own == named["namespace"]?.string ?? own
      }
      guard let selecting = value["k8sServiceSelector"], let selector = LabelSelector(selecting["selector"]) else {
        return false
      }
      return selector.matches(service.labels) && own == selecting["namespace"]?.string ?? own
    }
    return Match.any(services) { service in
      guard let selector = service.spec?["selector"]?.stringMap, !selector.isEmpty else {
        return party.isOutside ? .maybe(.conditional) : .no
      }
      guard let pod = party.pod, pod.namespace == service.namespace ?? "default",
        selector.allSatisfy({ pod.labels[$0.key] == $0.value })
      else { return .no }
      return .maybe(.conditional)
    }
  }
}
