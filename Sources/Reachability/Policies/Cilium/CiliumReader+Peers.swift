internal import KubeModel

extension CiliumReader {
  mutating func peers(
    _ rule: Value, _ kinds: [CiliumPeerKind], _ direction: Direction, isDenial: Bool, _ path: String
  ) -> CiliumPeers {
    var present: [(kind: CiliumPeerKind, items: [Value])] = []
    for kind in kinds {
      if let items = list(rule[kind.rawValue], "\(path).\(kind.rawValue)") { present.append((kind, items)) }
    }
    let filled = present.filter { !$0.items.isEmpty }
    if filled.count > 1 {
      let names = filled.map(\.kind.rawValue).joined(separator: " and ")
      note(path, "has \(names), which Cilium does not take in one rule")
    }
    var peers: [CiliumPeer] = []
    var isEveryone = false
    for (kind, items) in filled {
      if isDenial && kind == .toFQDNs { note("\(path).toFQDNs", "stands in a rule that denies") }
      for (index, item) in items.enumerated() {
        let path = "\(path).\(kind.rawValue)[\(index)]"
        switch kind {
        case .fromEntities, .toEntities:
          if item == "all" { isEveryone = true } else { peers += entity(item, path) }
        default: peers += self.peers(item, kind, path)
        }
      }
    }
    guard !present.isEmpty else { return .unnamed }
    // A list that is there and empty names nobody, and so does the rule with it.
    if present.contains(where: \.items.isEmpty) { return .listed([]) }
    return isEveryone ? .everyone : .listed(withoutNeedlessConditions(peers))
  }

  private mutating func peers(_ item: Value, _ kind: CiliumPeerKind, _ path: String) -> [CiliumPeer] {
    switch kind {
    case .fromEndpoints, .toEndpoints: return endpoints(item, path)
    case .fromEntities, .toEntities: return entity(item, path)
    case .fromCIDR, .toCIDR:
      return block(item, needsMask: false, path).map { [CiliumPeer(.addresses([$0], reach: .outside), path)] } ?? []
    case .fromCIDRSet, .toCIDRSet: return addressSet(item, path)
    case .fromNodes, .toNodes: return nodes(item, path)
    case .fromGroups, .toGroups:
      return [CiliumPeer(.unresolved("addresses of a cloud provider's group"), path)]
    case .toServices: return service(item, path)
    case .toFQDNs: return domain(item, path)
    }
  }

  // MARK: Endpoints

  /// Whoever has the labels: pods, and by reserved labels, or the lack of others, whatever else there is.
  private mutating func endpoints(_ item: Value, _ path: String) -> [CiliumPeer] {
    guard var selector = selector(item, path) else { return [] }
    if !selector.namesReserved { selector.bindToNamespace(namespace) }
    let pods = selector.pods
    if let clusters = selector.clusterText {
      // This cluster may be meant or another one, whose pods are outside of this one.
      let condition = RuleCondition.clusterName(clusters)
      return pods == .nothing
        ? [] : [CiliumPeer(.pods(pods), path, if: condition), CiliumPeer(.unresolved("pods of \(clusters)"), path)]
    }
    var peers: [CiliumPeer] = []
    if pods != .nothing { peers.append(CiliumPeer(.pods(pods), path)) }
    // Without a reserved label, others are meant only where the selector asks for the lack of labels.
    let condition = selector.namesReserved ? nil : RuleCondition.beforeLocalCluster
    let (isHost, isRemote) = (selector.selects(reserved: "host"), selector.selects(reserved: "remote-node"))
    if isHost && isRemote {
      peers.append(CiliumPeer(.nodes(nil), path, if: condition))
    } else if isHost || isRemote {
      peers.append(CiliumPeer(.nodes(nil), path, if: .both(isHost ? .ownNode : .otherNode, condition)))
    }
    let isWorld = selector.selects(reserved: "world")
    if isWorld { peers.append(CiliumPeer(.outside, path, if: condition)) }
    for name in ["kube-apiserver", "ingress"] where !isWorld && !isHost && selector.selects(reserved: name) {
      peers += entity(.string(name), path)
    }
    if condition != nil, isWorld || isHost {
      note(
        path, "asks for the lack of labels only, which all but pods lack too: before 1.19, Cilium takes it so",
        .surprising)
    }
    return peers
  }

  // MARK: Entities

  private static let entities = [
    "all", "world", "world-ipv4", "world-ipv6", "cluster", "host", "remote-node", "kube-apiserver", "ingress", "init",
    "health", "unmanaged", "none",
  ]

  private mutating func entity(_ value: Value, _ path: String) -> [CiliumPeer] {
    switch value.string {
    case "world": return [CiliumPeer(.outside, path)]
    case "world-ipv4": return [CiliumPeer(.addresses([.all4], reach: .outside), path)]
    case "world-ipv6": return [CiliumPeer(.addresses([.all6], reach: .outside), path)]
    case "cluster": return [CiliumPeer(.pods(.everything), path), CiliumPeer(.nodes(nil), path)]
    case "host": return [CiliumPeer(.nodes(nil), path, if: .ownNode)]
    case "remote-node": return [CiliumPeer(.nodes(nil), path, if: .otherNode)]
    case "kube-apiserver":
      // It runs on nodes, or somebody else runs it outside.
      return [
        CiliumPeer(.unresolved("the API server, whose address is not recorded"), path),
        CiliumPeer(.nodes(nil), path, if: .apiServer),
      ]
    case "ingress": return [CiliumPeer(.unresolved("Cilium's own ingress and gateway proxies"), path)]
    case "unmanaged":
      note(path, "means pods that Cilium has not taken over, which Ambit does not tell from others", .partIgnored)
      return []
    // Health endpoints and pods that are just starting are none that Ambit models.
    case "init", "health", "none": return []
    default:
      let name = value.string ?? ""
      note(
        path,
        "'\(HiddenText.escaped(name))' is no entity" + NearMiss.suffix(name, among: CiliumReader.entities))
      return []
    }
  }

  /// A node is the pod's own or another: where both are meant, it does not matter which.
  private func withoutNeedlessConditions(_ peers: [CiliumPeer]) -> [CiliumPeer] {
    func isAllNodes(_ peer: CiliumPeer, _ condition: RuleCondition?) -> Bool {
      peer.term.who == .nodes(nil) && peer.condition == condition
    }
    let isBoth =
      peers.contains { isAllNodes($0, .ownNode) } && peers.contains { isAllNodes($0, .otherNode) }
      || peers.contains { isAllNodes($0, nil) }
    guard isBoth else { return peers }
    return peers.map { peer in
      isAllNodes(peer, .ownNode) || isAllNodes(peer, .otherNode)
        ? CiliumPeer(peer.term.who, peer.term.path) : peer
    }
  }
}
