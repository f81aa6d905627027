internal import KubeModel

/// What was read so far, in the form in which it is kept.
///
/// An object is brought into that form when it is added and what it came from is let go, so that memory
/// does not grow with what a server sends along, nor with the number of pods.
struct ReadingParts {
  private struct Part {
    let object: Reading.Object
    let group: String
    let origin: RawObject.Origin
  }

  private var parts: [ObjectID: Part] = [:]
  private var folder: WorkloadFolder
  private var headEvidence: [WorkloadFolder.Key: [UInt8]] = [:]
  let known: KnownObjects
  /// Places of known objects that were not looked at.
  private(set) var carried: [Int] = []
  private(set) var diagnostics: [Diagnostic] = []
  /// Kinds of which an object could not be used, and why: which one it was is not known, and so of none can
  /// it be said that it is gone.
  private(set) var tainted: [String: String] = [:]
  /// Objects that were added, by the qualified name of their type.
  private(set) var counts: [String: Int] = [:]
  private(set) var types: Set<ResourceType> = []
  /// Namespaces that objects which were looked at stand in.
  private var ownNamespaces: Set<String> = []
  /// What objects tell of the cluster as a whole.
  private(set) var traits = ClusterTraits()

  init(known: KnownObjects, keepsPods: Bool = false) {
    self.known = known
    folder = WorkloadFolder(keepsPods: keepsPods)
  }

  var isEmpty: Bool { counts.isEmpty }
  /// Labels that controllers write for themselves, and that an object which was looked at names nevertheless.
  var usedNoise: Set<String> { folder.keptNoise }
  var hasWorkloads: Bool { types.contains { $0.role == .folded } }
  /// The names of the recorded objects.
  var names: Set<String> { Set(parts.keys.map(\.name)).union(carried.lazy.map { known.objects[$0].id.name }) }
  /// Namespaces that objects stand in.
  var namespaces: Set<String> {
    ownNamespaces.union(carried.lazy.compactMap { known.objects[$0].id.namespace })
  }

  // MARK: Adding

  mutating func add(_ raw: RawObject) {
    if let defect = RawObject.defect(of: raw.object, type: raw.type) {
      return taint(raw.type, "\(raw.type.kind) \(defect) is left out", raw.origin)
    }
    add(ReadingPart(raw, folder: folder))
  }

  mutating func add(_ part: ReadingPart) {
    count(part.type, namespace: part.id.namespace)
    traits.formUnion(part.traits)
    switch part.content {
    case .folded(let piece, let key, let evidence):
      if !folder.add(piece) {
        diagnostics.append(
          Diagnostic(
            file: part.origin.file, line: part.origin.line,
            message: "\(part.id.title) is defined twice, differently; the first one is used"))
      } else if let evidence {
        headEvidence[key] = evidence
      }
    case .object(let object, let usedNoise):
      folder.keep(noise: usedNoise)
      keep(Part(object: object, group: part.group, origin: part.origin))
    }
  }

  private mutating func count(_ type: ResourceType, namespace: String?) {
    counts[type.qualifiedName, default: 0] += 1
    types.insert(type)
    if type.isNamespaced { ownNamespaces.insert(namespace ?? "default") }
  }

  /// Adds the items of a typed list, which need not repeat its kind; those that are as they were are not looked at.
  ///
  /// - Parameter onFault: told of an item that does not read; throw to end with it.
  /// - Returns: how many items there are.
  mutating func add(
    _ items: some Sequence<JSONPart>, of list: ListedKind, origin: RawObject.Origin,
    onFault: (KubeModelError) throws -> Void
  ) rethrows -> Int {
    let type = list.type
    let canKnow = known.canKnow(type)
    let before = carried.count
    var count = 0
    for item in items {
      count += 1
      if canKnow, let place = known.place(of: item, type) {
        carried.append(place)
        continue
      }
      do {
        add(try item.value(), of: list, origin: origin)
      } catch {
        try onFault(error)
      }
    }
    if carried.count > before { noteCarried(from: before, of: type) }
    return count
  }

  /// Adds objects that were kept; those that are recorded in their very version are not looked at again.
  mutating func add(_ parts: some Sequence<ReadingPart>) {
    for part in parts {
      guard let place = known.place(of: part) else {
        add(part)
        continue
      }
      carried.append(place)
      noteCarried(from: carried.count - 1, of: part.type)
    }
  }

  /// Takes note of objects of one type that are carried, from a place in `carried` on.
  private mutating func noteCarried(from start: Int, of type: ResourceType) {
    counts[type.qualifiedName, default: 0] += carried.count - start
    types.insert(type)
    for place in carried[start...] {
      let object = known.objects[place]
      if let noise = object.version?.usedNoise, !noise.isEmpty { folder.keep(noise: noise) }
      if type == ResourceCatalog.namespaces && object.id.name == "kube-system" { traits.uid = traits.uid ?? object.uid }
    }
  }

  /// Adds an item of a typed list, which need not repeat its kind.
  mutating func add(_ item: Value, of list: ListedKind, origin: RawObject.Origin) {
    do {
      add(try list.object(of: item, origin: origin))
    } catch {
      taint(list.type, error.message, origin)
    }
  }

  private mutating func taint(_ type: ResourceType, _ message: String, _ origin: RawObject.Origin) {
    diagnostics.append(Diagnostic(file: origin.file, line: origin.line, message: message))
    tainted[type.qualifiedName] = tainted[type.qualifiedName] ?? message
  }

  /// One object for each identity.
  ///
  /// Calico serves one object through two groups: the one that users write wins. Two different objects
  /// of one identity in files are an error of the input; the first one stays.
  private mutating func keep(_ part: Part) {
    guard let earlier = parts[part.object.id] else {
      parts[part.object.id] = part
      return
    }
    if earlier.group != part.group {
      if earlier.group == ResourceCatalog.calicoStorageGroup { parts[part.object.id] = part }
    } else if earlier.object.bytes != part.object.bytes {
      diagnostics.append(
        Diagnostic(
          file: part.origin.file, line: part.origin.line,
          message:
            "\(part.object.id.title) is defined twice, differently; the one in \(earlier.origin.file) is used"))
    }
  }

  /// Keeps labels that an object elsewhere names, although they are a controller's own book-keeping.
  mutating func keep(noise: Set<String>) { folder.keep(noise: noise) }

  /// Adds what other parts have.
  mutating func merge(_ other: ReadingParts) {
    for part in other.parts.values { keep(part) }
    carried += other.carried
    folder.merge(other.folder)
    headEvidence.merge(other.headEvidence) { first, _ in first }
    diagnostics += other.diagnostics
    tainted.merge(other.tainted) { first, _ in first }
    counts.merge(other.counts, uniquingKeysWith: +)
    types.formUnion(other.types)
    ownNamespaces.formUnion(other.ownNamespaces)
    traits.formUnion(other.traits)
  }

  // MARK: Result

  /// Settles which of two representations counts, where an object came once as it was and once otherwise.
  ///
  /// Calico's storage gives what its API gives too; elsewhere, two different objects of one identity are an error of
  /// the input, and the one that is recorded stays.
  mutating func settle() {
    guard !carried.isEmpty, !parts.isEmpty else { return }
    for place in carried {
      guard let part = parts.removeValue(forKey: known.objects[place].id) else { continue }
      if part.group != ResourceCatalog.calicoStorageGroup {
        let id = part.object.id.title
        diagnostics.append(
          Diagnostic(
            file: part.origin.file, line: part.origin.line,
            message: "\(id) is defined twice, differently; the one that is recorded already is used"))
      }
    }
  }

  /// Every object that was looked at, with its workloads folded, sorted by title.
  func objects() -> [Reading.Object] {
    let workloads = folder.results().map { result in
      Reading.Object(
        id: ObjectID(result.object, type: ResourceCatalog.workloads), type: ResourceCatalog.workloads,
        bytes: CanonicalYAML.bytes(of: result.object.value), evidence: headEvidence[result.head],
        version: nil)
    }
    let others = parts.values.map { part in
      var object = part.object
      object.place = (part.origin.file, part.origin.line)
      return object
    }
    return (others + workloads).map { (title: $0.id.title, object: $0) }
      .sorted { $0.title.utf8.lexicographicallyPrecedes($1.title.utf8) }.map(\.object)
  }
}
