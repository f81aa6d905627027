package import KubeModel

/// Pods that a rule speaks of, whether or not there are any now.
package struct RulePeer: Sendable {
  /// The selectors as a Kubernetes policy states them.
  package struct Selectors: Sendable {
    /// Nil where the rule means the namespace of its policy.
    package let namespaces: Value?
    package let pods: Value?
  }

  package let expression: LabelExpression
  /// The namespace of the policy, where it has one.
  package let namespace: String?
  /// Nil for a policy in another selector language.
  package let selectors: Selectors?

  /// The peers of all rules, each once, but for those that a pod of the cluster stands for already.
  ///
  /// Rules for everyone make none, as they say nothing about one pod that they do not say about all.
  package static func all(of policies: [Policy], _ state: ClusterState, _ model: ClusterModel) -> [RulePeer] {
    let objects = Dictionary(state.entries.filter(\.type.isPolicy).map { ($0.path, $0.object) }) { first, _ in first }
    var seen: Set<Requirements> = []
    var found: [RulePeer] = []
    for policy in policies {
      let object = objects[policy.identity.path]
      // Where two spell the same differently, the words of the first are shown: ingress before egress.
      for rule in Direction.allCases.flatMap({ policy.sections[$0]?.rules ?? [] }) {
        guard case .terms(let terms) = rule.peers else { continue }
        let isForEveryone = terms.contains { $0.pods.map { Requirements($0).isEmpty } ?? false }
        // NetworkPolicies only add, so that beside everyone their other peers say nothing.
        if isForEveryone && policy.identity.kind == ResourceCatalog.networkPolicies.kind { continue }
        for term in terms {
          guard let expression = term.pods else { continue }
          let requirements = Requirements(expression)
          guard !requirements.isEmpty, seen.insert(requirements).inserted else { continue }
          let peer = RulePeer(
            expression: expression, namespace: policy.identity.namespace,
            selectors: object.flatMap { Selectors($0, path: term.path) })
          if !peer.isThere(model) { found.append(peer) }
        }
      }
    }
    return found
  }

  /// Whether a pod of the cluster is what the selectors mean: all that they ask for is given labels.
  private func isThere(_ model: ClusterModel) -> Bool {
    guard let selectors else { return false }
    let isExact = [selectors.namespaces, selectors.pods].allSatisfy { selector in
      (selector?["matchExpressions"]?.list ?? []).isEmpty
    }
    let asksForPods = selectors.pods?["matchLabels"]?.map?.isEmpty == false
    let asksForNamespaces = selectors.namespaces.map { $0["matchLabels"]?.map?.isEmpty == false } ?? true
    guard isExact, asksForPods, asksForNamespaces else { return false }
    return model.endpoints.indices.contains { model.holds(expression, $0) }
  }
}

extension RulePeer.Selectors {
  /// The selectors of a peer of a NetworkPolicy or of an administrator's policy; nil at any other place.
  fileprivate init?(_ object: KubeObject, path: String) {
    guard ["networking.k8s.io", "policy.networking.k8s.io"].contains(object.group),
      let peer = object.value[fieldPath: path]
    else { return nil }
    if let namespaces = peer["namespaces"], !namespaces.isNull {
      self.init(namespaces: namespaces, pods: nil)
      return
    }
    let place = peer["pods"] ?? peer
    func selector(_ key: String) -> Value? { place[key].flatMap { $0.isNull ? nil : $0 } }
    self.init(namespaces: selector("namespaceSelector"), pods: selector("podSelector"))
  }
}

extension PeerTerm {
  fileprivate var pods: LabelExpression? {
    if case .pods(let expression) = who { expression } else { nil }
  }
}

extension Value {
  /// The value at a place such as `spec.ingress[0].from[1]`.
  fileprivate subscript(fieldPath path: String) -> Value? {
    var value = self
    for step in path.split(whereSeparator: { ".[]".contains($0) }) {
      if let index = Int(step), let list = value.list {
        guard list.indices.contains(index) else { return nil }
        value = list[index]
      } else {
        guard let next = value[String(step)] else { return nil }
        value = next
      }
    }
    return value
  }
}
