/// A cluster of twenty policies in two namespaces; from one state to the next, ten of them change.
enum SmallCluster {
  static let changedPolicies = 10

  /// The manifests of a state.
  static func manifests(_ state: Int) -> String {
    let namespaces = ["shop", "data"].map { "apiVersion: v1\nkind: Namespace\nmetadata: {name: \($0)}\n" }
    let policies = (0..<20).map { number in
      """
      apiVersion: networking.k8s.io/v1
      kind: NetworkPolicy
      metadata: {name: policy-\(number), namespace: \(number % 2 == 0 ? "shop" : "data")}
      spec:
        podSelector: {matchLabels: {state: s\(number < changedPolicies ? state : 0)}}
        policyTypes: [Ingress]

      """
    }
    return (namespaces + policies).joined(separator: "---\n")
  }
}
