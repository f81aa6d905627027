import KubeModel
import Reachability

/// YAML that findings propose.
enum Remedies {
  /// A policy that isolates every pod of a namespace and allows nothing.
  static func defaultDeny(_ namespace: String, _ directions: [Direction]) -> String {
    let name = directions.count == 2 ? "default-deny" : "default-deny-\(directions[0].rawValue)"
    return CanonicalYAML.string(
      of: [
        "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
        "metadata": ["name": .string(name), "namespace": .string(namespace)],
        "spec": ["podSelector": [:], "policyTypes": .list(directions.map { $0 == .ingress ? "Ingress" : "Egress" })],
      ])
  }

  /// Annotations to add to an object.
  static func annotations(_ keys: [String]) -> String {
    CanonicalYAML.string(
      of: ["metadata": ["annotations": .map(Mapping(keys.map { ($0, .string("…")) }))]])
  }
}
