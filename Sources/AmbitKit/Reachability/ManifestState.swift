package import ClusterReader
package import KubeModel

/// A cluster as files tell it, for an answer without a store.
package struct ManifestState: Sendable {
  package let state: ClusterState
  /// What of the files could not be used.
  package let diagnostics: [Diagnostic]
  /// The file and line of each object, by its path in the state.
  package let places: [String: (file: String, line: Int?)]

  /// Reads manifests or dumps; names and addresses of pods are kept.
  package init(_ input: InputFiles) throws {
    var options = FileReader.Options()
    options.keepsPods = true
    options.isComplete = true
    options.isAllNamespaces = true
    let reading = try FileReader.read(input, options: options)
    var layout = StoreLayout()
    layout.fit(reading.objects.map(\.id))
    var entries: [ClusterState.Entry] = []
    var places: [String: (file: String, line: Int?)] = [:]
    for object in reading.objects {
      guard let value = CanonicalYAML.value(of: object.bytes) else { continue }
      let path = layout.path(of: object.id)
      entries.append(ClusterState.Entry(object: KubeObject(value), type: object.type, path: path))
      if let place = object.place { places[path] = place }
    }
    state = ClusterState(
      // What was read is what the answer is about; whoever asks is told of the rest.
      cluster: "", entries: entries,
      coverage: reading.coverage.map {
        KindCoverage(group: $0.group, resource: $0.resource, status: .read, objectCount: $0.objectCount)
      },
      enforcement: reading.facts.enforcement,
      ranges: reading.facts.ranges)
    diagnostics = reading.diagnostics
    self.places = places
  }
}
