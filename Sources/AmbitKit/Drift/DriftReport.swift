package import KubeModel
package import Reachability

/// Where the state of a cluster is not what was intended: objects, and the connections that this opens and closes.
///
/// Both are compared in the form that people mean, without what servers fill in and tools add. The intended side speaks of
/// some of a cluster only: what it says nothing of is no drift.
package struct DriftReport: Sendable {
  package struct Entry: Sendable {
    /// The names stand in output and never change.
    package enum Kind: String, Sendable, CaseIterable {
      /// It is there, and says something else.
      case differs
      /// It is intended, and not there.
      case missing
      /// It is there, and not intended.
      case extra
    }

    package let id: ObjectID
    package let kind: Kind
    /// From what is intended to what is there.
    package let fields: FieldDiff
  }

  /// Sorted by object.
  package let entries: [Entry]
  /// From what is intended to what is there.
  package let connections: ConnectionDiff
  /// What of either side could not be read, so that what it holds is not known.
  package let unread: [String]

  package var isDrifting: Bool { !entries.isEmpty }

  /// An object of either side.
  private struct Object {
    let entry: ClusterState.Entry
    let form: Value

    init(_ entry: ClusterState.Entry) {
      self.entry = entry
      form = IntendedForm.value(of: entry.object, type: entry.type)
    }
  }

  /// Compares an applied state with an intended one.
  package init(of applied: ClusterState, from intended: ClusterState, _ semantics: Semantics) {
    let there = DriftReport.objects(applied)
    let meant = DriftReport.objects(intended)
    let scope = DriftScope(meant.map { (id: $0.key, type: $0.value.entry.type) })
    var entries: [Entry] = []
    // The applied state without its drift: what else it holds decides about connections on both sides.
    var restored: [ClusterState.Entry] = []
    for (id, object) in there {
      if let wanted = meant[id] {
        restored.append(wanted.entry)
        guard wanted.form != object.form else { continue }
        entries.append(Entry(id: id, kind: .differs, fields: FieldDiff(wanted.form, object.form)))
      } else if scope.speaks(of: id, object.entry.type) {
        entries.append(Entry(id: id, kind: .extra, fields: FieldDiff(nil, object.form)))
      } else {
        restored.append(object.entry)
      }
    }
    for (id, wanted) in meant where there[id] == nil {
      restored.append(wanted.entry)
      entries.append(Entry(id: id, kind: .missing, fields: FieldDiff(wanted.form, nil)))
    }
    self.entries = entries.sorted { $0.id.title.utf8.lexicographicallyPrecedes($1.id.title.utf8) }
    let state = ClusterState(
      cluster: applied.cluster, entries: restored.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) },
      coverage: applied.coverage, enforcement: applied.enforcement, ranges: applied.ranges)
    connections = ConnectionDiff(state, applied, semantics)
    unread = DriftReport.unread(applied, "the cluster") + DriftReport.unread(intended, "what is intended")
  }

  private static func objects(_ state: ClusterState) -> [ObjectID: Object] {
    Dictionary(
      state.entries.map { (ObjectID($0.object, type: $0.type), Object($0)) }, uniquingKeysWith: { first, _ in first })
  }

  /// One line for each reason, whichever kinds it is about.
  private static func unread(_ state: ClusterState, _ side: String) -> [String] {
    let kinds = Dictionary(grouping: state.coverage.filter { $0.unreadReason != nil }) { $0.unreadReason ?? "" }
    return kinds.sorted { $0.key < $1.key }.map { reason, kinds in
      let names = Set(kinds.map(\.qualifiedName)).sorted()
      let shown = names.prefix(3).joined(separator: ", ") + (names.count > 3 ? " and \(names.count - 3) more kinds" : "")
      return "of \(side), \(shown) were not all read: \(reason)"
    }
  }
}

/// What of a cluster an intended state speaks of: the kinds that it has in a namespace, and all policies of its namespaces.
private struct DriftScope {
  private var kinds: Set<String> = []
  private var namespaces: Set<String> = []
  private var hasPolicies = false

  init(_ objects: [(id: ObjectID, type: ResourceType)]) {
    for (id, type) in objects {
      kinds.insert(DriftScope.key(id))
      if let namespace = id.namespace { namespaces.insert(namespace) }
      if type == ResourceCatalog.namespaces { namespaces.insert(id.name) }
      hasPolicies = hasPolicies || type.isPolicy
    }
  }

  func speaks(of id: ObjectID, _ type: ResourceType) -> Bool {
    // A Namespace that no manifest makes is somebody else's.
    if type == ResourceCatalog.namespaces { return false }
    if kinds.contains(DriftScope.key(id)) { return true }
    guard type.isPolicy, hasPolicies else { return false }
    return id.namespace.map(namespaces.contains) ?? false
  }

  private static func key(_ id: ObjectID) -> String { "\(id.qualifiedResource) \(id.namespace ?? "")" }
}
