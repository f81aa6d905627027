package import HistoryIndex
internal import KubeModel
package import SnapshotStore

/// Brings the index up to the store's refs.
package struct Indexer {
  private let store: SnapshotStore
  private let index: HistoryIndex

  package init(store: SnapshotStore, index: HistoryIndex) {
    self.store = store
    self.index = index
  }

  /// Indexes what came since the last time; cheap where nothing did.
  ///
  /// - Returns: what the operator should know: a branch that is no longer the one that was indexed.
  @discardableResult
  package func catchUp(_ cluster: String) throws -> String? {
    var note: String?
    var attempt = 1
    while true {
      do {
        try extend(cluster)
        try AttributionIndexer(store: store, index: index).catchUp(cluster)
        return note
      } catch let error as IndexError where error.code == .diverged && attempt < 10 {
        attempt += 1
        // Another process may be indexing the same at this moment.
        if try isPartOfHistory(cluster) { continue }
        try extend(cluster, anew: true)
        note = "the history of '\(cluster)' is not the one that was indexed; the index is made again"
      }
    }
  }

  /// Whether the history goes on from where the index stands.
  private func isPartOfHistory(_ cluster: String) throws -> Bool {
    let indexed = try indexedHeads(cluster)
    let heads = try store.presentHeads(of: cluster)
    let pairs = [(heads.state, indexed.state), (heads.observation, indexed.observation)]
    return try pairs.allSatisfy { head, indexed in
      try indexed.map { try store.history(from: head).contains($0) } ?? true
    }
  }

  private func indexedHeads(_ cluster: String) throws -> HistoryHeads {
    try index.read { view in
      HistoryHeads(
        state: try view.indexedHead(cluster).flatMap { ObjectName(hex: $0) },
        observation: try view.indexedObservation(cluster).flatMap { ObjectName(hex: $0) })
    }
  }

  /// Forgets everything and indexes the whole store.
  package func rebuild() throws {
    for cluster in try store.clusters() {
      try store.checkIsRecorded(cluster)
      try extend(cluster, anew: true)
      try AttributionIndexer(store: store, index: index).catchUp(cluster)
    }
  }

  /// How many commits are read before they are written, which bounds the memory.
  private static let chunk = 2_000

  /// Below this many, opening the store again costs more than a second thread saves.
  private static let worthSharing = 100

  /// - Parameter anew: forgets what is indexed, in one step with the first that takes its place: another process
  ///   never sees a cluster without objects.
  private func extend(_ cluster: String, anew: Bool = false) throws {
    let heads = try store.presentHeads(of: cluster)
    let indexed = anew ? HistoryHeads() : try indexedHeads(cluster)
    guard heads != indexed else {
      if anew { try index.write { try $0.reset(cluster) } }
      return
    }
    let observations = try store.history(from: heads.observation, after: indexed.observation)
    let commits = try store.history(from: heads.state, after: indexed.state)
    let places = Dictionary(zip(commits, commits.indices), uniquingKeysWith: { first, _ in first })
    let reader = CommitReader(store)
    let isLong = commits.count >= Indexer.worthSharing
    // libgit2 asks that each thread has the store open for itself.
    let pipeline = IndexPipeline(
      isLong ? try SnapshotStore.open(at: store.path) : store, isBesideCaller: isLong, to: index, cluster, anew: anew)
    // What was read before an error is kept.
    defer { try? pipeline.finish() }
    var nextObservation = 0
    var nextCommit = 0
    while nextObservation < observations.count || nextCommit < commits.count {
      // A snapshot comes before the observation that brought it, which tells the evidence of its changes.
      var read: [CommitReader.Commit] = []
      let end = min(nextObservation + Indexer.chunk, observations.count)
      for name in observations[nextObservation..<end] {
        let observation = try reader.observation(name)
        // A state that is not among the new commits is one that is indexed, or was taken back.
        if let place = observation.state.flatMap({ places[$0] }), place >= nextCommit {
          for name in commits[nextCommit..<place] { read.append(.snapshot(try reader.snapshot(name, .none))) }
          read.append(.snapshot(try reader.snapshot(commits[place], observation.evidence)))
          nextCommit = place + 1
        }
        read.append(.observation(observation))
      }
      nextObservation = end
      if nextObservation == observations.count {
        // Commits that no observation tells of, such as those that were pushed by hand.
        let end = min(nextCommit + Indexer.chunk, commits.count)
        for name in commits[nextCommit..<end] { read.append(.snapshot(try reader.snapshot(name, .none))) }
        nextCommit = end
      }
      try pipeline.add(read)
    }
    try pipeline.finish()
  }
}
