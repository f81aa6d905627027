internal import HistoryIndex
internal import SnapshotStore

/// Brings commits that were read into the index: while its caller reads on, one thread describes what they changed,
/// and another one writes what was described before.
final class IndexPipeline {
  private let index: HistoryIndex
  private let cluster: String
  private let changes: ChangeReader
  /// Whether the store is open for this alone, so that it can be read while the caller reads too.
  private let isBesideCaller: Bool
  /// Whether the cluster is to be forgotten before the next commits.
  private var forgets: Bool
  private let describing = BackgroundWork()
  private let writing = BackgroundWork()

  /// - Parameter anew: forgets what is indexed, in one step with the first commits that take its place.
  init(_ store: SnapshotStore, isBesideCaller: Bool, to index: HistoryIndex, _ cluster: String, anew: Bool) {
    self.index = index
    self.cluster = cluster
    self.isBesideCaller = isBesideCaller
    changes = ChangeReader(store)
    forgets = anew
  }

  /// Takes the next commits, in the order in which they are to be written.
  ///
  /// - Throws: what went wrong with them or with earlier ones.
  func add(_ commits: [CommitReader.Commit]) throws {
    try describing.wait()
    // Used by one piece of work after another.
    nonisolated(unsafe) let changes = changes
    describing.start { [index, cluster, forgets, writing] in
      let rows = try commits.map { commit in
        switch commit {
        case .snapshot(let snapshot): Row.snapshot(snapshot.row, try changes.changes(of: snapshot))
        case .observation(let observation): Row.observation(observation)
        }
      }
      try writing.wait()
      writing.start { try IndexPipeline.write(rows, to: index, cluster, anew: forgets) }
    }
    forgets = false
    if !isBesideCaller { try finish() }
  }

  /// Waits until all is written, or as much of it as can be.
  func finish() throws {
    let described = Result { try describing.wait() }
    try writing.wait()
    try described.get()
  }

  private enum Row: Sendable {
    case snapshot(IndexedSnapshot, [IndexedChange])
    case observation(CommitReader.Observation)
  }

  private static func write(_ rows: [Row], to index: HistoryIndex, _ cluster: String, anew: Bool) throws {
    try index.write { writer in
      if anew { try writer.reset(cluster) }
      for row in rows {
        switch row {
        case .snapshot(let snapshot, let changes): try writer.append(snapshot, changes: changes, to: cluster)
        case .observation(let observation):
          try writer.append(observation.row, seen: observation.versions, to: cluster)
        }
      }
    }
  }
}
