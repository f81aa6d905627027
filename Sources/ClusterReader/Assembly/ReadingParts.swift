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
  private var headEvidence: [WorkloadFolder.Key: ObjectEvidence] = [:]
  private(set) var diagnostics: [Diagnostic] = []
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

  var isEmpty: Bool { counts.isEmpty }
  /// The names of the recorded objects.
  var names: Set<String> { Set(parts.keys.map(\.name)) }

  // MARK: Adding

  mutating func add(_ raw: RawObject) {
    guard !raw.object.name.isEmpty else {
      return note(raw, "\(raw.type.kind) without metadata.name is left out")
    }
    counts[raw.type.qualifiedName, default: 0] += 1
    types.insert(raw.type)
    if raw.type.isNamespaced { namespaces.insert(raw.id.namespace ?? "default") }
    gatherFacts(raw)
    if raw.type.role == .folded {
      if !folder.add(raw.object) {
        note(raw, "\(raw.id.title) is defined twice, differently; the first one is used")
      } else if raw.object.controller == nil {
        headEvidence[WorkloadFolder.Key(raw.object)] = ObjectEvidence(raw.object)
      }
      return
    }
    folder.note(selectorsOf: raw.object)
    let canonical = CanonicalForm.object(raw.object, type: raw.type)
    keep(
      Part(
        object: Reading.Object(
          id: raw.id, type: raw.type, bytes: CanonicalYAML.bytes(of: canonical.value),
          evidence: ObjectEvidence(raw.object)), group: raw.object.group, origin: raw.origin))
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
          isReady: object.value["status"]?["numberReady"]?.int.map { $0 > 0 }))
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
        bytes: CanonicalYAML.bytes(of: result.object.value), evidence: headEvidence[result.head])
    }
    return (parts.values.map(\.object) + workloads).map { (title: $0.id.title, object: $0) }
      .sorted { $0.title.utf8.lexicographicallyPrecedes($1.title.utf8) }.map(\.object)
  }
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
