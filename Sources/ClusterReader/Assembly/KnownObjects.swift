package import KubeModel

/// Objects as the last reading of a cluster saw them.
///
/// A server changes an object's resourceVersion with every write. One that comes with the uid and the
/// resourceVersion that it had is the object that is recorded, and is not looked at again.
package struct KnownObjects: Sendable {
  package struct Object: Sendable {
    package let uid: String
    package let version: ObjectVersion
    package init(uid: String, version: ObjectVersion) {
      self.uid = uid
      self.version = version
    }
  }

  /// The commit whose objects these are; nil where nothing is known.
  package let commit: String?
  package let objects: [ObjectID: Object]

  package init(commit: String?, objects: [ObjectID: Object]) {
    self.commit = commit
    self.objects = objects
  }

  package static let none = KnownObjects(commit: nil, objects: [:])

  /// Types whose objects tell more than they are recorded with: facts of the cluster, or parts of workloads.
  private static let alwaysRead: Set<String> = ["nodes", "ippools.\(ResourceCatalog.calicoGroup)", "servicecidrs.networking.k8s.io"]

  /// The version of an object that is recorded with this uid and resourceVersion.
  func version(_ id: ObjectID, _ type: ResourceType, uid: String, resourceVersion: String) -> ObjectVersion? {
    guard type.role != .folded, let known = objects[id], known.uid == uid,
      known.version.resourceVersion == resourceVersion, !KnownObjects.alwaysRead.contains(type.qualifiedName)
    else { return nil }
    return known.version
  }
}

/// What tells one version of an object from another without looking at it.
package struct ObjectVersion: Sendable, Hashable {
  /// The server's; equal ones prove that nothing was written in between.
  package let resourceVersion: String
  /// Counts changes of the spec, for kinds that count them.
  package let generation: Int64?
  /// Labels of controllers' own book-keeping that the object names.
  package let usedNoise: [String]

  package init(resourceVersion: String, generation: Int64?, usedNoise: [String]) {
    self.resourceVersion = resourceVersion
    self.generation = generation
    self.usedNoise = usedNoise
  }
}
