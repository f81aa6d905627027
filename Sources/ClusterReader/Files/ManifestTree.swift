package import KubeModel

/// The manifests of a folder as they change, one file after the other: what `FileReader` reads at once.
///
/// Files are told apart by their paths; only those that changed are read, and only objects that changed are given. Of
/// one object in two files, the one in the first path counts.
package struct ManifestTree {
  /// A file that is no plain manifest, or does not read.
  package struct Remainder: Sendable, Hashable {
    package enum Kind: Sendable, Hashable { case notKubernetes, notRendered, unread }
    package let path: String
    package let kind: Kind
    package let reason: String
  }

  private struct Entry {
    /// As it was when it last read; nil where it never did.
    var file: ManifestFile?
    /// Why it does not read now.
    var problem: String?
    /// The objects that count from it at this moment.
    var given: [Reading.Object] = []
    /// How many of each kind are counted from it.
    var counts: [String: Int] = [:]
  }

  private var entries: [String: Entry] = [:]
  private var rendering = Rendering()
  /// What each file has of an object, by the file's path.
  private var definitions: [ObjectID: [String: Reading.Object]] = [:]
  private var current: [ObjectID: Reading.Object] = [:]
  private var noise: Set<String> = []
  /// Files that changed since the last time.
  private var touched: Set<String> = []
  private var isRenderingTouched = false
  private var counts: [String: Int] = [:]
  /// Kinds that were ever seen and are in no catalogue.
  private var otherTypes: Set<ResourceType> = []

  package init() {}

  // MARK: Files

  /// Whether a file of this path is looked at: hidden ones, and those of other endings, are not.
  package static func looks(at path: String) -> Bool {
    let components = path.split(separator: "/")
    guard let name = components.last, !components.contains(where: { $0.hasPrefix(".") }) else { return false }
    return InputFiles.isNamedForManifests(String(name)) || Rendering.isAbout(path)
  }

  /// Takes the content of a file.
  ///
  /// - Returns: whether it reads; where it does not, the objects that it had stay.
  @discardableResult
  package mutating func put(_ path: String, _ bytes: [UInt8]) -> Bool {
    touched.insert(path)
    if Rendering.isAbout(path) {
      rendering.put(path, bytes)
      isRenderingTouched = true
      entries[path] = Entry()
      return true
    }
    let file = FileReader.manifests(path, bytes)
    if let problem = file.problem {
      entries[path, default: Entry()].problem = problem.line.map { "line \($0): \(problem.message)" } ?? problem.message
      return false
    }
    entries[path, default: Entry()].file = file
    entries[path]?.problem = nil
    return true
  }

  /// Notes that the content of a file cannot be had; the objects that it had stay.
  package mutating func put(_ path: String, unread reason: String) {
    touched.insert(path)
    entries[path, default: Entry()].problem = reason
  }

  package mutating func remove(_ path: String) {
    touched.insert(path)
    if Rendering.isAbout(path) {
      rendering.put(path, nil)
      isRenderingTouched = true
    }
    entries[path]?.file = nil
    entries[path]?.problem = nil
  }

  // MARK: Objects

  /// An object as it was when the objects were last settled; nil where there is none.
  package func object(_ id: ObjectID) -> Reading.Object? { current[id] }

  /// The objects that changed since the last time, and those that are gone (nil).
  package mutating func settle() -> [ObjectID: Reading.Object?] {
    var affected: Set<ObjectID> = []
    var named: Set<String> = []
    for entry in entries.values { if let file = entry.file { named.formUnion(file.parts.usedNoise) } }
    let isNoiseNew = named != noise
    noise = named
    // What a chart or a kustomization says is about files beside it.
    for path in isRenderingTouched || isNoiseNew ? Set(entries.keys).union(touched) : touched {
      settle(path, &affected)
    }
    touched = []
    isRenderingTouched = false
    var changes: [ObjectID: Reading.Object?] = [:]
    for id in affected {
      let object = definitions[id]?.min { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }?.value
      guard object?.bytes != current[id]?.bytes else { continue }
      current[id] = object
      changes[id] = .some(object)
    }
    return changes
  }

  private mutating func settle(_ path: String, _ affected: inout Set<ObjectID>) {
    guard var entry = entries[path] else { return }
    for object in entry.given {
      affected.insert(object.id)
      definitions[object.id]?[path] = nil
      if definitions[object.id]?.isEmpty == true { definitions[object.id] = nil }
    }
    for (kind, count) in entry.counts { counts[kind, default: 0] -= count }
    let file = rendering.objection(to: path) == nil ? entry.file : nil
    entry.given = file?.objects(keeping: noise) ?? []
    entry.counts = file?.parts.counts ?? [:]
    for (kind, count) in entry.counts { counts[kind, default: 0] += count }
    if let file { otherTypes.formUnion(file.parts.types.subtracting(ResourceCatalog.all)) }
    for object in entry.given {
      affected.insert(object.id)
      definitions[object.id, default: [:]][path] = object
    }
    let isGone = entry.file == nil && entry.problem == nil && !Rendering.isAbout(path)
    entries[path] = isGone ? nil : entry
  }

  // MARK: How far it reaches

  /// What is no plain manifest or does not read, sorted by path.
  package var remainders: [Remainder] {
    let found = entries.compactMap { path, entry -> Remainder? in
      if let reason = rendering.objection(to: path) { return Remainder(path: path, kind: .notRendered, reason: reason) }
      if let problem = entry.problem { return Remainder(path: path, kind: .unread, reason: problem) }
      guard entry.file?.holdsKubernetes == false else { return nil }
      return Remainder(path: path, kind: .notKubernetes, reason: "nothing of Kubernetes")
    }
    return found.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  /// Every kind with how far it was read. What does not read, or would have to be rendered, may be of any kind.
  package func coverage(_ remainders: [Remainder]) -> [KindCoverage] {
    let unread = remainders.first { $0.kind == .unread }
    let reason = unread.map { "\($0.path) could not be read and may hold more of them" }
      ?? rendering.firstUnknown.map { "\($0) is not rendered and may make more of them, or others" }
    let others = otherTypes.filter { (counts[$0.qualifiedName] ?? 0) > 0 }.sorted { $0.qualifiedName < $1.qualifiedName }
    return (ResourceCatalog.all + others).map { type in
      KindCoverage(
        group: type.group, resource: type.resource, status: reason.map { .unread(reason: $0) } ?? .read,
        objectCount: counts[type.qualifiedName] ?? 0)
    }
  }

  /// What the manifests tell about the cluster as a whole.
  package var facts: ClusterFacts {
    var traits = ClusterTraits()
    var settings: [String: String]?
    for entry in entries.values where !entry.given.isEmpty || entry.file?.settings != nil {
      guard let file = entry.file else { continue }
      traits.formUnion(file.parts.traits)
      // Two that do not agree leave the setting unreadable: only one of them is in force.
      if let own = file.settings { settings = (settings ?? [:]).merging(own) { $0 == $1 ? $0 : "unreadable" } }
    }
    let coverage = [KindCoverage(group: "apps", resource: "daemonsets", status: .read, objectCount: 0)]
    var facts = ReadingAssembler(coverage: coverage, source: .manifests, settings: settings, isOneInstant: true).facts(traits)
    facts.unmodelledKinds = Set(current.values.filter { $0.type.role == .unmodelledPolicy }.map { "\($0.type.group)/\($0.type.kind)" }).sorted()
    return facts
  }
}
