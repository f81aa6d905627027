internal import Integrity

/// The form of an object in which what a person wrote and what a server holds of it are equal.
///
/// It is the semantic form without what a server fills in by itself and without the marks of the tools that apply
/// manifests, so that a manifest in a repository, an approval of it and the object in the cluster have one digest.
public enum IntendedForm {
  /// The SHA-256 of the form of a canonical object, in hexadecimal.
  public static func digest(of object: KubeObject, type: ResourceType) -> String {
    SHA256Digest.hex(CanonicalYAML.bytes(of: value(of: object, type: type)))
  }

  public static func value(of object: KubeObject, type: ResourceType) -> Value {
    guard var root = SemanticForm.value(of: object, type: type).map else { return object.value }
    // A move from one version of an API to the next is none of what it says.
    root["apiVersion"] = .string(type.group)
    root["status"] = nil
    if let metadata = root["metadata"]?.map { root["metadata"] = .map(self.metadata(metadata, of: type)) }
    switch (type.group, type.kind) {
    case ("", "Namespace"): root["spec"] = nil
    case ("", "Service"): root["spec"] = root["spec"].map(serviceSpec)
    case ("", "ServiceAccount"):
      for key in ["secrets", "imagePullSecrets"] { root[key] = nil }
    case ("", ResourceCatalog.workloads.kind) where type == ResourceCatalog.workloads:
      root["spec"] = root["spec"].map(workloadSpec)
    case ("rbac.authorization.k8s.io", _): root["subjects"] = root["subjects"].map(subjects)
    default: break
    }
    return .map(root)
  }

  /// Labels by which tools find again what they applied. No one writes a selector for them.
  private static let toolLabels: Set<String> = [
    "argocd.argoproj.io/instance", "kustomize.toolkit.fluxcd.io/name", "kustomize.toolkit.fluxcd.io/namespace",
    "helm.toolkit.fluxcd.io/name", "helm.toolkit.fluxcd.io/namespace", "objectset.rio.cattle.io/hash",
  ]
  /// Labels that tools write too, and that a selector may name: left out only of policies, which nothing selects.
  private static let sharedLabels: Set<String> = [
    "app.kubernetes.io/instance", "app.kubernetes.io/managed-by", "helm.sh/chart",
  ]

  private static func metadata(_ metadata: Mapping, of type: ResourceType) -> Mapping {
    var metadata = metadata
    metadata["ownerReferences"] = nil
    guard let labels = metadata["labels"]?.map else { return metadata }
    let kept = labels.filter { key, _ in
      !toolLabels.contains(key) && !(type.isPolicy && sharedLabels.contains(key))
        && !(type == ResourceCatalog.namespaces && key == "kubernetes.io/metadata.name")
    }
    metadata["labels"] = kept.isEmpty ? nil : .map(kept)
    return metadata
  }

  // MARK: What a server fills in

  /// Addresses that a server hands out, and what it takes a Service to say that says nothing of it.
  private static func serviceSpec(_ value: Value) -> Value {
    guard var spec = value.map else { return value }
    if spec["clusterIP"] != "None" { spec["clusterIP"] = nil }
    for key in ["clusterIPs", "ipFamilies", "ipFamilyPolicy"] { spec[key] = nil }
    let defaults: [(String, Value)] = [
      ("type", "ClusterIP"), ("sessionAffinity", "None"), ("internalTrafficPolicy", "Cluster"),
      ("externalTrafficPolicy", "Cluster"), ("allocateLoadBalancerNodePorts", true),
    ]
    for (key, value) in defaults where spec[key] == value { spec[key] = nil }
    if let ports = spec["ports"]?.list { spec["ports"] = .list(ports.map(servicePort)) }
    return .map(spec)
  }

  private static func servicePort(_ value: Value) -> Value {
    guard var port = value.map else { return value }
    if port["protocol"] == nil { port["protocol"] = "TCP" }
    if port["targetPort"] == nil { port["targetPort"] = port["port"] }
    port["nodePort"] = nil
    return .map(port)
  }

  /// Whether pods run is what happened to a workload, and not what it says.
  private static func workloadSpec(_ value: Value) -> Value {
    guard var spec = value.map, let pods = spec["pods"]?.list else { return value }
    spec["pods"] = .list(
      pods.map { pod in
        guard var map = pod.map else { return pod }
        map["running"] = nil
        return .map(map)
      })
    if let controller = spec["controller"]?.map {
      var controller = controller
      controller["apiVersion"] = controller["apiVersion"]?.string.map { .string(KubeObject.group(of: $0)) }
      spec["controller"] = .map(controller)
    }
    return .map(spec)
  }

  private static func subjects(_ value: Value) -> Value {
    guard let list = value.list else { return value }
    return .list(
      list.map { subject in
        guard var map = subject.map else { return subject }
        if map["apiGroup"] == nil, ["User", "Group"].contains(map["kind"]?.string) { map["apiGroup"] = "rbac.authorization.k8s.io" }
        if map["apiGroup"] == "" { map["apiGroup"] = nil }
        return .map(map)
      })
  }
}
