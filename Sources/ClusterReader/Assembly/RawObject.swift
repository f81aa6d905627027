internal import KubeModel

/// An object as it was read, before it takes the form that the store keeps.
struct RawObject {
  let object: KubeObject
  let type: ResourceType
  /// The file and line, or the list, that it came from; for diagnostics.
  let origin: Origin

  struct Origin: Sendable, Hashable {
    let file: String
    let line: Int?
  }

  var id: ObjectID { ObjectID(object, type: type) }
}
