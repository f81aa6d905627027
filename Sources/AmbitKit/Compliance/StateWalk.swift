internal import Controls
internal import HistoryIndex
internal import Integrity
internal import KubeModel

/// The names of what is in force in a state, moved from one state to the next, and digests of its parts.
///
/// Knows blobs and reads none: what did not change need not be looked at to know that it did not.
struct StateWalk {
  struct Item {
    let id: ObjectID
    let type: ResourceType
    let blob: String
    /// The snapshot that brought it, for errors.
    let commit: String
  }

  /// What a step touched.
  struct Touched {
    var namespaces: Set<String> = []
    /// Whether anything changed that the checks of all namespaces may read.
    var shared = false
    var kinds: [(type: ResourceType, namespace: String?)] = []
    /// Whether a namespace may have come or gone.
    var lists = false
    /// Whether the cluster's own facts did.
    var facts = false
  }

  /// By path.
  private var own: [String: [String: Item]] = [:]
  private(set) var shared: [String: Item] = [:]
  /// Objects without a namespace that only checks of the cluster read.
  private var others: [String: Item] = [:]
  private(set) var facts: Item?
  /// How many objects there are of each kind.
  private var counts: [String: Int] = [:]
  /// The namespaces that exist or that something stands in, sorted.
  private(set) var namespaces: [String] = []

  init(_ entries: [StateEntry]) {
    for entry in entries { set(entry.path, entry.id, entry.blob, entry.commit) }
    findNamespaces()
  }

  /// The type of what is recorded; a policy that Ambit does not model has one too.
  private static func type(_ id: ObjectID) -> ResourceType {
    if id.group.isEmpty, id.resource == ResourceCatalog.workloads.resource { return ResourceCatalog.workloads }
    return ResourceCatalog.type(group: id.group, resource: id.resource)
      ?? ResourceType(
        group: id.group, resource: id.resource, kind: id.resource, isNamespaced: id.namespace != nil, role: .unmodelledPolicy)
  }

  private mutating func set(_ path: String, _ id: ObjectID, _ blob: String?, _ commit: String) {
    let type = StateWalk.type(id)
    let item = blob.map { Item(id: id, type: type, blob: $0, commit: commit) }
    if path == StoreLayout.clusterFile {
      facts = item
      return
    }
    let before = id.namespace.map { own[$0]?[path] } ?? shared[path] ?? others[path]
    if before == nil, item != nil { counts[type.kind, default: 0] += 1 }
    if before != nil, item == nil { counts[type.kind, default: 0] -= 1 }
    if let namespace = id.namespace {
      own[namespace, default: [:]][path] = item
      if own[namespace]?.isEmpty == true { own[namespace] = nil }
    }
    if NamespaceParts.isShared(type, id.namespace) {
      shared[path] = item
    } else if id.namespace == nil {
      others[path] = item
    }
  }

  mutating func take(_ steps: ArraySlice<ObjectStep>) -> Touched {
    var touched = Touched()
    let known = own.count
    for step in steps {
      set(step.path, step.id, step.blob, step.commit)
      if step.path == StoreLayout.clusterFile {
        touched.facts = true
        continue
      }
      let type = StateWalk.type(step.id)
      touched.kinds.append((type, step.id.namespace))
      if let namespace = step.id.namespace { touched.namespaces.insert(namespace) }
      if NamespaceParts.isShared(type, step.id.namespace) { touched.shared = true }
      if type == ResourceCatalog.namespaces {
        touched.namespaces.insert(step.id.name)
        touched.lists = true
      }
    }
    // One that came with its first object, or went with its last.
    if own.count != known || touched.namespaces.contains(where: { own[$0] == nil }) { touched.lists = true }
    if touched.lists { findNamespaces() }
    return touched
  }

  private mutating func findNamespaces() {
    let names = Set(own.keys).union(shared.values.lazy.filter { $0.type == ResourceCatalog.namespaces }.map(\.id.name))
    namespaces = names.sorted()
  }

  /// Whether a namespace is among `namespaces`.
  func holds(_ namespace: String) -> Bool {
    own[namespace] != nil || shared.values.contains { $0.type == ResourceCatalog.namespaces && $0.id.name == namespace }
  }

  /// Whether an object of a kind is there.
  func has(_ kind: String) -> Bool { (counts[kind] ?? 0) > 0 }

  /// Whether it shows no cluster at all.
  var isEmpty: Bool { namespaces.isEmpty }

  /// What the checks of a namespace may read, by path.
  func items(for namespace: String) -> [String: Item] {
    shared.merging(own[namespace] ?? [:]) { _, own in own }
  }

  /// What a question to the whole cluster reads, by path; the namespaces themselves are told in any case.
  func items(where includes: (ResourceType, String?) -> Bool) -> [String: Item] {
    var found: [String: Item] = [:]
    func add(_ items: [String: Item]) {
      for (path, item) in items where item.type == ResourceCatalog.namespaces || includes(item.type, item.id.namespace) {
        found[path] = item
      }
    }
    add(shared)
    add(others)
    for items in own.values { add(items) }
    return found
  }

  // MARK: Digests

  func digest(of namespace: String) -> SHA256Value { StateWalk.digest(own[namespace] ?? [:]) { _ in true } }

  var sharedDigest: SHA256Value { StateWalk.digest(shared) { _ in true } }

  /// The digest of a part of a namespace, or of what has none (nil).
  func digest(of namespace: String?, where includes: (ResourceType, String?) -> Bool) -> SHA256Value {
    let items = namespace.map { own[$0] ?? [:] } ?? shared.filter { $0.value.id.namespace == nil }.merging(others) { first, _ in first }
    return StateWalk.digest(items) { includes($0.type, $0.id.namespace) }
  }

  private static func digest(_ items: [String: Item], where isIncluded: (Item) -> Bool) -> SHA256Value {
    var lines: [UInt8] = []
    for path in items.keys.sorted() {
      guard let item = items[path], isIncluded(item) else { continue }
      lines += path.utf8
      lines.append(0)
      lines += item.blob.utf8
      lines.append(0)
    }
    return SHA256Value(of: lines)
  }
}
