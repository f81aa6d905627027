internal import KubeModel

/// What is evidence about an object but noise in its history.
package struct ObjectEvidence: Sendable {
  package let resourceVersion: String?
  package let generation: Int64?
  /// The YAML text that is kept where the object changed: field managers, finalizers, versions, and the
  /// SHA-256 of the whole object as it was read, in canonical form.
  package let bytes: [UInt8]

  init(_ object: KubeObject) {
    let metadata = object.metadata
    resourceVersion = metadata?["resourceVersion"]?.string
    generation = metadata?["generation"]?.int
    var evidence = Mapping()
    for key in ["managedFields", "finalizers", "resourceVersion", "generation"] {
      evidence[key] = metadata?[key]
    }
    evidence["sha256"] = .string(SHA256Digest.hex(CanonicalYAML.bytes(of: object.value)))
    bytes = CanonicalYAML.bytes(of: .map(evidence))
  }
}
