internal import KubeModel

/// What one object brings to a reading: the form in which the store keeps it, and what it tells of the cluster.
///
/// What it came from is let go, so that memory does not grow with what a server sends along.
struct ReadingPart: Sendable {
  enum Content: Sendable {
    /// An object that is kept as it is, and the labels of controllers' book-keeping that it names.
    case object(Reading.Object, usedNoise: Set<String>)
    /// A part of a workload; with evidence where it may be the workload's head.
    case folded(WorkloadFolder.Piece, key: WorkloadFolder.Key, evidence: [UInt8]?)
  }

  let id: ObjectID
  let type: ResourceType
  /// The group that it came through, which Calico has two of.
  let group: String
  let uid: String?
  /// The server's resourceVersion; nil where the input tells none.
  let version: String?
  let content: Content
  let traits: ClusterTraits
  let origin: RawObject.Origin

  /// - Parameters:
  ///   - raw: an object without defects.
  ///   - folder: tells what is kept of pods.
  init(_ raw: RawObject, folder: WorkloadFolder) {
    let object = raw.object
    id = raw.id
    type = raw.type
    group = object.group
    uid = object.uid
    version = object.metadata?["resourceVersion"]?.string
    origin = raw.origin
    traits = ClusterTraits(object, type: raw.type)
    if raw.type.role == .folded {
      content = .folded(
        folder.piece(of: object), key: WorkloadFolder.Key(object),
        evidence: object.controller == nil ? ObjectEvidence.bytes(of: object) : nil)
      return
    }
    let usedNoise = WorkloadFolder.noise(usedBy: object)
    let metadata = object.metadata
    content = .object(
      Reading.Object(
        id: raw.id, type: raw.type,
        bytes: CanonicalYAML.bytes(of: CanonicalForm.object(object, type: raw.type).value),
        evidence: ObjectEvidence.bytes(of: object),
        version: version.map {
          ObjectVersion(resourceVersion: $0, generation: metadata?["generation"]?.int, usedNoise: usedNoise.sorted())
        }), usedNoise: usedNoise)
  }
}
