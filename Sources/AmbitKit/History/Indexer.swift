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
    }
  }

  /// How many commits are read before they are written, which bounds the memory.
  private static let chunk = 1_000

  /// - Parameter anew: forgets what is indexed, in one step with the first that takes its place: another process
  ///   never sees a cluster without objects.
  private func extend(_ cluster: String, anew: Bool = false) throws {
    let heads = try store.presentHeads(of: cluster)
    let indexed = anew ? HistoryHeads() : try indexedHeads(cluster)
    guard heads != indexed else {
      if anew { try index.write { try $0.reset(cluster) } }
      return
    }
    var isFirst = anew
    let observations = try store.history(from: heads.observation, after: indexed.observation)
    let commits = try store.history(from: heads.state, after: indexed.state)
    let places = Dictionary(zip(commits, commits.indices), uniquingKeysWith: { first, _ in first })
    let readers = CommitReaders(store)
    let writing = BackgroundWork()
    // What was read before an error is kept.
    defer { try? writing.wait() }
    var nextObservation = 0
    var nextCommit = 0
    while nextObservation < observations.count || nextCommit < commits.count {
      let end = min(nextObservation + Indexer.chunk, observations.count)
      let read = try readers.map(Array(observations[nextObservation..<end])) { try $0.observation($1) }
      nextObservation = end
      // A snapshot comes before the observation that brought it, which tells the evidence of its changes.
      var steps: [CommitReader.Step] = []
      for observation in read {
        // A state that is not among the new commits is one that is indexed, or was taken back.
        if let place = observation.state.flatMap({ places[$0] }), place >= nextCommit {
          steps += commits[nextCommit..<place].map { .snapshot($0, .none) }
          steps.append(.snapshot(commits[place], observation.evidence))
          nextCommit = place + 1
        }
        steps.append(.observation(observation))
      }
      if nextObservation == observations.count {
        // Commits that no observation tells of, such as those that were pushed by hand.
        let end = min(nextCommit + Indexer.chunk, commits.count)
        steps += commits[nextCommit..<end].map { .snapshot($0, .none) }
        nextCommit = end
      }
      let rows = try readers.map(steps) { try $0.row($1) }
      // What was read is written while the next is read.
      try writing.wait()
      writing.start { [index, isFirst] in try Indexer.write(rows, to: index, cluster, anew: isFirst) }
      isFirst = false
    }
    try writing.wait()
  }

  private static func write(
    _ rows: [CommitReader.Row], to index: HistoryIndex, _ cluster: String, anew: Bool
  ) throws {
    try index.write { writer in
      if anew { try writer.reset(cluster) }
      for row in rows {
        switch row {
        case .snapshot(let snapshot): try writer.append(snapshot.row, changes: snapshot.changes, to: cluster)
        case .observation(let observation):
          try writer.append(observation.row, seen: observation.versions, to: cluster)
        }
      }
    }
  }
}
