internal import ClusterReader
internal import HistoryIndex
internal import KubeModel

/// The versions of objects that a reading saw, in files beside its observation: one for the objects of each
/// namespace, and one for those without.
///
/// They prove which objects were not written between two readings, and let the next reading pass over them.
enum ObjectVersions {
  static let folder = "versions"

  /// The file of a namespace, or of the objects without one.
  static func file(_ namespace: String?, _ layout: StoreLayout) -> String {
    "\(folder)/\(namespace.map(layout.namespaceFolder) ?? "cluster").yaml"
  }

  static func bytes(_ versions: [ObjectID: ObjectVersion], namespace: String?) -> [UInt8] {
    var objects = Mapping()
    for (id, version) in versions {
      var map = Mapping([("resourceVersion", .string(version.resourceVersion))])
      map["generation"] = version.generation.map(Value.int)
      if !version.usedNoise.isEmpty { map["uses"] = .list(version.usedNoise.map(Value.string)) }
      objects["\(id.qualifiedResource)/\(id.name)"] = .map(map)
    }
    // Objects in another canonical form have to be looked at again, whatever their version.
    var file = Mapping([("form", .int(CanonicalForm.version)), ("objects", .map(objects))])
    file["namespace"] = namespace.map(Value.string)
    return CanonicalYAML.bytes(of: .map(file))
  }

  /// Reads what `bytes` wrote; empty where the file is something else or of another canonical form.
  static func versions(_ bytes: [UInt8]) -> [ObjectID: IndexedVersion] {
    guard let file = CanonicalYAML.value(of: bytes), file["form"]?.int == CanonicalForm.version else { return [:] }
    var versions: [ObjectID: IndexedVersion] = [:]
    for (key, value) in file["objects"]?.map?.entries ?? [] {
      guard let slash = key.firstIndex(of: "/"), let resourceVersion = value["resourceVersion"]?.string else {
        continue
      }
      let resource = key[..<slash]
      let dot = resource.firstIndex(of: ".")
      let id = ObjectID(
        group: dot.map { String(resource[resource.index(after: $0)...]) } ?? "",
        resource: String(dot.map { resource[..<$0] } ?? resource), namespace: file["namespace"]?.string,
        name: String(key[key.index(after: slash)...]))
      versions[id] = IndexedVersion(
        id: id, resourceVersion: resourceVersion, generation: value["generation"]?.int,
        usedNoise: value["uses"]?.strings ?? [])
    }
    return versions
  }
}

extension IndexedVersion {
  var version: ObjectVersion {
    ObjectVersion(resourceVersion: resourceVersion, generation: generation, usedNoise: usedNoise)
  }
}
