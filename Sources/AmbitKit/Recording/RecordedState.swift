internal import ClusterReader
internal import HistoryIndex
internal import KubeModel
internal import SnapshotStore

/// The state that a reading is compared with: what is in force at the head of a cluster's history.
struct RecordedState {
  let heads: HistoryHeads
  /// Every object but the cluster's own facts.
  let objects: [ObjectID: CurrentObject]
  /// The entry of the cluster's own facts.
  let clusterEntry: StateEntry?
  /// The facts, and how the files lie; nil and the plain layout where nothing was ever recorded.
  let facts: ClusterFacts?
  let layout: StoreLayout

  /// Loads the present state. The index must be up to date.
  ///
  /// - Throws: `.moved` where another writer is recording at this moment.
  init(of cluster: String, in ambit: Ambit) throws {
    heads = try ambit.store.heads(of: cluster)
    let (indexed, current) = try ambit.index.read { view in
      (try view.indexedHead(cluster), try view.current(in: cluster))
    }
    guard indexed == heads.state?.description else {
      throw StoreError(
        .moved, "another writer is recording '\(cluster)' at this moment", hint: "run the command again")
    }
    var objects: [ObjectID: CurrentObject] = [:]
    objects.reserveCapacity(current.count)
    var clusterEntry: StateEntry?
    for object in current {
      if object.entry.path == StoreLayout.clusterFile {
        clusterEntry = object.entry
      } else {
        objects[object.entry.id] = object
      }
    }
    self.objects = objects
    self.clusterEntry = clusterEntry
    let object = try clusterEntry.flatMap { entry in
      try ObjectName(hex: entry.blob).flatMap { try StoredObject(ambit.store.read($0))?.object }
    }
    facts = object.map { ClusterFacts($0) }
    layout = object.map(ClusterFacts.layout) ?? StoreLayout()
  }

  /// What the next reading need not look at again.
  var known: KnownObjects {
    guard let state = heads.state else { return .none }
    var known: [ObjectID: KnownObjects.Object] = [:]
    known.reserveCapacity(objects.count)
    for (id, object) in objects {
      guard let uid = object.entry.uid, let version = object.version else { continue }
      known[id] = KnownObjects.Object(uid: uid, version: version.version)
    }
    return KnownObjects(commit: state.description, objects: known)
  }
}
