package import KubeModel

/// Objects as the last reading of a cluster saw them.
///
/// A server changes an object's resourceVersion with every write. One that comes with the uid and the
/// resourceVersion that it had is the object that is recorded, and is not looked at again.
package struct KnownObjects: Sendable {
  package struct Object: Sendable {
    package let id: ObjectID
    /// Nil where the input that it came from told none; such an object is always looked at.
    package let uid: String?
    package let version: ObjectVersion?

    package init(id: ObjectID, uid: String?, version: ObjectVersion?) {
      self.id = id
      self.uid = uid
      self.version = version
    }
  }

  /// The commit whose objects these are; nil where nothing is known.
  package let commit: String?
  package let objects: [Object]
  /// Places in `objects` by the fingerprint of the uid.
  private let places: [UInt64: Int]

  package init(commit: String?, objects: [Object]) {
    self.commit = commit
    self.objects = objects
    var places: [UInt64: Int] = [:]
    places.reserveCapacity(objects.count)
    for (place, object) in objects.enumerated() where object.version != nil {
      if let uid = object.uid { places[JSONPart.fingerprint(of: uid)] = place }
    }
    self.places = places
  }

  package static let none = KnownObjects(commit: nil, objects: [])

  /// Types whose objects tell more than they are recorded with: facts of the cluster, or parts of workloads.
  private static let alwaysRead: Set<String> = ["nodes", "ippools.\(ResourceCatalog.calicoGroup)", "servicecidrs.networking.k8s.io"]

  /// Whether objects of a type can be passed over at all.
  func canKnow(_ type: ResourceType) -> Bool {
    !objects.isEmpty && type.role != .folded && !KnownObjects.alwaysRead.contains(type.qualifiedName)
  }

  /// The place of the object that an item of a list is, where it is recorded with the item's uid and
  /// resourceVersion. No text is made of the item, which is most of the cost of looking at one.
  func place(of item: JSONPart, _ type: ResourceType) -> Int? {
    guard let metadata = item["metadata"], let uid = metadata["uid"], let fingerprint = uid.fingerprint,
      let place = places[fingerprint]
    else { return nil }
    let object = objects[place]
    guard let version = object.version, let known = object.uid, uid.isText(known),
      metadata["resourceVersion"]?.isText(version.resourceVersion) == true,
      metadata["name"]?.isText(object.id.name) == true,
      object.id.resource == type.resource, object.id.group == type.group
    else { return nil }
    if type.isNamespaced {
      let isSame = metadata["namespace"].map { $0.isText(object.id.namespace ?? "") } ?? (object.id.namespace == "default")
      guard isSame else { return nil }
    }
    return place
  }
}

extension KnownObjects {
  /// The place of an object that is recorded in its very version, and need not be looked at again.
  func place(of part: ReadingPart) -> Int? {
    guard canKnow(part.type), case .object(let kept, _) = part.content, let version = kept.version, let uid = part.uid,
      let place = places[JSONPart.fingerprint(of: uid)]
    else { return nil }
    let object = objects[place]
    return object.id == part.id && object.uid == uid && object.version == version ? place : nil
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
