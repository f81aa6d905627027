import KubeModel

/// YAML that findings propose.
enum Remedies {
  /// A policy that isolates every pod of a namespace and allows nothing.
  static func defaultDeny(_ namespace: String, _ types: [String]) -> String {
    let name = types.count == 2 ? "default-deny" : "default-deny-\(types[0].lowercased())"
    return CanonicalYAML.string(
      of: [
        "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
        "metadata": ["name": .string(name), "namespace": .string(namespace)],
        "spec": ["podSelector": [:], "policyTypes": .list(types.map(Value.string))],
      ])
  }
}
