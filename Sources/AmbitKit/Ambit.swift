package import HistoryIndex
package import Integrity
internal import KubeModel
package import SnapshotStore

/// A store with its index, open for one command.
package final class Ambit {
  package static let version = "0.1.0"

  package let store: SnapshotStore
  package private(set) var index: HistoryIndex
  /// The key of `sign(with:)`; nil where nothing is signed.
  package internal(set) var signingKey: (any SigningKey)?
  private var untold: [String] = []

  /// Opens a store. The index of a cluster is brought up to date when the cluster is asked for.
  package init(path: String) throws {
    store = try SnapshotStore.open(at: path)
    let opened = try Ambit.openIndex(of: path)
    index = opened.index
    if let note = opened.note { untold.append(note) }
  }

  /// What the operator should know since the last time this was called, such as an index that was made again.
  package func takeNotes() -> [String] {
    defer {
      untold = []
      store.notes = []
    }
    return store.notes + untold
  }

  /// Brings the index up to the history of a cluster.
  package func catchUp(_ cluster: String) throws {
    try store.checkIsRecorded(cluster)
    do {
      if let note = try Indexer(store: store, index: index).catchUp(cluster) { untold.append(note) }
    } catch let error as IndexError where error.code == .unwritable {
      // A database that may be read only opens all the same, and tells it when there is something to write.
      index = try .inMemory()
      untold.append(Ambit.inMemoryNote)
      try Indexer(store: store, index: index).catchUp(cluster)
    }
  }

  /// Brings the index up to what was recorded this moment. Where another process is at it, that one does.
  func catchUpAfterRecording(_ cluster: String) throws {
    do {
      try catchUp(cluster)
    } catch let error as IndexError where error.code == .locked {
      untold.append("the index is in use by another ambit; what was recorded is in the store, and the index will catch up")
    }
  }

  private static let inMemoryNote = "the store cannot be written; its index is made in memory for this command"

  private static func openIndex(of store: String) throws -> (index: HistoryIndex, note: String?) {
    do {
      return try HistoryIndex.open(path: indexPath(store))
    } catch {
      guard error.code == .unwritable || error.code == .noSpace else { throw error }
      return (try HistoryIndex.inMemory(), inMemoryNote)
    }
  }

  package static func indexPath(_ store: String) -> String { "\(store)/ambit/index.sqlite" }

  /// The clusters that the store holds, sorted.
  package func clusters() throws -> [String] { try store.clusters() }

  package func hasCluster(_ name: String) throws -> Bool {
    try store.heads(of: ClusterName.validated(name)) != HistoryHeads()
  }

  /// The cluster that a command is about: the one named, or the only one. Its index is up to date then.
  package func cluster(_ name: String?) throws -> String {
    let cluster = try find(name)
    try catchUp(cluster)
    return cluster
  }

  /// The same, without a look at its index.
  package func find(_ name: String?) throws -> String {
    if let name {
      // The others are not looked at, however many there are.
      let isKnown = try store.heads(of: ClusterName.validated(name)) != HistoryHeads()
      // Logs can be read before the first reading.
      guard try isKnown || store.head(of: .changes(of: name)) != nil else {
        let clusters = try store.clusters()
        throw AmbitError(
          .notFound, "there is no cluster '\(name)' in this store",
          hint: clusters.isEmpty
            ? "record one with `ambit snapshot`" : "it holds \(clusters.joined(separator: ", "))")
      }
      return name
    }
    let clusters = try store.clusters()
    guard let only = clusters.first else {
      throw AmbitError(
        .notFound, "the store holds no snapshot yet", hint: "record one with `ambit snapshot`")
    }
    guard clusters.count == 1 else {
      throw AmbitError(
        .usage, "the store holds \(clusters.count) clusters",
        hint: "say which with --cluster: \(clusters.joined(separator: ", "))")
    }
    return only
  }
}
