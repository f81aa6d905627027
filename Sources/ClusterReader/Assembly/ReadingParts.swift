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
  private var folder = WorkloadFolder()
  private var headEvidence: [WorkloadFolder.Key: [UInt8]] = [:]
  private let known: KnownObjects
  private(set) var diagnostics: [Diagnostic] = []
  /// Kinds of which an object could not be used, and why: which one it was is not known, and so of none can
  /// it be said that it is gone.
  private(set) var tainted: [String: String] = [:]
  /// Objects that were added, by the qualified name of their type.
  private(set) var counts: [String: Int] = [:]
  private(set) var types: Set<ResourceType> = []
  /// Namespaces that objects stand in.
  private(set) var namespaces: Set<String> = []

  // Facts of the cluster as a whole.
  private(set) var uid: String?
  private(set) var daemonSets: Set<DaemonSetName> = []
  private(set) var podRanges: Set<String> = []
  private(set) var serviceRanges: Set<String> = []
  private(set) var nodeAddresses: Set<String> = []

  init(known: KnownObjects) { self.known = known }

  var knownCommit: String? { known.commit }

  var isEmpty: Bool { counts.isEmpty }
  /// The names of the recorded objects.
  var names: Set<String> { Set(parts.keys.map(\.name)) }

  // MARK: Adding

  mutating func add(_ raw: RawObject) {
    if let defect = RawObject.defect(of: raw.object, type: raw.type) {
      return taint(raw.type, "\(raw.type.kind) \(defect) is left out", raw.origin)
    }
    counts[raw.type.qualifiedName, default: 0] += 1
    types.insert(raw.type)
    if raw.type.isNamespaced { namespaces.insert(raw.id.namespace ?? "default") }
    gatherFacts(raw)
    if raw.type.role == .folded {
      if !folder.add(raw.object) {
        note(raw, "\(raw.id.title) is defined twice, differently; the first one is used")
      } else if raw.object.controller == nil {
        headEvidence[WorkloadFolder.Key(raw.object)] = ObjectEvidence.bytes(of: raw.object)
      }
      return
    }
    let usedNoise = WorkloadFolder.noise(usedBy: raw.object)
    folder.keep(noise: usedNoise)
    let canonical = CanonicalForm.object(raw.object, type: raw.type)
    let metadata = raw.object.metadata
    keep(
      Part(
        object: Reading.Object(
          id: raw.id, type: raw.type,
          content: .read(
            bytes: CanonicalYAML.bytes(of: canonical.value), evidence: ObjectEvidence.bytes(of: raw.object)),
          version: metadata?["resourceVersion"]?.string.map {
            ObjectVersion(
              resourceVersion: $0, generation: metadata?["generation"]?.int, usedNoise: usedNoise.sorted())
          }), group: raw.object.group, origin: raw.origin))
  }

  /// Adds an item of a typed list, which need not repeat its kind; one that is as it was is not read.
  mutating func add(_ item: JSONPart, of list: ListedKind, origin: RawObject.Origin) throws(KubeModelError) {
    if let metadata = item["metadata"], let name = metadata["name"]?.string, let uid = metadata["uid"]?.string,
      let resourceVersion = metadata["resourceVersion"]?.string
    {
      let type = list.type
      let namespace = type.isNamespaced ? metadata["namespace"]?.string ?? "default" : nil
      let id = ObjectID(group: type.group, resource: type.resource, namespace: namespace, name: name)
      if let version = known.version(id, type, uid: uid, resourceVersion: resourceVersion) {
        return carry(id, list, uid: uid, version: version, origin: origin)
      }
    }
    add(try item.value(), of: list, origin: origin)
  }

  /// Adds an item of a typed list, which need not repeat its kind.
  mutating func add(_ item: Value, of list: ListedKind, origin: RawObject.Origin) {
    guard var map = item.map else {
      return taint(list.type, "an item of \(list.kind)List is no object", origin)
    }
    if map["kind"] == nil { map["kind"] = .string(list.kind) }
    if map["apiVersion"] == nil { map["apiVersion"] = .string(list.apiVersion) }
    let object = KubeObject(.map(map))
    guard object.kind == list.kind, object.group == KubeObject.group(of: list.apiVersion) else {
      return taint(list.type, "an item of \(list.kind)List is of another kind", origin)
    }
    add(RawObject(object: object, type: list.type, origin: origin))
  }

  private mutating func taint(_ type: ResourceType, _ message: String, _ origin: RawObject.Origin) {
    diagnostics.append(Diagnostic(file: origin.file, line: origin.line, message: message))
    tainted[type.qualifiedName] = tainted[type.qualifiedName] ?? message
  }

  private mutating func carry(
    _ id: ObjectID, _ list: ListedKind, uid: String, version: ObjectVersion, origin: RawObject.Origin
  ) {
    counts[list.type.qualifiedName, default: 0] += 1
    types.insert(list.type)
    if let namespace = id.namespace { namespaces.insert(namespace) }
    if list.type == ResourceCatalog.namespaces && id.name == "kube-system" { self.uid = self.uid ?? uid }
    folder.keep(noise: version.usedNoise)
    keep(
      Part(
        object: Reading.Object(id: id, type: list.type, content: .asBefore, version: version),
        group: KubeObject.group(of: list.apiVersion), origin: origin))
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

  private mutating func note(_ raw: RawObject, _ message: String) {
    diagnostics.append(Diagnostic(file: raw.origin.file, line: raw.origin.line, message: message))
  }

  /// Adds what other parts have.
  mutating func merge(_ other: ReadingParts) {
    for part in other.parts.values { keep(part) }
    folder.merge(other.folder)
    headEvidence.merge(other.headEvidence) { first, _ in first }
    diagnostics += other.diagnostics
    tainted.merge(other.tainted) { first, _ in first }
    counts.merge(other.counts, uniquingKeysWith: +)
    types.formUnion(other.types)
    namespaces.formUnion(other.namespaces)
    uid = uid ?? other.uid
    daemonSets.formUnion(other.daemonSets)
    podRanges.formUnion(other.podRanges)
    serviceRanges.formUnion(other.serviceRanges)
    nodeAddresses.formUnion(other.nodeAddresses)
  }

  private mutating func gatherFacts(_ raw: RawObject) {
    let object = raw.object
    switch (raw.type.group, raw.type.kind) {
    case ("", "Namespace"):
      if object.name == "kube-system" { uid = uid ?? object.uid }
    case ("", "Node"):
      let ranges = object.spec?["podCIDRs"]?.strings ?? []
      podRanges.formUnion(ranges.isEmpty ? [object.spec?["podCIDR"]?.string].compactMap(\.self) : ranges)
      for address in object.value["status"]?["addresses"]?.list ?? []
      where ["InternalIP", "ExternalIP"].contains(address["type"]?.string) {
        if let address = address["address"]?.string { nodeAddresses.insert(address) }
      }
    case ("apps", "DaemonSet"):
      daemonSets.insert(
        DaemonSetName(
          namespace: object.namespace ?? "default", name: object.name,
          isReady: object.value["status"].map { ($0["numberReady"]?.int ?? 0) > 0 }))
    case (ResourceCatalog.calicoGroup, "IPPool"):
      if let range = object.spec?["cidr"]?.string { podRanges.insert(range) }
    case ("networking.k8s.io", "ServiceCIDR"):
      serviceRanges.formUnion(object.spec?["cidrs"]?.strings ?? [])
    default: break
    }
  }

  // MARK: Result

  /// Every object with its workloads folded, sorted by title.
  func objects() -> [Reading.Object] {
    let workloads = folder.results().map { result in
      Reading.Object(
        id: ObjectID(result.object, type: ResourceCatalog.workloads), type: ResourceCatalog.workloads,
        content: .read(
          bytes: CanonicalYAML.bytes(of: result.object.value), evidence: headEvidence[result.head]),
        version: nil)
    }
    return (parts.values.map(\.object) + workloads).map { (title: $0.id.title, object: $0) }
      .sorted { $0.title.utf8.lexicographicallyPrecedes($1.title.utf8) }.map(\.object)
  }
}

/// What the items of a typed list are.
struct ListedKind {
  let type: ResourceType
  let kind: String
  let apiVersion: String
}

/// A DaemonSet by its place; CNIs are known by theirs.
struct DaemonSetName: Hashable, Comparable {
  let namespace: String
  let name: String
  /// Whether a pod of it is ready; nil where the input does not tell.
  let isReady: Bool?

  static func < (left: DaemonSetName, right: DaemonSetName) -> Bool {
    (left.namespace, left.name) < (right.namespace, right.name)
  }
}
