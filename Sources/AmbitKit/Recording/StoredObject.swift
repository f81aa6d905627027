package import KubeModel

/// An object as it is read back from a blob of the store.
package struct StoredObject: Sendable {
  package let object: KubeObject
  package let type: ResourceType
  package let id: ObjectID

  /// The cluster's own facts, listed among the objects so that their changes show.
  package static let clusterType = ResourceType(
    group: "", resource: "cluster", kind: "Cluster", isNamespaced: false, role: .recorded)

  package init?(_ bytes: [UInt8]) {
    guard let value = CanonicalYAML.value(of: bytes) else { return nil }
    self.init(KubeObject(value))
  }

  package init?(_ object: KubeObject) {
    let type: ResourceType? =
      switch (object.group, object.kind) {
      case ("ambit", "Workload"): ResourceCatalog.workloads
      case ("ambit", "Cluster"): StoredObject.clusterType
      default: ResourceCatalog.type(group: object.group, kind: object.kind)
      }
    guard let type else { return nil }
    self.object = object
    self.type = type
    id = ObjectID(object, type: type)
  }
}
