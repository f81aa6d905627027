package import KubeModel

/// Which way a connection goes, seen from the pod that a policy selects.
package enum Direction: String, Sendable, CaseIterable {
  case ingress
  case egress
}

/// A networking.k8s.io/v1 NetworkPolicy, read for evaluation.
package struct NetworkPolicy: Sendable {
  /// One allow rule.
  package struct Rule: Sendable {
    /// Where it stands, such as `spec.ingress[0]`.
    package let path: String
    /// Everyone that it lets through, in words; nil where its peers are limited.
    package let everyone: String?
    /// The addresses of its blocks.
    package let addresses: AddressSet
    package let ports: PortSet
  }

  package let name: String
  package let namespace: String
  /// The pods that it isolates.
  package let podSelector: LabelSelector
  package let directions: Set<Direction>
  package let rules: [Direction: [Rule]]
  /// Why it cannot be evaluated, where it cannot.
  package let defect: String?

  package init(_ object: KubeObject) {
    name = object.name
    namespace = object.namespace ?? "default"
    var defects: [String] = []
    let spec = object.spec
    if let spec, !spec.isNull, spec.map == nil { defects.append("spec is no mapping") }
    // An absent selector reads as the empty one, which selects every pod.
    podSelector =
      NetworkPolicy.selector(spec?["podSelector"], path: "spec.podSelector", &defects) ?? .everything
    var rules: [Direction: [Rule]] = [:]
    for direction in Direction.allCases {
      let peersKey = direction == .ingress ? "from" : "to"
      let path = "spec.\(direction.rawValue)"
      let list = NetworkPolicy.list(spec?[direction.rawValue], path: path, &defects)
      rules[direction] = list.enumerated().map { index, rule in
        NetworkPolicy.rule(rule, peersKey: peersKey, path: "\(path)[\(index)]", defects: &defects)
      }
    }
    self.rules = rules
    directions = NetworkPolicy.directions(spec, rules: rules, defects: &defects)
    defect = defects.first
  }

  /// `policyTypes`, or its default: always ingress, and egress where the policy has egress rules.
  private static func directions(
    _ spec: Value?, rules: [Direction: [Rule]], defects: inout [String]
  ) -> Set<Direction> {
    let types = list(spec?["policyTypes"], path: "spec.policyTypes", &defects)
    guard !types.isEmpty else {
      return (rules[.egress] ?? []).isEmpty ? [.ingress] : [.ingress, .egress]
    }
    var directions: Set<Direction> = []
    for type in types {
      switch type.string {
      case "Ingress": directions.insert(.ingress)
      case "Egress": directions.insert(.egress)
      default: defects.append("spec.policyTypes names neither Ingress nor Egress")
      }
    }
    return directions
  }

  private static func rule(
    _ rule: Value, peersKey: String, path: String, defects: inout [String]
  ) -> Rule {
    let peers = list(rule[peersKey], path: "\(path).\(peersKey)", &defects)
    let ports = list(rule["ports"], path: "\(path).ports", &defects)
    let (everyone, addresses) = everyone(peers, path: "\(path).\(peersKey)", &defects)
    do {
      return Rule(
        path: path, everyone: everyone, addresses: addresses,
        ports: try PortSet(ports, path: "\(path).ports"))
    } catch {
      defects.append(error.message)
      return Rule(path: path, everyone: everyone, addresses: addresses, ports: .unlimited)
    }
  }

  /// Who everyone is, where peers together let everyone through: no peer means no limit.
  private static func everyone(
    _ peers: [Value], path: String, _ defects: inout [String]
  ) -> (everyone: String?, addresses: AddressSet) {
    guard !peers.isEmpty else { return ("anyone", AddressSet()) }
    var addresses = AddressSet()
    var isEveryPod = false
    for (index, peer) in peers.enumerated() {
      if let block = peer["ipBlock"], !block.isNull {
        let isSound = addresses.insert(
          cidr: block["cidr"]?.string ?? "", except: block["except"]?.strings ?? [])
        if !isSound { defects.append("\(path)[\(index)].ipBlock is no valid CIDR") }
        continue
      }
      let place = "\(path)[\(index)]"
      let namespaces = selector(peer["namespaceSelector"], path: "\(place).namespaceSelector", &defects)
      let pods = selector(peer["podSelector"], path: "\(place).podSelector", &defects)
      if namespaces == nil && pods == nil { defects.append("\(place) names no one") }
      // What an unlabelled newcomer satisfies, nearly everyone does: `{}` and bare exclusions alike.
      if let namespaces, namespaces.matches(newcomer), pods?.matches([:]) ?? true { isEveryPod = true }
    }
    if addresses.coversMostOfTheInternet { return ("any address", addresses) }
    return (isEveryPod ? "every pod in the cluster" : nil, addresses)
  }

  /// The labels of a namespace that nobody labelled: the server gives each its name.
  ///
  /// The name is one that no namespace can have, so that no list of names speaks of it.
  private static let newcomer = ["kubernetes.io/metadata.name": "\0"]

  // MARK: Values

  /// A selector, or nil where there is none; one that cannot be read is a defect.
  private static func selector(
    _ value: Value?, path: String, _ defects: inout [String]
  ) -> LabelSelector? {
    guard let value, !value.isNull else { return nil }
    guard let selector = LabelSelector(value) else {
      defects.append("\(path) is no selector")
      return nil
    }
    if selector.isMalformed { defects.append("\(path) has an operator or a value that is not known") }
    return selector
  }

  /// A list, empty where there is none; anything else in its place is a defect.
  private static func list(_ value: Value?, path: String, _ defects: inout [String]) -> [Value] {
    guard let value, !value.isNull else { return [] }
    if value.list == nil { defects.append("\(path) is no list") }
    return value.list ?? []
  }

  /// Whether this policy isolates pods with these labels in a direction.
  package func isolates(_ labels: [String: String], _ direction: Direction) -> Bool {
    directions.contains(direction) && podSelector.matches(labels)
  }
}
