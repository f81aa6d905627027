package import KubeModel

/// An object as it was read, before it takes the form that the store keeps.
package struct RawObject: Sendable {
  package let object: KubeObject
  package let type: ResourceType
  /// The file and line, or the list, that it came from; for diagnostics.
  package let origin: Origin

  package struct Origin: Sendable, Hashable {
    package let file: String
    package let line: Int?
  }

  package var id: ObjectID { ObjectID(object, type: type) }
}
