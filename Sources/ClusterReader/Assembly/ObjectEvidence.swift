internal import Integrity
internal import KubeModel

/// What is evidence about an object but noise in its history.
enum ObjectEvidence {
  /// The YAML text that is kept where an object changed: field managers, finalizers, versions, and the
  /// SHA-256 of the whole object as it was read, in canonical form.
  static func bytes(of object: KubeObject) -> [UInt8] {
    var evidence = Mapping()
    for key in ["managedFields", "finalizers", "resourceVersion", "generation"] {
      evidence[key] = object.metadata?[key]
    }
    evidence["sha256"] = .string(SHA256Digest.hex(CanonicalYAML.bytes(of: object.value)))
    return CanonicalYAML.bytes(of: .map(evidence))
  }
}
