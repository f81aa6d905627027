internal import KubeModel

/// One file of manifests, read by itself.
struct ManifestFile {
  let parts: ReadingParts
  /// Settings of the CNI from allow-listed ConfigMap keys; nil where the file has none.
  let settings: [String: String]?
  /// The first thing in it that could not be used.
  let problem: Diagnostic?
  /// Whether anything of Kubernetes is in it, of a kind that is recorded or not.
  let holdsKubernetes: Bool
  private let objects: [Reading.Object]

  init(parts: ReadingParts, settings: [String: String]?, problem: Diagnostic?, holdsKubernetes: Bool) {
    self.parts = parts
    self.settings = settings
    self.problem = problem
    self.holdsKubernetes = holdsKubernetes
    objects = parts.objects()
  }

  /// Its objects, with its workloads folded.
  ///
  /// - Parameter noise: labels that another file names, although they are a controller's own book-keeping.
  func objects(keeping noise: Set<String>) -> [Reading.Object] {
    guard parts.hasWorkloads, !noise.isSubset(of: parts.usedNoise) else { return objects }
    var parts = parts
    parts.keep(noise: noise)
    return parts.objects()
  }
}
