package import KubeModel
package import Reachability

/// Workloads, or addresses outside of the cluster, that a register speaks of.
package enum PlaceSelector: Sendable {
  /// Workloads of namespaces by name (nil: of whichever name) and by labels, themselves narrowed by labels of their pods.
  case workloads(namespaces: Set<String>?, namespaceSelector: LabelSelector?, podSelector: LabelSelector?)
  case addresses([IPRange])

  /// Whether a pod is meant.
  package func selects(_ labels: [String: String], in namespace: String, labelled namespaceLabels: [String: String]) -> Bool {
    guard case .workloads(_, _, let pods) = self else { return false }
    return selects(namespace, labelled: namespaceLabels) && pods?.matches(labels) ?? true
  }

  /// Whether pods of a namespace may be meant.
  package func selects(_ namespace: String, labelled labels: [String: String]) -> Bool {
    guard case .workloads(let names, let selector, _) = self else { return false }
    return names?.contains(namespace) ?? true && selector?.matches(labels) ?? true
  }

  /// Whether it means a namespace with all of its pods.
  package var isWhole: Bool {
    guard case .workloads(_, _, let pods) = self else { return false }
    return pods?.isEmpty ?? true
  }

  /// The only namespaces that it can mean; nil where labels decide.
  package var names: Set<String>? {
    switch self {
    case .workloads(let names, _, _): names
    case .addresses: []
    }
  }

  package var addresses: [IPRange] { if case .addresses(let ranges) = self { ranges } else { [] } }
}

extension FieldReader {
  static let placeKeys = ["namespaces", "namespaceSelector", "podSelector", "cidrs"]

  /// Reads who is meant; nil where nothing is said, or what is said does not fit together.
  mutating func place(_ value: Value, at path: [PathStep], besides others: [String] = []) -> PlaceSelector? {
    checkKeys(value, at: path, allowed: others + FieldReader.placeKeys)
    let map = value.map ?? Mapping()
    guard map["cidrs"] == nil else {
      if map["namespaces"] != nil || map["namespaceSelector"] != nil || map["podSelector"] != nil {
        report(path, "'cidrs' stand by themselves: addresses outside have no namespace and no labels")
        return nil
      }
      let ranges = cidrs(value, "cidrs", at: path)
      return ranges.isEmpty ? nil : .addresses(ranges)
    }
    let names = map["namespaces"].map { _ in Set(texts(value, "namespaces", at: path).map(\.text)) }
    let namespaces = selector(value, "namespaceSelector", at: path)
    let pods = selector(value, "podSelector", at: path)
    if names != nil && namespaces != nil {
      report(path, "'namespaces' and 'namespaceSelector' are two ways to say the same; keep one")
      return nil
    }
    if names == nil && namespaces == nil && pods == nil {
      if value.map != nil, !FieldReader.placeKeys.contains(where: { map[$0] != nil }) {
        report(path, "one of \(FieldReader.placeKeys.joined(separator: ", ")) is needed")
      }
      return nil
    }
    if names?.isEmpty == true {
      report(path + [.key("namespaces")], "the list of namespaces is empty")
      return nil
    }
    return .workloads(namespaces: names, namespaceSelector: namespaces, podSelector: pods)
  }

  /// A label selector; nil where there is none, or none that a server takes.
  mutating func selector(_ value: Value, _ key: String, at path: [PathStep]) -> LabelSelector? {
    guard let found = value[key] else { return nil }
    let place = path + [.key(key)]
    checkKeys(found, at: place, allowed: ["matchLabels", "matchExpressions"])
    guard let selector = LabelSelector(found) else { return nil }
    if selector.isMalformed {
      report(place, "'\(key)' has an operator or a value that no server takes; operators are In, NotIn, Exists, DoesNotExist")
      return nil
    }
    return selector
  }

  /// Blocks of addresses; what is none is a mistake.
  mutating func cidrs(_ value: Value, _ key: String, at path: [PathStep]) -> [IPRange] {
    texts(value, key, at: path).compactMap { text, place in
      guard let range = IPRange(text) else {
        report(place, "'\(text)' is no address and no CIDR block; write 10.0.0.0/8")
        return nil
      }
      return range
    }
  }

  /// Traffic by its ports, `TCP/443`, `TCP/8000-8080`, `UDP`; nil where the key is missing.
  mutating func ports(_ value: Value, _ key: String, at path: [PathStep]) -> TrafficSet? {
    guard value[key] != nil else { return nil }
    return .union(
      of: texts(value, key, at: path).compactMap { text, place in
        let ports = TrafficSet(portText: text)
        if ports == nil { report(place, "'\(text)' names no ports; write TCP/443, UDP/53, TCP/8000-8080 or SCTP") }
        return ports
      })
  }

  /// Reports a text that is none of those that are known, with what was probably meant.
  mutating func expect(_ text: String, in known: [String], _ what: String, at path: [PathStep]) -> Bool {
    if text.isEmpty { return false }
    if known.contains(text) { return true }
    let near = NearMiss.suffix(text, among: known)
    report(path, "'\(text)' is \(what)" + (near.isEmpty ? "; there are \(known.joined(separator: ", "))" : near))
    return false
  }
}

extension TrafficSet {
  /// Reads `TCP/443`, `TCP/8000-8080` and `UDP`, upper and lower case alike.
  package init?(portText text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let transport = Transport(String(parts[0])) else { return nil }
    guard parts.count == 2 else {
      self.init(transport)
      return
    }
    let ends = parts[1].split(separator: "-", omittingEmptySubsequences: false).map { UInt16($0) }
    guard (1...2).contains(ends.count), let low = ends[0], let high = ends[ends.count - 1], low > 0, low <= high else { return nil }
    self.init(transport, low...high)
  }
}
