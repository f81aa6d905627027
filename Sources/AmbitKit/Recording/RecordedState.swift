internal import ClusterReader
internal import HistoryIndex
internal import KubeModel
internal import SnapshotStore

/// The state that a reading is compared with: what is in force at the head of a cluster's history.
struct RecordedState {
  let heads: HistoryHeads
  /// Every object but the cluster's own facts, sorted by path; and where each stands.
  let objects: [CurrentObject]
  let places: [ObjectID: Int]
  /// The entry of the cluster's own facts.
  let clusterEntry: StateEntry?
  /// The facts, and how the files lie; nil and the plain layout where nothing was ever recorded.
  let facts: ClusterFacts?
  let layout: StoreLayout
  /// What the next reading need not look at again; its places are those of `objects`.
  let known: KnownObjects

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
    let place = current.firstIndex { $0.entry.path == StoreLayout.clusterFile }
    clusterEntry = place.map { current[$0].entry }
    var objects = current
    if let place { objects.remove(at: place) }
    self.objects = objects
    places = Dictionary(zip(objects.lazy.map(\.entry.id), objects.indices), uniquingKeysWith: { first, _ in first })
    known = KnownObjects(
      commit: heads.state?.description,
      objects: objects.map { .init(id: $0.entry.id, uid: $0.entry.uid, version: $0.version?.version) })
    let object = try clusterEntry.flatMap { entry in
      try ObjectName(hex: entry.blob).flatMap { try StoredObject(ambit.store.read($0))?.object }
    }
    facts = object.map { ClusterFacts($0) }
    layout = object.map(ClusterFacts.layout) ?? StoreLayout()
  }
}
