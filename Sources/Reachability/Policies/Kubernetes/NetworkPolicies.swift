package import KubeModel

/// Reads networking.k8s.io/v1 NetworkPolicies.
///
/// Source: the API's types and validation, and the concept page of the Kubernetes documentation.
package enum NetworkPolicies {
  package static func read(_ state: ClusterState, _ semantics: Semantics, into set: inout PolicySet) {
    // Calico keeps them in its default tier, which an object may change; its reader tells of what is wrong there.
    var ignored: [PolicyProblem] = []
    let tier = semantics.profile == .calico ? CalicoTiers(state, problems: &ignored)["default"] : nil
    for entry in state.entries(of: ResourceCatalog.networkPolicies) {
      let (policy, problems) = policy(entry, tier ?? .default, semantics)
      set.problems += problems
      if let policy { set.policies.append(policy) }
    }
  }

  private static func policy(
    _ entry: ClusterState.Entry, _ tier: Tier, _ semantics: Semantics
  ) -> (Policy?, [PolicyProblem]) {
    let identity = Policy.Identity(entry)
    let namespace = identity.namespace ?? "default"
    var reader = Reader(fields: PolicyFields(identity), namespace: namespace, semantics: semantics)
    let spec = entry.object.spec
    if let spec, !spec.isNull, spec.map == nil { reader.fields.note("spec", "is no mapping") }
    reader.fields.expectKeys(spec, ["podSelector", "policyTypes", "ingress", "egress"], "spec")
    // An absent selector reads as the empty one, which selects every pod.
    let pods = reader.fields.selector(spec?["podSelector"], "spec.podSelector") ?? .everything
    var sections: [Direction: Policy.Section] = [:]
    let directions = reader.directions(spec)
    for direction in Direction.allCases {
      let rules = reader.rules(spec, direction)
      if directions.contains(direction) {
        sections[direction] = Policy.Section(isolates: true, rules: rules)
      } else if !rules.isEmpty {
        reader.fields.note(
          "spec.\(direction.rawValue)",
          "has no effect, as policyTypes does not name \(direction == .ingress ? "Ingress" : "Egress")", .surprising)
        // Cilium translates the rules whatever policyTypes says.
        if semantics.profile == .cilium { sections[direction] = Policy.Section(isolates: true, rules: rules) }
      }
    }
    guard !reader.fields.isRefused else { return (nil, reader.fields.problems) }
    let policy = Policy(
      identity: identity,
      subjects: .all(of: [.is(.namespaceName, namespace), LabelExpression(pods, LabelExpression.Key.pod)]),
      tier: tier, rank: rank(identity, semantics), sections: sections)
    return (policy, reader.fields.problems)
  }

  /// NetworkPolicies only allow, so that among themselves their order says nothing.
  private static func rank(_ identity: Policy.Identity, _ semantics: Semantics) -> Policy.Rank {
    let name = "\(identity.name)/\(identity.namespace ?? "")/\(identity.kind)"
    return Policy.Rank(order: semantics.profile == .calico ? 1_000 : 1, tieBreak: name)
  }

  private struct Reader {
    var fields: PolicyFields
    let namespace: String
    let semantics: Semantics

    /// `policyTypes`, or its default: always ingress, and egress where the policy has egress rules.
    mutating func directions(_ spec: Value?) -> Set<Direction> {
      let types = fields.list(spec?["policyTypes"], "spec.policyTypes")
      guard !types.isEmpty else {
        return (spec?["egress"]?.list ?? []).isEmpty ? [.ingress] : [.ingress, .egress]
      }
      var directions: Set<Direction> = []
      for (index, type) in types.enumerated() {
        switch type.string {
        case "Ingress": directions.insert(.ingress)
        case "Egress": directions.insert(.egress)
        default: fields.note("spec.policyTypes[\(index)]", "is neither Ingress nor Egress")
        }
      }
      return directions
    }

    mutating func rules(_ spec: Value?, _ direction: Direction) -> [PolicyRule] {
      let path = "spec.\(direction.rawValue)"
      let peersKey = direction == .ingress ? "from" : "to"
      return fields.list(spec?[direction.rawValue], path).enumerated().map { index, rule in
        let path = "\(path)[\(index)]"
        if rule.map == nil, !rule.isNull { fields.note(path, "is no rule") }
        fields.expectKeys(rule, [peersKey, "ports"], path)
        let peers = fields.list(rule[peersKey], "\(path).\(peersKey)")
        let ports = fields.list(rule["ports"], "\(path).ports")
        return PolicyRule(
          action: .allow,
          peers: peers.isEmpty
            ? .everyone
            : .terms(
              peers.enumerated().compactMap { index, peer in term(peer, "\(path).\(peersKey)[\(index)]") }),
          traffic: traffic(ports, "\(path).ports"), path: path)
      }
    }

    private mutating func term(_ peer: Value, _ path: String) -> PeerTerm? {
      fields.expectKeys(peer, ["ipBlock", "namespaceSelector", "podSelector"], path)
      let namespaces = fields.selector(peer["namespaceSelector"], "\(path).namespaceSelector")
      let pods = fields.selector(peer["podSelector"], "\(path).podSelector")
      if let block = peer["ipBlock"], !block.isNull {
        if namespaces != nil || pods != nil { fields.note(path, "has both an ipBlock and a selector") }
        return addresses(block, path: "\(path).ipBlock").map {
          PeerTerm(
            .addresses($0, reach: reach), path: path)
        }
      }
      guard namespaces != nil || pods != nil else {
        fields.note(path, "names no one")
        return nil
      }
      let place =
        namespaces.map { LabelExpression($0, LabelExpression.Key.namespace) } ?? .is(.namespaceName, namespace)
      let labels = pods.map { LabelExpression($0, LabelExpression.Key.pod) } ?? .everything
      return PeerTerm(.pods(.all(of: [place, labels])), path: path)
    }

    /// Cilium knows pods and nodes by what they are, and never by their addresses.
    private var reach: AddressReach {
      if semantics.ipBlocks == .pods { return .everywhere }
      return semantics.profile == .cilium ? .outside : .notPods
    }

    private mutating func addresses(_ block: Value, path: String) -> [IPRange]? {
      fields.expectKeys(block, ["cidr", "except"], path)
      guard let range = fields.block(block["cidr"]?.string, "\(path).cidr") else { return nil }
      var holes: [IPRange] = []
      for (index, except) in fields.list(block["except"], "\(path).except").enumerated() {
        let place = "\(path).except[\(index)]"
        guard let hole = fields.block(except.string, place) else { continue }
        if !range.contains(hole) || range == hole { fields.note(place, "does not lie inside of the cidr") }
        holes.append(hole)
      }
      return range.subtracting(holes)
    }

    private mutating func traffic(_ ports: [Value], _ path: String) -> RuleTraffic {
      guard !ports.isEmpty else { return .everything }
      var fixed = TrafficSet.none
      var named: [NamedPort] = []
      for (index, port) in ports.enumerated() {
        let path = "\(path)[\(index)]"
        if port.map == nil { fields.note(path, "is no port") }
        fields.expectKeys(port, ["port", "endPort", "protocol"], path)
        let stated = port["protocol"].flatMap { $0.isNull ? nil : $0 } ?? "TCP"
        guard let transport = stated.string.flatMap(NetworkPolicies.transport) else {
          fields.note("\(path).protocol", "is none of TCP, UDP and SCTP")
          continue
        }
        let end = port["endPort"].flatMap { $0.isNull ? nil : $0 }
        switch port["port"] ?? .null {
        case .null:
          if end != nil { fields.note("\(path).endPort", "stands without a port") }
          fixed = fixed.union(TrafficSet(transport))
        case .string(let name):
          if end != nil { fields.note("\(path).endPort", "stands beside the name of a port") }
          named.append(NamedPort(name, transport))
        case let number:
          if end != nil, end?.int == nil { fields.note("\(path).endPort", "is no port") }
          if let ports = fields.ports(transport, number.int, end?.int, path) { fixed = fixed.union(ports) }
        }
      }
      return .some(fixed, named: named)
    }
  }

  /// A protocol as the API writes it, in capitals.
  static func transport(_ name: String) -> TrafficSet.Transport? {
    TrafficSet.Transport.allCases.first { $0.name == name }
  }
}
