internal import Integrity

/// The form of an object in which two spellings of one meaning are equal.
///
/// Defaults are filled in and lists whose order means nothing are sorted, so that a digest over it tells
/// a change of meaning from a change of text. Lists whose order means something (Calico's rules,
/// AdminNetworkPolicy's rules) keep it.
public enum SemanticForm {
  /// The SHA-256 of the semantic form of a canonical object, in hexadecimal.
  public static func digest(of object: KubeObject, type: ResourceType) -> String {
    SHA256Digest.hex(CanonicalYAML.bytes(of: value(of: object, type: type)))
  }

  private static let evidence = ["uid", "creationTimestamp", "annotations", "generateName"]

  static func value(of object: KubeObject, type: ResourceType) -> Value {
    guard var root = object.value.map else { return object.value }
    // When an object was made is evidence about it, not its meaning.
    if let metadata = root["metadata"]?.map {
      root["metadata"] = .map(metadata.filter { key, _ in !evidence.contains(key) })
    }
    if type == ResourceCatalog.networkPolicies, let spec = root["spec"]?.map {
      root["spec"] = networkPolicySpec(spec)
    }
    return .map(root)
  }

  private static func networkPolicySpec(_ spec: Mapping) -> Value {
    var spec = spec
    if spec["podSelector"]?.isNull ?? true { spec["podSelector"] = .map(Mapping()) }
    if spec["policyTypes"]?.list?.isEmpty ?? true {
      let hasEgress = !(spec["egress"]?.list?.isEmpty ?? true)
      spec["policyTypes"] = hasEgress ? ["Egress", "Ingress"] : ["Ingress"]
    }
    // With the type listed, no rules and an empty list of rules both mean that nothing is allowed.
    for key in ["ingress", "egress"] where spec[key]?.list?.isEmpty ?? true { spec[key] = nil }
    return sorted(withDefaults(.map(spec)))
  }

  private static let optionalLists: Set<String> = ["from", "to", "ports", "except", "matchExpressions"]

  private static func withDefaults(_ value: Value) -> Value {
    switch value {
    case .map(let map):
      // Within a rule or a selector, an empty list says as much as none: no limit.
      var result = map.filter { key, value in
        !(value.list?.isEmpty == true && optionalLists.contains(key))
          && !(value.map?.isEmpty == true && key == "matchLabels")
      }.mapValues(withDefaults)
      if let ports = result["ports"]?.list {
        result["ports"] = .list(
          ports.map { port in
            guard var map = port.map else { return port }
            if map["protocol"] == nil { map["protocol"] = "TCP" }
            return .map(map)
          })
      }
      return .map(result)
    case .list(let list): return .list(list.map(withDefaults))
    default: return value
    }
  }

  /// Every list of a NetworkPolicy is a set of alternatives.
  private static func sorted(_ value: Value) -> Value {
    switch value {
    case .map(let map): .map(map.mapValues(sorted))
    case .list(let list) where list.count < 2: .list(list.map(sorted))
    case .list(let list):
      .list(
        list.map(sorted).map { ($0, CanonicalYAML.bytes(of: $0)) }
          .sorted { $0.1.lexicographicallyPrecedes($1.1) }.map(\.0))
    default: value
    }
  }
}
