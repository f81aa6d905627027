internal import ClusterReader
internal import HistoryIndex
internal import KubeModel

/// What a reading saw of objects beside their content, in files of its observation: one for the objects of each
/// namespace, and one for those without.
///
/// They tell only what is new since the observation before: of an object that was written in between, its
/// resourceVersion and generation; of one that changed, its field managers, its finalizers and the SHA-256 of all
/// of it as well. An object that no file tells of is of the version last told, which proves that it was not
/// written in between.
enum SeenObjects {
  static let folder = "seen"

  /// The file of a namespace, or of the objects without one.
  private static func file(_ namespace: String?, _ layout: StoreLayout) -> String {
    "\(folder)/\(namespace.map(layout.namespaceFolder) ?? "cluster").yaml"
  }

  /// One object's part of a file.
  struct Part {
    let id: ObjectID
    /// Nil where the version is not known any more.
    let version: ObjectVersion?
    /// The text that `ObjectEvidence` made, which tells the version too; nil where only the version is new.
    let evidence: [UInt8]?
  }

  /// The files of these parts: a stream of YAML documents each, in the order of the objects' names.
  static func files(_ parts: [Part], _ layout: StoreLayout) -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for (namespace, parts) in Dictionary(grouping: parts, by: \.id.namespace) {
      // Objects in another canonical form have to be looked at again, whatever their version.
      var head = Mapping([("form", .int(CanonicalForm.version))])
      head["namespace"] = namespace.map(Value.string)
      var text = CanonicalYAML.bytes(of: .map(head))
      let sorted = parts.map { (about: "\($0.id.qualifiedResource)/\($0.id.name)", part: $0) }
        .sorted { $0.about.utf8.lexicographicallyPrecedes($1.about.utf8) }
      for (about, part) in sorted { text += separator + document(about, part) }
      files[file(namespace, layout)] = text
    }
    return files
  }

  private static let separator = Array("---\n".utf8)

  /// A canonical mapping whose parts are made apart, in the order of its keys.
  private static func document(_ about: String, _ part: Part) -> [UInt8] {
    var text = CanonicalYAML.bytes(of: ["about": .string(about)])
    if let evidence = part.evidence {
      text += evidence
    } else if let version = part.version {
      var map = Mapping([("resourceVersion", .string(version.resourceVersion))])
      map["generation"] = version.generation.map(Value.int)
      text += CanonicalYAML.bytes(of: .map(map))
    }
    if let uses = part.version?.usedNoise, !uses.isEmpty {
      text += CanonicalYAML.bytes(of: ["uses": .list(uses.map(Value.string))])
    }
    return text
  }

  /// What a file tells of an object.
  struct Seen {
    let id: ObjectID
    /// Nil where it is not known, or known of another canonical form.
    let version: IndexedVersion?
    let managedFields: Value?
    /// All of it.
    let document: Mapping
  }

  /// Reads what `files` wrote; what does not read is left out.
  static func seen(_ bytes: [UInt8]) -> [Seen] {
    var documents = documents(bytes)
    guard !documents.isEmpty, let head = CanonicalYAML.value(of: documents.removeFirst()) else { return [] }
    let isOfThisForm = head["form"]?.int == CanonicalForm.version
    let namespace = head["namespace"]?.string
    return documents.compactMap { document in
      guard let value = CanonicalYAML.value(of: document), let about = value["about"]?.string,
        let slash = about.firstIndex(of: "/")
      else { return nil }
      let resource = about[..<slash]
      let dot = resource.firstIndex(of: ".")
      let id = ObjectID(
        group: dot.map { String(resource[resource.index(after: $0)...]) } ?? "",
        resource: String(dot.map { resource[..<$0] } ?? resource), namespace: namespace,
        name: String(about[about.index(after: slash)...]))
      // A workload is made of many objects: the version of its controller is not its own.
      let version = isOfThisForm && !id.isWorkload ? value["resourceVersion"]?.string : nil
      return Seen(
        id: id,
        version: version.map {
          IndexedVersion(
            resourceVersion: $0, generation: value["generation"]?.int, usedNoise: value["uses"]?.strings ?? [])
        },
        managedFields: value["managedFields"], document: value.map ?? Mapping())
    }
  }

  /// The documents of a stream. Nothing in a canonical document but a separator begins a line with `---`.
  private static func documents(_ bytes: [UInt8]) -> [[UInt8]] {
    var documents: [[UInt8]] = []
    var start = 0
    var line = 0
    while line < bytes.count {
      let end = bytes[line...].firstIndex(of: 0x0A).map { $0 + 1 } ?? bytes.count
      if bytes[line..<end].elementsEqual(separator) {
        documents.append(Array(bytes[start..<line]))
        start = end
      }
      line = end
    }
    documents.append(Array(bytes[start...]))
    return documents
  }
}

extension SeenObjects.Seen {
  /// What is known of the object from here on, given what was known of it before.
  func part(after old: SeenObjects.Part?) -> SeenObjects.Part {
    var evidence = document
    for key in ["about", "uses"] { evidence[key] = nil }
    if evidence["sha256"] == nil {
      // Only the version is new: the rest is what was told where the object changed, and its digest is of that version.
      evidence = old?.evidence.flatMap { CanonicalYAML.value(of: $0)?.map } ?? Mapping()
      evidence["sha256"] = nil
      evidence["resourceVersion"] = document["resourceVersion"]
      evidence["generation"] = document["generation"]
    }
    if version == nil && !id.isWorkload {
      for key in ["resourceVersion", "generation"] { evidence[key] = nil }
    }
    let isEmpty = evidence.entries.isEmpty
    return SeenObjects.Part(
      id: id, version: version?.version, evidence: isEmpty ? nil : CanonicalYAML.bytes(of: .map(evidence)))
  }
}

extension IndexedVersion {
  var version: ObjectVersion {
    ObjectVersion(resourceVersion: resourceVersion, generation: generation, usedNoise: usedNoise)
  }
}
