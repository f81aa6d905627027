/// Turns an object as a server or a file gives it into the form that the store keeps.
///
/// The form holds what people wrote and what policy depends on, and nothing that the server touches by
/// itself, so that a change in it is a change that someone made. The same object comes out the same
/// whichever way it was read. Nothing empty inside a spec is pruned: `{}` and `[]` mean opposite things
/// there.
public enum CanonicalForm {
  /// Raised with every change of the form, so that what was recorded in another is looked at again.
  public static let version: Int64 = 1

  /// The canonical form of an object of a type that is kept as it is.
  public static func object(_ raw: KubeObject, type: ResourceType) -> KubeObject {
    guard var root = raw.value.map else { return raw }
    root["status"] = type.kind == "Node" && type.group.isEmpty ? nodeStatus(root["status"]) : nil
    root["metadata"] = .map(metadata(of: raw, type: type))
    switch (type.group, type.kind) {
    case ("", "Namespace"): root["spec"] = removingEmpty(root["spec"], without: ["finalizers"])
    case ("", "Service"): root["spec"] = root["spec"].map { removing(["healthCheckNodePort"], from: $0) }
    case ("", "Node"): root["spec"] = removingEmpty(root["spec"], keeping: ["podCIDR", "podCIDRs"])
    case (ResourceCatalog.calicoGroup, _):
      // One object, served by two groups: always filed under the one that users write.
      root["apiVersion"] = .string("\(ResourceCatalog.calicoGroup)/v3")
    default: break
    }
    return KubeObject(.map(root))
  }

  /// Metadata that the server writes for itself.
  private static let volatileMetadata: Set<String> = [
    "managedFields", "resourceVersion", "generation", "selfLink", "deletionTimestamp",
    "deletionGracePeriodSeconds", "finalizers",
  ]

  private static func metadata(of raw: KubeObject, type: ResourceType) -> Mapping {
    var metadata = (raw.metadata?.map ?? Mapping()).filter { key, value in
      !volatileMetadata.contains(key) && !value.isNull
    }
    if type.isNamespaced && raw.namespace == nil { metadata["namespace"] = "default" }
    if !type.isNamespaced { metadata["namespace"] = nil }
    if let owners = metadata["ownerReferences"]?.list {
      metadata["ownerReferences"] = .list(
        owners.map { keeping(["apiVersion", "kind", "name", "controller"], of: $0) })
    }
    if type.group == ResourceCatalog.calicoGroup { liftCalicoMetadata(into: &metadata) }
    if let annotations = metadata["annotations"]?.map {
      let isNode = type.kind == "Node" && type.group.isEmpty
      metadata["annotations"] = .map(
        annotations.filter { key, _ in !isNode && !isVolatileAnnotation(key) })
    }
    // Metadata, unlike a spec, means the same with and without an empty mapping.
    for key in ["annotations", "labels", "ownerReferences"] {
      if metadata[key]?.map?.isEmpty == true || metadata[key]?.list?.isEmpty == true {
        metadata[key] = nil
      }
    }
    return metadata
  }

  /// Calico keeps an object's own labels and annotations in an annotation of the CRD that stores it.
  private static func liftCalicoMetadata(into metadata: inout Mapping) {
    let key = "projectcalico.org/metadata"
    guard let text = metadata["annotations"]?[key]?.string,
      let own = try? JSONReader.value(Array(text.utf8))
    else { return }
    for field in ["labels", "annotations"] {
      guard let lifted = own[field]?.map else { continue }
      var merged = metadata[field]?.map ?? Mapping()
      // The annotation is free text: what no label can be is not made one.
      for (key, value) in lifted.entries where value.string != nil { merged[key] = value }
      metadata[field] = .map(merged)
    }
    if var annotations = metadata["annotations"]?.map {
      annotations[key] = nil
      metadata["annotations"] = .map(annotations)
    }
  }

  /// Annotations that controllers and clients write for themselves.
  private static let volatileAnnotations: Set<String> = [
    "kubectl.kubernetes.io/last-applied-configuration", "control-plane.alpha.kubernetes.io/leader",
    "endpoints.kubernetes.io/last-change-trigger-time", "deployment.kubernetes.io/revision",
    "kubernetes.io/service-account.uid", "cattle.io/status", "field.cattle.io/publicEndpoints",
    "objectset.rio.cattle.io/applied",
  ]
  private static let volatileAnnotationPrefixes = [
    "autoscaling.alpha.kubernetes.io/", "pv.kubernetes.io/", "lifecycle.cattle.io/",
  ]

  static func isVolatileAnnotation(_ key: String) -> Bool {
    volatileAnnotations.contains(key) || key.hasSuffix("/restartedAt")
      || volatileAnnotationPrefixes.contains { key.hasPrefix($0) }
  }

  /// A node's addresses are a fact that policy sees; the rest of its status is a heartbeat.
  private static func nodeStatus(_ status: Value?) -> Value? {
    guard let addresses = status?["addresses"] else { return nil }
    return .map(Mapping([("addresses", addresses)]))
  }

  private static func removing(_ keys: Set<String>, from value: Value) -> Value {
    guard let map = value.map else { return value }
    return .map(map.filter { key, _ in !keys.contains(key) })
  }

  private static func keeping(_ keys: Set<String>, of value: Value) -> Value {
    guard let map = value.map else { return value }
    return .map(map.filter { key, _ in keys.contains(key) })
  }

  /// The value without these keys, or nil where nothing else was in it.
  private static func removingEmpty(_ value: Value?, without keys: Set<String>) -> Value? {
    nonEmpty(value.map { removing(keys, from: $0) })
  }

  private static func removingEmpty(_ value: Value?, keeping keys: Set<String>) -> Value? {
    nonEmpty(value.map { keeping(keys, of: $0) })
  }

  private static func nonEmpty(_ value: Value?) -> Value? {
    value?.map?.isEmpty == true ? nil : value
  }
}
