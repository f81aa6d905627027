internal import KubeModel

extension RulePeer {
  /// `shop/[pod with {app=web}]`, in netpol-analyzer's words where the policy's language is Kubernetes'.
  package var text: String {
    guard let parts else { return "[\(expression.text)]" }
    let namespace = parts.isNamed ? parts.namespace : "[\(parts.namespace)]"
    return "\(namespace)/[\(parts.pods)]"
  }

  /// The namespaces and the pods that are meant, each in words; nil where the policy's language does not keep them apart.
  package var parts: (namespace: String, isNamed: Bool, pods: String)? {
    guard let selectors else { return nil }
    let place = RulePeer.namespaceText(selectors.namespaces, own: namespace)
    return (place.text, place.isNamed, RulePeer.podText(selectors.pods))
  }

  private static func namespaceText(_ selector: Value?, own: String?) -> (text: String, isNamed: Bool) {
    guard let selector else { return own.map { ($0, true) } ?? ("all namespaces", false) }
    let labels = selector["matchLabels"]?.map?.entries ?? []
    let expressions = selector["matchExpressions"]?.list ?? []
    if labels.isEmpty && expressions.isEmpty { return ("all namespaces", false) }
    if labels.count == 1, expressions.isEmpty, labels[0].key == "kubernetes.io/metadata.name",
      let name = labels[0].value.string
    {
      return (name, true)
    }
    return ("namespace with \(text(selector))", false)
  }

  private static func podText(_ selector: Value?) -> String {
    guard let selector, !(selector["matchLabels"]?.map?.isEmpty ?? true) || !(selector["matchExpressions"]?.list ?? []).isEmpty
    else { return "all pods" }
    return "pod with \(text(selector))"
  }

  /// `{k=v,{Key:k,Operator:In,Values:[a b],}}`
  private static func text(_ selector: Value) -> String {
    let labels = (selector["matchLabels"]?.map?.entries ?? []).map { "\($0.key)=\($0.value.string ?? "")" }
    let expressions = (selector["matchExpressions"]?.list ?? []).map {
      "{Key:\($0["key"]?.string ?? ""),Operator:\($0["operator"]?.string ?? ""),"
        + "Values:[\(($0["values"]?.strings ?? []).joined(separator: " "))],}"
    }
    return "{\((labels.sorted() + expressions.sorted()).joined(separator: ","))}"
  }
}

extension LabelExpression {
  /// For people; selectors of other languages keep no text of their own.
  package var text: String {
    switch self {
    case .everything: "everything"
    case .nothing: "nothing"
    case .has(let key): "has \(key.text)"
    case .isIn(let key, let values):
      values.count == 1
        ? "\(key.text)=\(values.first ?? "")" : "\(key.text) in (\(values.sorted().joined(separator: ", ")))"
    case .contains(let key, let text): "\(key.text) contains '\(text)'"
    case .hasPrefix(let key, let text): "\(key.text) starts with '\(text)'"
    case .hasSuffix(let key, let text): "\(key.text) ends with '\(text)'"
    case .not(let inner): "not (\(inner.text))"
    case .all(let parts): parts.map(\.text).joined(separator: " and ")
    case .any(let parts): "(\(parts.map(\.text).joined(separator: " or ")))"
    }
  }
}
