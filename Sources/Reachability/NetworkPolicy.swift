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
    /// Whether it lets all ports of a protocol through.
    package let isEveryPort: Bool
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
    // An absent selector reads as the empty one, which selects every pod.
    let selector = LabelSelector(spec?["podSelector"] ?? [:])
    if selector == nil { defects.append("spec.podSelector is no selector") }
    podSelector = selector ?? .everything
    if podSelector.hasUnknownOperator { defects.append("spec.podSelector has an unknown operator") }
    var rules: [Direction: [Rule]] = [:]
    for direction in Direction.allCases {
      let peersKey = direction == .ingress ? "from" : "to"
      rules[direction] = (spec?[direction.rawValue]?.list ?? []).enumerated().map { index, rule in
        NetworkPolicy.rule(
          rule, peersKey: peersKey, path: "spec.\(direction.rawValue)[\(index)]", defects: &defects)
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
    guard let types = spec?["policyTypes"]?.list, !types.isEmpty else {
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
    Rule(
      path: path, everyone: everyone(rule[peersKey]?.list ?? [], path: "\(path).\(peersKey)", &defects),
      isEveryPort: isEveryPort(rule["ports"]?.list ?? []))
  }

  /// Who everyone is, where peers together let everyone through: no peer means no limit.
  private static func everyone(_ peers: [Value], path: String, _ defects: inout [String]) -> String? {
    guard !peers.isEmpty else { return "anyone" }
    var addresses = AddressSet()
    var isEveryPod = false
    for (index, peer) in peers.enumerated() {
      if let block = peer["ipBlock"] {
        let isSound = addresses.insert(
          cidr: block["cidr"]?.string ?? "", except: block["except"]?.strings ?? [])
        if !isSound { defects.append("\(path)[\(index)].ipBlock is no valid CIDR") }
        continue
      }
      let namespaces = LabelSelector(peer["namespaceSelector"])
      let pods = LabelSelector(peer["podSelector"])
      if namespaces == nil && pods == nil {
        defects.append("\(path)[\(index)] names no one")
      }
      if namespaces?.hasUnknownOperator == true || pods?.hasUnknownOperator == true {
        defects.append("\(path)[\(index)] has an unknown operator")
      }
      // What an unlabelled newcomer satisfies, nearly everyone does: `{}` and bare exclusions alike.
      if let namespaces, namespaces.matches([:]), pods?.matches([:]) ?? true { isEveryPod = true }
    }
    if addresses.coversMostOfTheInternet { return "any address" }
    return isEveryPod ? "every pod in the cluster" : nil
  }

  private static func isEveryPort(_ ports: [Value]) -> Bool {
    guard !ports.isEmpty else { return true }
    return ports.contains { port in
      guard let first = port["port"], !first.isNull else { return true }
      return (first.int ?? .max) <= 1 && (port["endPort"]?.int ?? 0) >= 65_535
    }
  }

  /// Whether this policy isolates pods with these labels in a direction.
  package func isolates(_ labels: [String: String], _ direction: Direction) -> Bool {
    directions.contains(direction) && podSelector.matches(labels)
  }
}
